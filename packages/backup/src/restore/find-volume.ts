import {
  type BlockStorage,
  type CallOptions,
  isPolyvolError,
  PolyvolError,
  type Volume,
} from "@polyvol/core";
import { rightToSee } from "@polyvol/core/driver";
import { describeGone, type GoneVolume, goneVolumes, namesakes } from "../observe/gone-volumes.ts";
import { judgeMarks, marksOf } from "../observe/hidden-marks.ts";
import { observeSnapshot } from "../observe/observe-snapshot.ts";

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
  const living = await storage.volumes.find({ name, region }, call);
  const own =
    living === undefined ? [] : await storage.snapshots.list({ volumeId: living.id }, call).toArray();
  if (living !== undefined && own.length >= FEW) return living.id;

  const found = await goneNamed(storage, name, region, own.length === 0, call).catch((error: unknown) => {
    // What is there has snapshots, and these credentials may not see those of others.
    if (own.length > 0 && isPolyvolError(error, "permission_denied")) return undefined;
    throw error;
  });
  const { gone, unnamed, hidden } = found ?? { gone: [], unnamed: [], hidden: false };
  if (living !== undefined) {
    const source = gone.find(({ snapshots }) =>
      snapshots.some(({ snapshot }) => snapshot.id === living.sourceSnapshotId),
    );
    // What is there is a restore of it under its old name, which may have been cut off.
    if (source !== undefined && own.length === 0) return source.volumeId;
    if (source === undefined && gone.length > 0)
      throw several(name, [there(living, own), ...gone.map(describeGone)], about);
    if (own.length > 0 || unnamed.length === 0) return living.id;
    const reason = `volume ${name} (${living.id}) has no snapshot${nameless(unnamed)}`;
    throw new PolyvolError("not_found", reason, about);
  }
  if (gone.length > 1) throw several(name, gone.map(describeGone), about);
  if (gone[0] !== undefined) return gone[0].volumeId;
  if (elsewhere && region !== undefined) return await findVolumeId(storage, name, {}, operation, call);
  const byId = await tryGet(storage, name, call);
  if (byId !== undefined) return byId.id;
  const text = JSON.stringify(name);
  if (hidden) {
    const needs = rightToSee("tags", storage.capabilities.limits.tags?.readScope);
    const reason = `no volume is named ${text}, and the names of those that are gone cannot be seen: the credentials may lack ${needs}`;
    throw new PolyvolError("permission_denied", reason, about);
  }
  const place = region === undefined ? "" : ` in ${region}`;
  const reason = `no volume${place} has the name or the id ${text}, and no snapshot says that its volume had that name`;
  throw new PolyvolError("not_found", `${reason}${nameless(unnamed)}`, about);
}

interface Gone {
  /** Those that had the name. */
  readonly gone: readonly GoneVolume[];
  /** Those whose snapshots say no name: they were made by hand, or before names were kept. */
  readonly unnamed: readonly GoneVolume[];
  /** Whether names cannot be seen. */
  readonly hidden: boolean;
}

async function goneNamed(
  storage: BlockStorage,
  name: string,
  region: string | undefined,
  withUnnamed: boolean,
  call: CallOptions,
): Promise<Gone> {
  const all = (await storage.snapshots.list({}, call).toArray()).map(observeSnapshot);
  // Of all volumes that snapshots are of: which of them exist is only asked where it matters.
  const sources = goneVolumes(all, new Set());
  const fitting = namesakes(sources, name, region, storage.capabilities.limits.tags);
  const unnamed = withUnnamed ? sources.filter((each) => each.name === undefined) : [];
  const hidden = fitting.length === 0 && (await judgeMarks(storage, marksOf(all), call))?.what === "tags";
  if (fitting.length + unnamed.length === 0) return { gone: [], unnamed: [], hidden };
  const existing = new Set((await storage.volumes.list({}, call).toArray()).map(({ id }) => id));
  const isGone = ({ volumeId }: GoneVolume): boolean => !existing.has(volumeId);
  return { gone: fitting.filter(isGone), unnamed: unnamed.filter(isGone), hidden };
}

function there({ id, createdAt }: Volume, own: readonly unknown[]): string {
  return `${id}, which is there since ${createdAt.toISOString()} (${own.length} ${own.length === 1 ? "snapshot" : "snapshots"})`;
}

/** That there are volumes of which nobody can say the name. */
function nameless(unnamed: readonly GoneVolume[]): string {
  if (unnamed.length === 0) return "";
  const shown = unnamed.slice(0, 5).map(describeGone);
  const more = unnamed.length > shown.length ? `; and ${unnamed.length - shown.length} more` : "";
  return `; snapshots that say no name are left of ${shown.join("; ")}${more}`;
}

/** The volume of that id; `undefined` when there is none. */
export async function tryGet(
  storage: BlockStorage,
  id: string,
  call: CallOptions,
): Promise<Volume | undefined> {
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
