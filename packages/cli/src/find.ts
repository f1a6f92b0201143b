import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import type { Context } from "./context.ts";
import { hasCode, UsageError } from "./errors.ts";
import { omitUndefined, type RegionOptions, type SnapshotOptions } from "./options.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a provider's id. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/**
 * The volume that an argument names, by id or name. A name that looks like an id is taken for an id.
 * @throws PolyvolError `not_found` when no volume has this name or id
 */
export async function findVolume(
  context: Context,
  storage: BlockStorage,
  text: string,
  { region }: RegionOptions,
): Promise<Volume> {
  if (isId(text)) return await storage.volumes.get(text, context.call);
  const named = await storage.volumes.find(omitUndefined({ name: text, region }), context.call);
  if (named !== undefined) return named;
  try {
    return await storage.volumes.get(text, context.call);
  } catch (error) {
    if (!hasCode(error, "not_found")) throw error;
    const where = region === undefined ? "" : ` in ${region}`;
    const { PolyvolError } = await import("@polyvol/core");
    throw new PolyvolError("not_found", `no volume${where} has the name or the id ${JSON.stringify(text)}`, {
      provider: storage.provider,
      operation: "volumes.find",
      cause: error,
    });
  }
}

/** The volume of `--volume`; `undefined` without that option. @throws PolyvolError `not_found` */
export async function findVolumeOption(
  context: Context,
  storage: BlockStorage,
  options: SnapshotOptions,
): Promise<Volume | undefined> {
  if (options.volume === undefined) return undefined;
  return await findVolume(context, storage, options.volume, options);
}

/**
 * The snapshot that an argument names: by id, or by name where its volume is known.
 * @throws PolyvolError `not_found` when there is none
 * @throws UsageError for a name without a volume
 */
export async function findSnapshot(
  context: Context,
  storage: BlockStorage,
  text: string,
  volume: Volume | undefined,
): Promise<Snapshot> {
  if (isId(text)) return await storage.snapshots.get(text, context.call);
  if (volume === undefined) {
    throw new UsageError(
      `${JSON.stringify(text)} is no id. To name a snapshot by its name, say whose it is with --volume.`,
    );
  }
  const named = await storage.snapshots.find({ name: text, volumeId: volume.id }, context.call);
  if (named !== undefined) return named;
  const { PolyvolError } = await import("@polyvol/core");
  throw new PolyvolError("not_found", `volume ${volume.name} has no snapshot named ${JSON.stringify(text)}`, {
    provider: storage.provider,
    operation: "snapshots.find",
  });
}
