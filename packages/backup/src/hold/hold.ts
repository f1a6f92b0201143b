import { type BlockStorage, PolyvolError, type Snapshot } from "@polyvol/core";
import { hasMarker, isHeld, withMarker, withoutMarker } from "./marker.ts";

/**
 * Puts a provider's own hold (the tag `polyvol-hold`) on a snapshot or takes it off. Core has no neutral call for tags,
 * so whoever knows the adapter brings this.
 */
export type HoldWriter = (
  storage: BlockStorage,
  snapshot: Snapshot,
  held: boolean,
  options: { readonly abortSignal?: AbortSignal },
) => Promise<void>;

/** How a hold is written. */
export interface HoldOptions {
  /** Writers by provider, such as `{ digitalocean }`. Where there is none, the description of the snapshot is used. */
  readonly writers?: Readonly<Record<string, HoldWriter>>;
  /** Stops the call. */
  readonly abortSignal?: AbortSignal;
}

/**
 * Holds a snapshot: no policy deletes it until {@link release}. Repeated is success. Reads back what was written.
 *
 * @returns the snapshot as it is now
 * @throws PolyvolError `unsupported` where descriptions cannot change and no writer is given; `operation_failed` when
 * the hold does not show
 */
export async function hold(
  storage: BlockStorage,
  snapshotId: string,
  options: HoldOptions = {},
): Promise<Snapshot> {
  return await setHold(storage, snapshotId, true, options);
}

/** Takes the hold off a snapshot, tag and description both. Otherwise as {@link hold}. */
export async function release(
  storage: BlockStorage,
  snapshotId: string,
  options: HoldOptions = {},
): Promise<Snapshot> {
  return await setHold(storage, snapshotId, false, options);
}

async function setHold(
  storage: BlockStorage,
  id: string,
  held: boolean,
  options: HoldOptions,
): Promise<Snapshot> {
  const call = options.abortSignal === undefined ? {} : { abortSignal: options.abortSignal };
  const before = await storage.snapshots.get(id, call);
  if (isHeld(before) === held) return before;
  const writer = Object.hasOwn(options.writers ?? {}, storage.provider)
    ? options.writers?.[storage.provider]
    : undefined;
  const about = {
    provider: storage.provider,
    operation: held ? "hold" : "release",
    resource: { kind: "snapshot", id, name: before.name },
  } as const;

  const marked = hasMarker(before.description);
  if (held ? writer === undefined : marked) {
    const { supports } = storage.capabilities;
    if (!supports.includes("snapshots.update") || !supports.includes("snapshots.description")) {
      const way = "give a writer for this provider, or set the tag polyvol-hold in its console";
      throw new PolyvolError("unsupported", `descriptions of snapshots cannot change here; ${way}`, about);
    }
    const description = (held ? withMarker : withoutMarker)(before.description);
    await storage.snapshots.update(id, { description }, call);
  }
  const tagged = isHeld({ ...before, description: "" });
  if (writer !== undefined && (held || tagged)) {
    await writer(storage, before, held, call);
  }

  const after = await storage.snapshots.get(id, call);
  if (isHeld(after) === held) return after;
  const rest = held
    ? "it was written, but the snapshot does not show it"
    : "the snapshot still shows it: a tag polyvol-hold goes only by a writer or in the provider's console";
  throw new PolyvolError("operation_failed", rest, about);
}
