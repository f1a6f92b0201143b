import type { SnapshotChoice } from "@polyvol/backup";
import type { BlockStorage } from "@polyvol/core";
import type { Command } from "commander";
import { undefinedIfMissing } from "../../changes.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { findVolume, refuseEmpty } from "../../find.ts";
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
    .option("--snapshot <id>", "this snapshot");
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

/**
 * The cloud of the snapshot or volume that the options choose. On a cloud that is named, the volume may be gone: what it
 * has left is looked for there.
 */
export async function onCloudOfChoice(
  context: Context,
  { volume = "", snapshot, region }: ChoiceOptions,
  { elsewhere }: { readonly elsewhere: boolean },
): Promise<{ readonly cloud: string; readonly storage: BlockStorage }> {
  if ((await context.selected()).length === 1) return await onOneCloud(context);
  return await onCloudOf<unknown>(context, {
    what: snapshot === undefined ? `volume ${volume}` : `snapshot ${snapshot}`,
    async find(storage) {
      if (snapshot !== undefined) return await storage.snapshots.get(snapshot, context.call);
      const inRegion = findVolume(context, storage, volume, omitUndefined({ region }));
      if (!elsewhere || region === undefined) return await inRegion;
      return (await undefinedIfMissing(inRegion)) ?? (await findVolume(context, storage, volume, {}));
    },
  });
}

/** Refuses a wrong choice before any cloud is asked. @throws UsageError */
export function checkChoice({ volume, snapshot, policy, takenBy }: ChoiceOptions): void {
  if ((volume === undefined) === (snapshot === undefined)) {
    throw new UsageError("say what to restore: --volume for its newest good snapshot, or --snapshot ID.");
  }
  refuseEmpty("--volume", volume);
  refuseEmpty("--snapshot", snapshot);
  if (snapshot !== undefined && (policy !== undefined || takenBy !== undefined)) {
    throw new UsageError("--policy and --taken-by choose among the snapshots of a --volume.");
  }
}

/**
 * The snapshot that the options choose: of a volume by id or name, which may be gone.
 *
 * @param elsewhere whether a volume that is not in `--region` is looked for everywhere
 */
export async function snapshotChoice(
  context: Context,
  { volume = "", snapshot, policy, takenBy, region }: ChoiceOptions,
  { elsewhere }: { readonly elsewhere: boolean },
): Promise<SnapshotChoice> {
  if (snapshot !== undefined) return { snapshotId: snapshot };
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
