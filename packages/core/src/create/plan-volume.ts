import { isSameId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { deleteVolume } from "../change/delete.ts";
import type { BlockStorageDriver, DriverCreateVolume } from "../driver.ts";
import { isPolyvolError, PolyvolError, refused, refusedArgument } from "../errors.ts";
import { checkNewName, checkSize, checkTags } from "../limits.ts";
import { type Defined, omitUndefined } from "../omit-undefined.ts";
import { requireCapability } from "../operations/operation-table.ts";
import type { SnapshotResources, VolumeResources } from "../operations/resources.ts";
import type { CreateVolumeInput } from "../options.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import { createdAs } from "./created-as.ts";
import type { CreateKey, NamedCreate } from "./named-create.ts";

/** A create whose input has been checked against everything that is known before the first change is sent. */
export interface VolumePlan {
  readonly input: DriverCreateVolume;
  readonly key: CreateKey;
  /** With a source: the size that the provider may make the volume with before it is grown. */
  readonly sourceSizeGiB?: number;
  /** Why no volume can be given this name any more: one that has it already can be taken over all the same. */
  readonly nameRefusal?: PolyvolError;
}

/** Checks the input further; reads the source snapshot, because what it needs bounds the size. Sends no change. */
export async function planVolume(
  runtime: Runtime,
  snapshots: SnapshotResources,
  call: Call,
  input: Defined<CreateVolumeInput>,
): Promise<VolumePlan> {
  const { volumeName, volumeSize: rule } = runtime.capabilities.limits;
  const nameRefusal = checkNewName(input.name, volumeName);
  checkAgainstCapabilities(runtime, input);
  const isRestore = input.sourceSnapshotId !== undefined;
  const sizeOf = (size: number, unbounded: boolean): number =>
    checkSize(size, rule, input.roundUpSize === true, "sizeGiB", unbounded);
  const asked = input.sizeGiB === undefined ? undefined : sizeOf(input.sizeGiB, isRestore);
  if (asked === undefined && input.sourceSnapshotId === undefined) {
    throw refusedArgument(`sizeGiB: found nothing, allowed are ${rule.minimumGiB} to ${rule.maximumGiB} GiB`);
  }
  const source = await sourceOf(snapshots, call, input, asked);
  const needed = source?.minVolumeSizeGiB;
  // A snapshot above our bound proves the bound wrong.
  if (asked !== undefined) sizeOf(asked, needed !== undefined && needed > rule.maximumGiB);
  const sizeGiB = asked ?? checkSize(needed, rule, true, "the size that the snapshot needs", true);
  // Not the region of the source: what a snapshot shows there is not always what a create takes.
  const region = input.region ?? runtime.driver.defaultRegion;
  const { name, tags = {}, description, volumeType, sourceSnapshotId, providerOptions } = input;
  return omitUndefined({
    input: omitUndefined({
      name,
      region,
      sizeGiB,
      description,
      tags,
      volumeType,
      sourceSnapshotId,
      providerOptions,
    }),
    key: omitUndefined({ sizeGiB, within: region, sourceSnapshotId, volumeType }),
    sourceSizeGiB: needed,
    nameRefusal,
  });
}

function checkAgainstCapabilities(runtime: Runtime, input: CreateVolumeInput): void {
  const { limits } = runtime.capabilities;
  if (input.sourceSnapshotId !== undefined) {
    requireCapability(runtime, "volumes.createFromSnapshot", "volumes cannot be made from snapshots here");
  }
  if (input.description !== undefined && input.description !== "") {
    requireCapability(runtime, "volumes.description", "volumes take no description here");
    const bytes = new TextEncoder().encode(input.description).length;
    const most = limits.volumeDescriptionBytes;
    if (most !== "unknown" && bytes > most) {
      throw refusedArgument(`description: found ${bytes} bytes, allowed are ${most}`);
    }
  }
  if (input.tags !== undefined && Object.keys(input.tags).length > 0) {
    requireCapability(runtime, "volumes.tags", "volumes take no tags here");
    checkTags(input.tags, limits);
  }
  if (input.volumeType !== undefined) {
    requireCapability(runtime, "volumes.type", "the type of a volume cannot be chosen here");
  }
}

async function sourceOf(
  snapshots: SnapshotResources,
  call: Call,
  input: CreateVolumeInput,
  sizeGiB: number | undefined,
): Promise<Snapshot | undefined> {
  if (input.sourceSnapshotId === undefined) return undefined;
  const id = input.sourceSnapshotId;
  const source = await snapshots.get(call, id).catch((error: unknown) => {
    if (!isPolyvolError(error, "not_found")) throw error;
    call.about({ kind: "snapshot", id });
    throw new PolyvolError("not_found", `there is no snapshot ${id}`);
  });
  if (source.state !== "available") {
    throw refused(
      "failed_precondition",
      `snapshot ${source.id} is in the state ${source.providerState ?? source.state}; only an available one can be restored`,
    );
  }
  if (sizeGiB !== undefined && sizeGiB < source.minVolumeSizeGiB) {
    throw refused(
      "out_of_range",
      `sizeGiB: found ${sizeGiB} GiB, snapshot ${source.id} needs at least ${source.minVolumeSizeGiB} GiB`,
    );
  }
  return source;
}

/** The create of a volume, from a plan, or from a stored ref to look and judge by. */
export function volumeCreate(
  resources: VolumeResources,
  snapshots: SnapshotResources,
  driver: BlockStorageDriver,
  key: CreateKey & { readonly name: string },
  plan?: VolumePlan,
): NamedCreate<Volume> {
  const { name, within } = key;
  const isByRegion = driver.capabilities.volumeNames.scope === "region";
  return {
    kind: "volume",
    name,
    look: (call) => resources.lookAll(call, omitUndefined({ name, region: isByRegion ? within : undefined })),
    get: (call, id) => resources.tryGet(call, id),
    send: async (context, attemptId) => {
      if (plan === undefined) throw new PolyvolError("unknown", "a stored operation is never sent again");
      return createdAs(plan.input, await driver.createVolume({ ...plan.input, attemptId }, context));
    },
    remove: (call, id) => deleteVolume(resources, snapshots, call, { id, withSnapshots: false }),
    difference: (existing) => difference(driver, existing, key, plan),
    attemptIdOf: (volume) => driver.attemptIdOf?.(volume),
  };
}

function difference(
  { isOfType, unlikeOptions }: BlockStorageDriver,
  existing: Volume,
  key: CreateKey,
  { input, sourceSizeGiB }: Partial<VolumePlan> = {},
): string | undefined {
  if (key.within !== undefined && existing.region !== key.within) {
    return `it is in ${existing.region}, asked for was ${key.within}`;
  }
  if (!isSameId(existing.sourceSnapshotId, key.sourceSnapshotId)) {
    const made =
      existing.sourceSnapshotId === undefined ? "no known snapshot" : `snapshot ${existing.sourceSnapshotId}`;
    const asked = key.sourceSnapshotId === undefined ? "none" : `snapshot ${key.sourceSnapshotId}`;
    return `it was made from ${made}, asked for was ${asked}`;
  }
  // A restore that was interrupted before its second step has the size of its snapshot.
  const unfinished = sourceSizeGiB !== undefined && existing.sizeGiB === sourceSizeGiB;
  if (key.sizeGiB !== undefined && existing.sizeGiB !== key.sizeGiB && !unfinished) {
    return `it has ${existing.sizeGiB} GiB, asked for were ${key.sizeGiB} GiB`;
  }
  const { volumeType } = key;
  const isOther = volumeType !== undefined && existing.volumeType !== volumeType;
  if (isOther && isOfType?.(existing, volumeType) !== true) {
    return `it is of the type ${existing.volumeType ?? "unknown"}, asked for was ${volumeType}`;
  }
  return unlikeOptions?.(existing, input?.providerOptions);
}
