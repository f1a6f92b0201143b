import type { SnapshotChoice } from "@polyvol/backup";
import type { BlockStorage } from "@polyvol/core";
import type { Options } from "../action.ts";
import type { Context } from "../context.ts";
import { findVolume, isId } from "../find.ts";
import { UsageError } from "../usage-error.ts";

/** Options that say which snapshot is meant. */
export interface ChoiceOptions extends Options {
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

/** The snapshot that the options mean. An id of a volume may be one that is gone: its snapshots can remain. */
export async function choiceOf(
  context: Context,
  storage: BlockStorage,
  { volume = "", snapshot, policy, takenBy }: ChoiceOptions,
): Promise<SnapshotChoice> {
  if (snapshot !== undefined) return { snapshotId: snapshot };
  return {
    volumeId: isId(volume) ? volume : (await findVolume(context, storage, volume)).id,
    ...(policy === undefined ? {} : { policyId: policy }),
    ...(takenBy === undefined ? {} : { takenBy }),
  };
}
