import {
  type BlockStorage,
  type CallOptions,
  isPolyvolError,
  PolyvolError,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { listWords, rightToSee } from "@polyvol/core/driver";
import { compareText } from "../compare-text.ts";
import {
  describeGone,
  type GoneVolume,
  goneVolumes,
  mayHaveBeenIn,
  namesakes,
} from "../observe/gone-volumes.ts";
import { judgeMarks, marksOf } from "../observe/hidden-marks.ts";
import { isGood, newestOf, type ObservedSnapshot, observeSnapshot } from "../observe/inventory.ts";
import type { OneOrMore } from "../policy/types.ts";
import { checkDate, invalidArgument } from "../retention/policy-error.ts";

/** Which of a volume's good snapshots are meant. */
interface AmongSnapshots {
  /** Only snapshots of this policy id, or of any of several. Default: all of the volume, also those of no policy. */
  readonly policyId?: OneOrMore | undefined;
  /** Only snapshots taken at or before this instant. */
  readonly takenBy?: Date | undefined;
}

/** Which snapshot to take: one by id, or the newest good one of a volume by id or name, which may be gone. */
export type SnapshotChoice =
  | {
      /** This snapshot. */
      readonly snapshotId: string;
    }
  | (AmongSnapshots & {
      /** The newest good snapshot of this volume. */
      readonly volumeId: string;
    })
  | (AmongSnapshots &
      WhereNamed & {
        /** The newest good snapshot of the volume of this name: the one that is there, or one that has left snapshots. */
        readonly volumeName: string;
      });

/** A snapshot, and the cloud that it is on. */
export interface SnapshotRequest {
  /** A cloud by the name of the configuration. */
  readonly cloud: string;
  /** The snapshot, or the volume whose newest good one it is. */
  readonly from: SnapshotChoice;
}

const CHOICES = ["snapshotId", "volumeId", "volumeName"];

/**
 * A choice without what is `undefined` in it: a volume that is asked for without an id would be any volume.
 *
 * @throws PolicyError `invalid_argument` for what says neither a snapshot nor a volume
 */
function checkedChoice(choice: SnapshotChoice): SnapshotChoice {
  const entries: readonly [string, unknown][] = Object.entries(Object(choice));
  const given = entries.filter(([, value]) => value !== undefined);
  if (given.some(([key, value]) => CHOICES.includes(key) && typeof value === "string"))
    return Object.fromEntries(given) as unknown as SnapshotChoice;
  const keys = entries.map(([key]) => key).join(", ");
  throw invalidArgument([
    { path: "from", found: keys || "nothing", allowed: `a text as ${CHOICES.join(", or as ")}` },
  ]);
}

/**
 * @throws PolyvolError `not_found`; `failed_precondition` when the one asked for cannot be restored; `conflict` when a name
 * means several volumes; PolicyError `invalid_argument` for an invalid date
 */
export async function findSnapshot(
  storage: BlockStorage,
  from: SnapshotChoice,
  operation: string,
  call: CallOptions,
): Promise<Snapshot> {
  const choice = checkedChoice(from);
  const { provider } = storage;
  const unfit = ({ id, name }: Snapshot, reason: string): PolyvolError => {
    const resource = { kind: "snapshot", id, name } as const;
    return new PolyvolError("failed_precondition", reason, { provider, operation, resource });
  };
  if ("snapshotId" in choice) {
    const snapshot = await storage.snapshots.get(choice.snapshotId, call);
    if (snapshot.state === "available") return snapshot;
    throw unfit(snapshot, `only an available snapshot can be restored; it is ${snapshot.state}`);
  }
  const { policyId, takenBy } = choice;
  if (takenBy !== undefined) checkDate(takenBy, "takenBy");
  const ids = typeof policyId === "string" ? [policyId] : policyId;
  const volumeId =
    "volumeId" in choice
      ? choice.volumeId
      : await findVolumeId(storage, choice.volumeName, choice, operation, call);
  const all = (await storage.snapshots.list({ volumeId }, call).toArray()).map(observeSnapshot);
  const newest = newestOf(
    all.filter(
      (each) =>
        isGood(each) &&
        (ids === undefined || ids.includes(each.backupName?.policyId ?? "")) &&
        (takenBy === undefined || each.snapshot.createdAt <= takenBy),
    ),
  );
  if (newest?.state === "restoring")
    throw unfit(
      newest,
      `its newest good snapshot ${newest.name} is being restored from; wait until that is done, or say another by its id`,
    );
  if (newest !== undefined) return newest;
  const policy = ids === undefined ? "" : ` of policy ${ids.join(" or ")}`;
  const by = takenBy === undefined ? "" : ` taken by ${takenBy.toISOString()}`;
  const found = all.length === 1 ? "1 snapshot" : `${all.length} snapshots`;
  const reason = `it has no available snapshot${policy}${by}, of ${found} in all${ids === undefined ? "" : policiesOf(all)}`;
  const resource = { kind: "volume", id: volumeId } as const;
  throw new PolyvolError("not_found", reason, { provider, operation, resource });
}

/** Whose snapshots there are, for whoever has misspelt the id of a policy. */
function policiesOf(snapshots: readonly ObservedSnapshot[]): string {
  const policies = new Set(snapshots.flatMap(({ backupName }) => backupName?.policyId ?? []));
  return policies.size === 0
    ? ""
    : `; there are some of policy ${listWords([...policies].toSorted(compareText))}`;
}

/** Where a name is looked for. */
interface WhereNamed {
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
async function findVolumeId(
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
  // Asked for in a region, it is the one whose snapshots say so.
  const meant = gone.filter(
    ({ snapshots }) =>
      region === undefined || snapshots.some(({ snapshot }) => snapshot.regions.includes(region)),
  );
  if (meant.length > 1) throw several(name, meant.map(describeGone), about);
  if (meant[0] !== undefined) return meant[0].volumeId;
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
  /** Those that had the name, and may have been in the region. */
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
  const fitting = namesakes(sources, name, storage.capabilities.limits.tags);
  const unnamed = withUnnamed ? sources.filter((each) => each.name === undefined) : [];
  const hidden = fitting.length === 0 && (await judgeMarks(storage, marksOf(all), call))?.what === "tags";
  if (fitting.length + unnamed.length === 0) return { gone: [], unnamed: [], hidden };
  const volumes = await storage.volumes.list({}, call).toArray();
  const existing = new Set(volumes.map(({ id }) => id));
  const isGone = ({ volumeId }: GoneVolume): boolean => !existing.has(volumeId);
  const gone = fitting.filter((each) => isGone(each) && mayHaveBeenIn(each, region, volumes));
  return { gone, unnamed: unnamed.filter(isGone), hidden };
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
