import type { SnapshotChoice } from "@polyvol/backup";
import type { BlockStorage } from "@polyvol/core";
import type { Command } from "commander";
import type { Context } from "../../context.ts";
import { UsageError, undefinedIfMissing } from "../../errors.ts";
import { findVolume, onCloudOfSnapshot, refuseEmpty } from "../../find.ts";
import { instant, omitUndefined, type RegionOptions } from "../../options.ts";
import { isId } from "../../output/format.ts";
import { onCloudOf, onOneCloud } from "../../selected-clouds.ts";
import { readPolicies } from "./setup.ts";

/** Adds the options that choose a snapshot. */
export function withSnapshotChoice(command: Command): Command {
  return withVolumeOrSnapshot(command)
    .option("--policy <id>", "with --volume: only snapshots of this policy")
    .option("--taken-by <time>", "with --volume: not newer, such as 2026-11-21T03:00:00Z", instant);
}

/** Adds `--volume` and `--snapshot`. */
export function withVolumeOrSnapshot(command: Command): Command {
  return command
    .option("--volume <volume>", "the newest good snapshot of this volume, by id or name")
    .option("--snapshot <snapshot>", "this snapshot, by id; by name beside its --volume");
}

/** Options that choose a snapshot. */
export interface ChoiceOptions extends RegionOptions {
  readonly volume?: string;
  readonly snapshot?: string;
  readonly policy?: string;
  readonly takenBy?: Date;
  readonly record?: string;
}

/** The volume, as far as the choice of a snapshot says it. */
export function volumeOf(choice: SnapshotChoice): {
  readonly volumeId?: string;
  readonly volumeName?: string;
} {
  if ("volumeId" in choice) return { volumeId: choice.volumeId };
  return "volumeName" in choice ? { volumeName: choice.volumeName } : {};
}

/** Refuses a wrong choice before any cloud is asked. @throws UsageError */
export function checkChoice({ volume, snapshot, policy, takenBy }: ChoiceOptions): void {
  if (volume === undefined && snapshot === undefined) {
    throw new UsageError("say what to restore: --volume for its newest good snapshot, or --snapshot ID.");
  }
  refuseEmpty("--volume", volume);
  refuseEmpty("--snapshot", snapshot);
  if (snapshot !== undefined && (policy !== undefined || takenBy !== undefined)) {
    throw new UsageError("--policy and --taken-by choose among the snapshots of a --volume.");
  }
}

/** A snapshot that the options choose, and the cloud that it is on. */
export interface Chosen {
  readonly cloud: string;
  readonly storage: BlockStorage;
  readonly from: SnapshotChoice;
}

/**
 * What the options choose. On a cloud that is named, the volume may be gone: what it has left is looked for there.
 *
 * @param elsewhere whether a volume that is not in `--region` is looked for everywhere
 */
export async function choose(
  context: Context,
  options: ChoiceOptions,
  { elsewhere }: { readonly elsewhere: boolean },
): Promise<Chosen> {
  const { volume = "", snapshot, region } = options;
  const isOneCloud = (await context.selected()).length === 1;
  if (snapshot !== undefined) {
    // A whole id says all, on the one cloud that there is.
    if (isOneCloud && isId(snapshot))
      return { ...(await onOneCloud(context)), from: { snapshotId: snapshot } };
    // Without a volume, `--region` is that of the new one.
    const ofVolume = options.volume === undefined ? {} : options;
    const { cloud, storage, found } = await onCloudOfSnapshot(context, snapshot, ofVolume);
    return { cloud, storage, from: { snapshotId: found.snapshot.id } };
  }
  const from = await newestOf(context, options, elsewhere);
  if (isOneCloud) return { ...(await onOneCloud(context)), from };
  const { cloud, storage } = await onCloudOf<unknown>(context, {
    what: `volume ${volume}`,
    async find(each) {
      const inRegion = findVolume(context, each, volume, omitUndefined({ region }));
      if (!elsewhere || region === undefined) return await inRegion;
      return (await undefinedIfMissing(inRegion)) ?? (await findVolume(context, each, volume, {}));
    },
  });
  return { cloud, storage, from };
}

/** The newest good snapshot of a volume by id or name, which may be gone. */
async function newestOf(
  context: Context,
  { volume = "", policy, takenBy, region }: ChoiceOptions,
  elsewhere: boolean,
): Promise<SnapshotChoice> {
  const policyId = policy === undefined ? undefined : await policyIds(context, policy);
  const filter = omitUndefined({ policyId, takenBy });
  if (isId(volume)) return { volumeId: volume, ...filter };
  return { volumeName: volume, ...(region === undefined ? {} : { region, elsewhere }), ...filter };
}

/** The policy's id and its former ids. A configuration or policy that is wrong keeps nobody from restoring. */
async function policyIds(context: Context, id: string): Promise<readonly string[]> {
  try {
    const policies = await readPolicies(await context.config());
    return [id, ...(policies.find((each) => each.id === id)?.formerIds ?? [])];
  } catch {
    return [id];
  }
}
