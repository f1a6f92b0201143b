import type { SnapshotChoice } from "@polyvol/backup";
import type { Context } from "../context.ts";
import { isId, type NameOptions } from "../find.ts";
import { UsageError } from "../usage-error.ts";
import { policiesOf } from "./policies.ts";

/** Options that say which snapshot is meant. */
export interface ChoiceOptions extends NameOptions {
  readonly volume?: string;
  readonly snapshot?: string;
  readonly policy?: string;
  readonly takenBy?: Date;
}

/** What is refused before any cloud is asked. @throws UsageError */
export function checkChoice({ volume, snapshot, policy, takenBy }: ChoiceOptions): void {
  if ((volume === undefined) === (snapshot === undefined)) {
    throw new UsageError("say what to restore: --volume for its newest good snapshot, or --snapshot ID.");
  }
  if (snapshot !== undefined && (policy !== undefined || takenBy !== undefined)) {
    throw new UsageError("--policy and --taken-by choose among the snapshots of a --volume.");
  }
}

/**
 * The snapshot that the options mean: of a volume by id or name, which may be gone.
 * @param elsewhere whether a volume that is not in `--region` is looked for everywhere: it is that of something new, too
 */
export async function choiceOf(
  context: Context,
  { volume = "", snapshot, policy, takenBy, region }: ChoiceOptions,
  elsewhere = false,
): Promise<SnapshotChoice> {
  if (snapshot !== undefined) return { snapshotId: snapshot };
  const which = {
    ...(policy === undefined ? {} : { policyId: await idsOf(context, policy) }),
    ...(takenBy === undefined ? {} : { takenBy }),
  };
  if (isId(volume)) return { volumeId: volume, ...which };
  return { volumeName: volume, ...(region === undefined ? {} : { region, elsewhere }), ...which };
}

/** The policy's id and those that it had before. What is wrong with other policies keeps nobody from restoring. */
async function idsOf(context: Context, id: string): Promise<readonly string[]> {
  try {
    const policies = await policiesOf(await context.config());
    return [id, ...(policies.find((each) => each.id === id)?.formerIds ?? [])];
  } catch {
    return [id];
  }
}
