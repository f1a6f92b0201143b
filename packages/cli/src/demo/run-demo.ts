import type { Context } from "../context.ts";
import { FAILED, UsageError } from "../errors.ts";
import type { Options } from "../options.ts";
import { writeResult } from "../output/result.ts";
import { createCalendar, MINUTE_MS, NIGHTS } from "./calendar.ts";
import { createStoryClock } from "./clock.ts";
import { startClouds } from "./clouds.ts";
import { createKeptFolder, createTemporaryFolder, type Folder } from "./folder.ts";
import { keepRunning } from "./keep.ts";
import { createPolicies } from "./policies.ts";
import { tellStory } from "./tell-story.ts";
import { createTeller, type Teller } from "./teller.ts";
import { tellOutcome } from "./view.ts";

export interface DemoOptions extends Options {
  readonly seed: number;
  /** `true` without a folder. */
  readonly keep?: string | true;
}

/** Where the configuration is left unless told otherwise. */
const KEPT = "polyvol-demo";

/** @param most the last so many nights are told; tests have little time */
export async function runDemo(context: Context, options: DemoOptions, most = NIGHTS): Promise<number> {
  const { keep } = options;
  const foreign = ["config", "cloud", "timeout"].find((name) => options[name] !== undefined);
  if (foreign !== undefined) {
    throw new UsageError(
      `--${foreign} does not go with this command: it brings its own clouds and policies.`,
    );
  }
  const folder =
    keep === undefined ? await createTemporaryFolder() : await createKeptFolder(keep === true ? KEPT : keep);
  const teller = createTeller(context.output !== "table");
  let stays = false;
  try {
    return await tell(context, { ...options, most }, folder, teller, () => {
      stays = keep !== undefined;
    });
  } finally {
    teller.close();
    if (!stays) await folder.remove();
  }
}

async function tell(
  { output, signal }: Context,
  { seed, keep, most }: DemoOptions & { readonly most: number },
  folder: Folder,
  teller: Teller,
  told: () => void,
): Promise<number> {
  const startedAt = performance.now();
  const whole = createCalendar(Date.now());
  const calendar = { ...whole, nights: whole.nights.slice(-most) };
  const [firstNight = 0] = calendar.nights;
  const clock = createStoryClock(firstNight - MINUTE_MS);
  const clouds = await startClouds(clock, seed);
  try {
    const policies = createPolicies(calendar.hour);
    const setting = { clouds, clock, calendar, policies, folder, teller, seed, abortSignal: signal };
    const outcome = await tellStory(setting);
    const elapsedMs = Math.round(performance.now() - startedAt);
    tellOutcome(outcome, elapsedMs, teller);
    teller.close();
    if (output !== "table") await writeResult(output, { ...outcome, elapsedMs }, () => "");
    told();
    if (keep !== undefined) {
      clock.goLive();
      await keepRunning(clouds, folder, seed, teller, signal);
    }
    return outcome.ok ? 0 : FAILED;
  } finally {
    await Promise.all(clouds.map((cloud) => cloud.close()));
  }
}
