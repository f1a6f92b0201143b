import type { SnapshotChoice } from "@polyvol/backup";
import { type BlockStorage, isPolyvolError } from "@polyvol/core";
import type { Context } from "../context.ts";
import { findVolume, isId, type NameOptions } from "../find.ts";
import { UsageError } from "../usage-error.ts";

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

/** The snapshot that the options mean. An id of a volume may be one that is gone: its snapshots can remain. */
export async function choiceOf(
  context: Context,
  storage: BlockStorage,
  options: ChoiceOptions,
): Promise<SnapshotChoice> {
  const { volume = "", snapshot, policy, takenBy } = options;
  if (snapshot !== undefined) return { snapshotId: snapshot };
  return {
    volumeId: isId(volume) ? volume : (await findVolume(context, storage, volume, options)).id,
    ...(policy === undefined ? {} : { policyId: policy }),
    ...(takenBy === undefined ? {} : { takenBy }),
  };
}

/** The same where `region` is that of something new, too: the volume is looked for there, and then elsewhere. */
export async function choiceNear(
  context: Context,
  storage: BlockStorage,
  options: ChoiceOptions,
): Promise<SnapshotChoice> {
  const { region, ...anywhere } = options;
  try {
    return await choiceOf(context, storage, options);
  } catch (error) {
    if (region === undefined || !isPolyvolError(error, "not_found")) throw error;
    return await choiceOf(context, storage, anywhere);
  }
}
