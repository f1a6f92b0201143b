import {
  type BlockStorage,
  type CallOptions,
  isPolyvolError,
  PolyvolError,
  type Volume,
} from "@polyvol/core";
import { describeGone, type GoneVolume, goneVolumes, namesakes } from "../observe/gone.ts";
import { findHiddenMarks } from "../observe/marks.ts";
import { seen } from "../observe/observe.ts";

/** Where a name is looked for. */
export interface WhereNamed {
  /** Default: the storage's own region first, then everywhere. */
  readonly region?: string;
  /** Whether to look everywhere when there is none in `region`. Default false. */
  readonly elsewhere?: boolean;
}

/** A volume with fewer snapshots may be new, and have taken the name of one that is gone. */
const FEW = 3;

/**
 * The id of the volume that a name means, to restore from: the one that is there, or the one that is gone and has left
 * snapshots. Where both or several have snapshots to restore, all are named and none is guessed.
 *
 * @throws PolyvolError `not_found`, `conflict`; `permission_denied` where the tags that hold the names are hidden
 */
export async function findVolumeId(
  storage: BlockStorage,
  name: string,
  where: WhereNamed,
  operation: string,
  call: CallOptions,
): Promise<string> {
  const { region, elsewhere = false } = where;
  const about = { provider: storage.provider, operation, outcome: "not_applied" } as const;
  const inRegion = { name, ...(region === undefined ? {} : { region }) };
  const living = await storage.volumes.find(inRegion, call);
  const own =
    living === undefined ? [] : await storage.snapshots.list({ volumeId: living.id }, call).toArray();
  if (living !== undefined && own.length >= FEW) return living.id;

  const { gone, hidden } = await goneNamed(storage, name, region, call);
  if (living !== undefined) {
    const source = gone.find(({ snapshots }) =>
      snapshots.some(({ snapshot }) => snapshot.id === living.sourceSnapshotId),
    );
    // What is there is a restore of it under its old name, which may have been cut off.
    if (source !== undefined && own.length === 0) return source.volumeId;
    if (gone.length === 0 || source !== undefined) return living.id;
    const taken = `${own.length} ${own.length === 1 ? "snapshot" : "snapshots"}`;
    const there = `${living.id}, which is there since ${living.createdAt.toISOString()} (${taken})`;
    throw several(name, [there, ...gone.map(describeGone)], about);
  }
  if (gone.length > 1) throw several(name, gone.map(describeGone), about);
  if (gone[0] !== undefined) return gone[0].volumeId;
  if (elsewhere && region !== undefined) return await findVolumeId(storage, name, {}, operation, call);
  const byId = await tryGet(storage, name, call);
  if (byId !== undefined) return byId.id;
  if (hidden) {
    const scope = storage.capabilities.limits.tags?.readScope;
    const needs = scope === undefined ? "the right to see tags" : `the scope ${scope}`;
    const reason = `no volume is named ${JSON.stringify(name)}, and the names of those that are gone cannot be seen: the credentials may lack ${needs}`;
    throw new PolyvolError("permission_denied", reason, about);
  }
  const place = region === undefined ? "" : ` in ${region}`;
  const reason = `no volume${place} has the name or the id ${JSON.stringify(name)}, and no snapshot says that its volume had that name`;
  throw new PolyvolError("not_found", reason, about);
}

async function goneNamed(
  storage: BlockStorage,
  name: string,
  region: string | undefined,
  call: CallOptions,
): Promise<{ readonly gone: readonly GoneVolume[]; readonly hidden: boolean }> {
  const all = (await storage.snapshots.list({}, call).toArray()).map(seen);
  const rule = storage.capabilities.limits.tags;
  // Of all volumes that snapshots are of: which of them exist is only asked where a name fits.
  const fitting = namesakes(goneVolumes(all, new Set()), name, region, rule);
  if (fitting.length === 0)
    return { gone: [], hidden: (await findHiddenMarks(storage, all, call))?.what === "tags" };
  const existing = new Set((await storage.volumes.list({}, call).toArray()).map(({ id }) => id));
  return { gone: fitting.filter(({ volumeId }) => !existing.has(volumeId)), hidden: false };
}

async function tryGet(storage: BlockStorage, id: string, call: CallOptions): Promise<Volume | undefined> {
  try {
    return await storage.volumes.get(id, call);
  } catch (error) {
    if (isPolyvolError(error, "not_found")) return undefined;
    throw error;
  }
}

function several(
  name: string,
  found: readonly string[],
  about: { readonly provider: string; readonly operation: string; readonly outcome: "not_applied" },
): PolyvolError {
  const reason = `${JSON.stringify(name)} means several volumes: ${found.join("; ")}; say which by its id`;
  return new PolyvolError("conflict", reason, about);
}
