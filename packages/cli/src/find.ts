import type { BlockStorage, PolyvolErrorDetails, Snapshot, Volume } from "@polyvol/core";
import type { Context } from "./context.ts";
import { hasCode, UsageError } from "./errors.ts";
import { omitUndefined, type RegionOptions, type SnapshotOptions } from "./options.ts";
import { isId, isShortId } from "./output/format.ts";
import { type OnCloud, onCloudOf } from "./selected-clouds.ts";

/**
 * The volume that an argument names: by name, by id, or by the beginning of its id as tables show it. A name that looks
 * like an id is taken for an id.
 *
 * @throws PolyvolError `not_found` when no volume has this name or id
 * @throws UsageError when the ids of several begin so, and for an empty text
 */
export async function findVolume(
  context: Context,
  storage: BlockStorage,
  text: string,
  { region }: RegionOptions,
): Promise<Volume> {
  refuseEmpty("a volume", text);
  if (isId(text)) return await storage.volumes.get(text, context.call);
  const named = await storage.volumes.find(omitUndefined({ name: text, region }), context.call);
  if (named !== undefined) return named;
  try {
    return await storage.volumes.get(text, context.call);
  } catch (error) {
    if (!hasCode(error, "not_found")) throw error;
    const begun = await findByShortId(storage.volumes.list({}, context.call), text, "volumes");
    if (begun !== undefined) return begun;
    const where = region === undefined ? "" : ` in ${region}`;
    const reason = `no volume${where} has the name or the id ${JSON.stringify(text)}`;
    throw await notFound(reason, { provider: storage.provider, operation: "volumes.find", cause: error });
  }
}

/** Such as what a script makes of a variable that is not set. @throws UsageError */
export function refuseEmpty(what: string, text: string | undefined): void {
  if (text === "") throw new UsageError(`${what}: found an empty text; allowed: a name or an id.`);
}

/** @throws UsageError for `--region` without `--volume`, which would say nothing */
export function refuseLoneRegion({ volume, region }: SnapshotOptions): void {
  if (volume !== undefined || region === undefined) return;
  throw new UsageError("--region is that of a --volume, by name: say which volume.");
}

/** The volume of `--volume`; `undefined` without that option. @throws PolyvolError `not_found` */
export async function findVolumeOption(
  context: Context,
  storage: BlockStorage,
  options: SnapshotOptions,
): Promise<Volume | undefined> {
  refuseLoneRegion(options);
  if (options.volume === undefined) return undefined;
  return await findVolume(context, storage, options.volume, options);
}

/**
 * The snapshot that an argument names: by its id or the beginning of it, or by name where its volume is known.
 *
 * @throws PolyvolError `not_found` when there is none
 * @throws UsageError for a name without a volume, when the ids of several begin so, and for an empty text
 */
export async function findSnapshot(
  context: Context,
  storage: BlockStorage,
  text: string,
  volume: Volume | undefined,
): Promise<Snapshot> {
  refuseEmpty("a snapshot", text);
  if (isId(text)) return await storage.snapshots.get(text, context.call);
  const { snapshots, provider } = storage;
  const query = volume === undefined ? {} : { volumeId: volume.id };
  const named = volume && (await snapshots.find({ name: text, volumeId: volume.id }, context.call));
  const begun = named ?? (await findByShortId(snapshots.list(query, context.call), text, "snapshots"));
  const found = begun ?? (await snapshotOfOddId(context, storage, text));
  if (found !== undefined) return found;
  const quoted = JSON.stringify(text);
  if (volume === undefined && !isShortId(text)) {
    throw new UsageError(
      `${quoted} is no id. To name a snapshot by its name, say whose it is with --volume.`,
    );
  }
  const reason =
    volume === undefined
      ? `no snapshot has an id that begins with ${quoted}`
      : `volume ${volume.name} has no snapshot named ${quoted}`;
  throw await notFound(reason, { provider, operation: "snapshots.find" });
}

/** The snapshot of an id that is no UUID: drivers from elsewhere have such. */
async function snapshotOfOddId(
  context: Context,
  storage: BlockStorage,
  text: string,
): Promise<Snapshot | undefined> {
  if (isShortId(text)) return undefined;
  try {
    return await storage.snapshots.get(text, context.call);
  } catch (error) {
    if (hasCode(error, "not_found") || hasCode(error, "invalid_argument")) return undefined;
    throw error;
  }
}

/** The one whose id begins so; `undefined` for none, and for a text that cannot begin an id. @throws UsageError */
async function findByShortId<T extends { readonly id: string }>(
  all: AsyncIterable<T>,
  text: string,
  kind: string,
): Promise<T | undefined> {
  if (!isShortId(text)) return undefined;
  const start = text.toLowerCase();
  const found: T[] = [];
  for await (const each of all) if (each.id.toLowerCase().startsWith(start)) found.push(each);
  if (found.length > 1) {
    throw new UsageError(
      `the ids of ${found.length} ${kind} begin with ${JSON.stringify(text)}: give more of it.`,
    );
  }
  return found[0];
}

/** The volume that an argument names, and the cloud that it is on. */
export function onCloudOfVolume(
  context: Context,
  text: string,
  options: RegionOptions,
): Promise<OnCloud<Volume>> {
  return onCloudOf(context, {
    what: `volume ${text}`,
    find: (storage) => findVolume(context, storage, text, options),
  });
}

/** The snapshot that an argument names, the volume of `--volume`, and the cloud that they are on. */
export async function onCloudOfSnapshot(
  context: Context,
  text: string,
  options: SnapshotOptions,
): Promise<OnCloud<{ readonly snapshot: Snapshot; readonly volume: Volume | undefined }>> {
  refuseEmpty("a snapshot", text);
  return await onCloudOf(context, {
    what: snapshotWords([text], options),
    async find(storage) {
      const volume = await findVolumeOption(context, storage, options);
      return { volume, snapshot: await findSnapshot(context, storage, text, volume) };
    },
  });
}

async function notFound(reason: string, details: PolyvolErrorDetails): Promise<Error> {
  const { PolyvolError } = await import("@polyvol/core");
  return new PolyvolError("not_found", reason, details);
}

/** What arguments name, for people. */
export function snapshotWords(texts: readonly string[], { volume }: SnapshotOptions): string {
  const whose = volume === undefined ? "" : ` of volume ${volume}`;
  return `${texts.length === 1 ? "snapshot" : "snapshots"} ${texts.join(", ")}${whose}`;
}
