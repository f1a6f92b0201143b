import { status } from "@polyvol/backup";
import type { Options } from "../../action.ts";
import { configured } from "../../backup/configured.ts";
import { deadline } from "../../backup/deadline.ts";
import { reportProblems } from "../../backup/problems.ts";
import type { Context } from "../../context.ts";
import { FAILED } from "../../errors.ts";
import { writeVerdict } from "../../output/result.ts";
import { writeStatus } from "../../views/backup/status.ts";

const CODES = { fresh: 0, stale: 4, failed: FAILED } as const;

export interface StatusCommandOptions extends Options {
  readonly policy?: readonly string[];
  readonly grace?: number;
}

export async function run(context: Context, options: StatusCommandOptions): Promise<number> {
  const { policies, clouds, check } = await configured(context, options.policy);
  const how = {
    abortSignal: deadline(context),
    ...(options.grace === undefined ? {} : { graceMs: options.grace }),
  };
  const found = await check(() => status(policies, clouds, new Date(), how));
  await writeVerdict(context.output, found.verdict === "fresh", () => writeStatus(context.output, found));
  reportProblems(found.problems, "looking");
  return CODES[found.verdict];
}
