import {
  type BlockStorage,
  PolyvolError,
  type PolyvolErrorDetails,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { omitUndefined, rightToSee } from "@polyvol/core/driver";
import { areTagsHidden, createMarkEvidence, judgeMarks } from "../observe/hidden-marks.ts";
import { observeSnapshot } from "../observe/inventory.ts";
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
  readonly writers?: Readonly<Record<string, HoldWriter>> | undefined;
  /** Stops the call. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Holds a snapshot: no policy deletes it until {@link release}. Repeated is success. Reads back what was written.
 *
 * @returns the snapshot as it is now
 * @throws PolyvolError `unsupported` where descriptions cannot change and no writer is given; `operation_failed` when
 * the hold does not show; `permission_denied` (outcome `unknown`) when it was written and the credentials are not shown
 * tags, so that nothing can show it
 */
export async function hold(
  storage: BlockStorage,
  snapshotId: string,
  options: HoldOptions = {},
): Promise<Snapshot> {
  return await setHold(storage, snapshotId, true, options);
}

/**
 * Takes the hold off a snapshot, tag and description both. Otherwise as {@link hold}; where the credentials are not shown
 * tags it does nothing, since it cannot see which to take off.
 */
export async function release(
  storage: BlockStorage,
  snapshotId: string,
  options: HoldOptions = {},
): Promise<Snapshot> {
  return await setHold(storage, snapshotId, false, options);
}

function neededToSee({ capabilities }: BlockStorage): string {
  return `the credentials cannot see tags and need ${rightToSee("them", capabilities.limits.tags?.readScope)}`;
}

async function setHold(
  storage: BlockStorage,
  id: string,
  held: boolean,
  options: HoldOptions,
): Promise<Snapshot> {
  const call = { abortSignal: options.abortSignal };
  const before = await storage.snapshots.get(id, call);
  const about = {
    provider: storage.provider,
    operation: held ? "hold" : "release",
    resource: { kind: "snapshot", id, name: before.name },
  } as const;
  if (isHeld(before) === held) {
    if (held || !(await areTagsHidden(storage, [before], call))) return before;
    const reason = `it shows no hold, and may have one that cannot be seen: ${neededToSee(storage)}`;
    throw new PolyvolError("permission_denied", reason, { ...about, outcome: "not_applied" });
  }
  await write(storage, before, held, options, about);
  const after = await storage.snapshots.get(id, call);
  const asWanted = isHeld(after) === held;
  if (asWanted && held) return after;
  if (await areTagsHidden(storage, [after], call)) {
    const done = held ? "the hold was written, and cannot be seen" : "what could be seen of the hold is off";
    const reason = `${done}: ${neededToSee(storage)}`;
    throw new PolyvolError("permission_denied", reason, { ...about, outcome: "unknown" });
  }
  if (asWanted) return after;
  const rest = held
    ? "it was written, but the snapshot does not show it"
    : "the snapshot still shows it: a tag polyvol-hold goes only by a writer or in the provider's console";
  throw new PolyvolError("operation_failed", rest, about);
}

/** Writes the hold as a tag or into the description, or takes both off. */
async function write(
  storage: BlockStorage,
  snapshot: Snapshot,
  held: boolean,
  { writers = {}, abortSignal }: HoldOptions,
  about: PolyvolErrorDetails,
): Promise<void> {
  const writer = Object.hasOwn(writers, storage.provider) ? writers[storage.provider] : undefined;
  if (held ? writer === undefined : hasMarker(snapshot.description)) {
    const { supports } = storage.capabilities;
    if (!supports.includes("snapshots.update") || !supports.includes("snapshots.description")) {
      const way = "give a writer for this provider, or set the tag polyvol-hold in its console";
      throw new PolyvolError("unsupported", `descriptions of snapshots cannot change here; ${way}`, about);
    }
    const description = (held ? withMarker : withoutMarker)(snapshot.description);
    await storage.snapshots.update(snapshot.id, { description }, { abortSignal });
  }
  const tagged = isHeld({ ...snapshot, description: "" });
  if (writer !== undefined && (held || tagged))
    await writer(storage, snapshot, held, omitUndefined({ abortSignal }));
}

/** How holds are looked at. */
export interface HoldsOptions {
  /**
   * Whether to ask the provider, where nothing that was given shows a tag, if tags are shown at all: one or two requests.
   * Default false: asked only when snapshots that Polyvol made show none of what it wrote on them.
   */
  readonly thorough?: boolean | undefined;
  /** Stops the call. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Which of these are held, by id: `true`, `false`, or `undefined` where that cannot be seen, since the credentials are
 * not shown tags or the provider's answer said nothing of them. Unknown is not absent: treat it as held.
 */
export async function holdsOf(
  storage: BlockStorage,
  resources: readonly (Snapshot | Volume)[],
  options: HoldsOptions = {},
): Promise<ReadonlyMap<string, boolean | undefined>> {
  return await createHoldsReader(storage, options)(resources);
}

/** Tells which of some resources are held, as {@link holdsOf} does. */
export type HoldsReader = (
  resources: readonly (Snapshot | Volume)[],
) => Promise<ReadonlyMap<string, boolean | undefined>>;

/**
 * {@link holdsOf} for a listing that is read piece by piece and not kept: each piece is judged by what all pieces so far
 * have shown. Where it cannot be told yet whether tags are shown at all, holds are `undefined` until one was.
 */
export function createHoldsReader(storage: BlockStorage, options: HoldsOptions = {}): HoldsReader {
  const { thorough = false, abortSignal } = options;
  const call = { abortSignal };
  const evidence = createMarkEvidence();
  const hidesAll = async (resources: readonly (Snapshot | Volume)[]): Promise<boolean> => {
    const hidden = await judgeMarks(storage, evidence, call);
    if (hidden !== undefined && hidden.hidden === hidden.own) return true;
    return thorough && (await areTagsHidden(storage, resources, call));
  };
  return async (resources) => {
    for (const each of resources) if ("volumeId" in each) evidence.see(observeSnapshot(each));
    const isOpen = resources.some((each) => !isHeld(each));
    const allHidden = isOpen && (await hidesAll(resources));
    return new Map(
      resources.map((each) => {
        if (isHeld(each)) return [each.id, true];
        return [each.id, allHidden || each.tagsUnknown === true ? undefined : false];
      }),
    );
  };
}
