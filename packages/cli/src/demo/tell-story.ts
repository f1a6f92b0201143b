import { join } from "node:path";
import { parsePolicies } from "@polyvol/backup";
import { loadConfig } from "@polyvol/container";
import { countText } from "../output/format.ts";
import type { Calendar } from "./calendar.ts";
import type { StoryClock } from "./clock.ts";
import type { EmulatedCloud } from "./clouds.ts";
import { chooses, createExpectations } from "./expectation.ts";
import { tellFinale } from "./finale.ts";
import { CONFIG_FILE, type Folder, shown, writeConfig } from "./folder.ts";
import { tellNights } from "./nights.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { StoryPolicy } from "./policies.ts";
import type { Story } from "./story.ts";
import { createTally } from "./tally.ts";
import type { Teller } from "./teller.ts";

/** What a story is made of. */
export interface Setting {
  readonly clouds: readonly EmulatedCloud[];
  readonly clock: StoryClock;
  readonly calendar: Calendar;
  readonly policies: readonly StoryPolicy[];
  readonly folder: Folder;
  readonly teller: Teller;
  readonly seed: number;
  readonly abortSignal: AbortSignal;
}

const PURPOSE = `Backups go wrong silently: an answer gets lost, a retry makes a second snapshot, and a
cleanup that saw half a list deletes the wrong one. Here that happens night after night, far more
often than on a real cloud. What counts is what the clouds hold in the end, not what a program says.`;

/** Tells the whole story, and leaves the clouds without faults. */
export async function tellStory(setting: Setting): Promise<Outcome> {
  const { clouds, clock, calendar, policies, folder, teller, seed, abortSignal } = setting;
  const policyText = await writeConfig(folder, clouds, policies);
  introduce(setting, policyText);
  const config = await loadConfig({ path: join(folder.path, CONFIG_FILE) });
  const story: Story = {
    clouds: clouds.map((cloud) => ({ ...cloud, expect: createExpectations(cloud, policies) })),
    operator: { config, policies: parsePolicies(config.policies), clock, abortSignal },
    calendar,
    policies,
    teller,
    tally: createTally(),
    seed,
  };
  teller.heading(
    `${calendar.nights.length} nights of "polyvol backup run", while one request in eight fails`,
  );
  const nights = await tellNights(story);
  teller.heading("What an operator does next, while requests go on failing");
  const finale = await tellFinale(story);
  for (const { emulator } of clouds) emulator.faults.clear();
  return outcomeOf(story, nights, finale);
}

function introduce({ clouds, folder, policies, teller }: Setting, policyText: string): void {
  teller.tell(PURPOSE);
  teller.heading("Two emulated clouds on this machine, reached over HTTP");
  for (const { name, title, url, state } of clouds) {
    const { volumes, snapshots } = state();
    const own = volumes.filter((volume) => policies.some((policy) => chooses(policy, volume))).length;
    const others = volumes.length - own + snapshots.length;
    teller.tell(
      `${name.padEnd(9)}${title.padEnd(24)}${url}  ${countText(own, "volume")}, ${countText(others, "thing")} of others`,
    );
  }
  teller.heading(`The policies, in ${shown(join(folder.path, CONFIG_FILE))}`);
  teller.tell(policyText.trimEnd());
}
