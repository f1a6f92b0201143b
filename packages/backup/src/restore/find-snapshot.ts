import { type BlockStorage, type CallOptions, PolyvolError, type Snapshot } from "@polyvol/core";
import { listWords } from "@polyvol/core/driver";
import { compareText } from "../compare-text.ts";
import { isGood, newestOf, type ObservedSnapshot } from "../observe/inventory.ts";
import { observeSnapshot } from "../observe/observe-snapshot.ts";
import type { OneOrMore } from "../policy/types.ts";
import { checkDate, invalidArgument } from "../retention/policy-error.ts";
import { findVolumeId, tryGet, type WhereNamed } from "./find-volume.ts";

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

/**
 * Where a volume of this snapshot belongs: where the volume is that it was taken of, and when that is gone or not known, where the
 * snapshot is. `undefined`, for the region that the storage is set to, when that leaves a choice.
 */
export async function homeRegion(
  storage: BlockStorage,
  { volumeId, regions }: Pick<Snapshot, "volumeId" | "regions">,
  call: CallOptions,
): Promise<string | undefined> {
  const only = regions.length === 1 ? regions[0] : undefined;
  if (volumeId === "") return only;
  return (await tryGet(storage, volumeId, call))?.region ?? only;
}
