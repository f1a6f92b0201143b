import { type BlockStorage, isPolyvolError, PolyvolError, type Snapshot } from "@polyvol/core";
import { listWords } from "@polyvol/core/driver";
import { compareText } from "../compare-text.ts";
import { isGood } from "../observe/inventory.ts";
import { observeSnapshot } from "../observe/observe-snapshot.ts";
import type { OneOrMore } from "../policy/types.ts";
import { checkDate, invalidArgument } from "../retention/policy-error.ts";
import { findVolumeId, type WhereNamed } from "./find-volume.ts";

/** Which snapshot to take: one by id, or the newest good one of a volume by id or name, which may be gone. */
export type SnapshotChoice =
  | {
      /** This snapshot. */
      readonly snapshotId: string;
    }
  | {
      /** The newest good snapshot of this volume. */
      readonly volumeId: string;
      /** Only snapshots of this policy id, or of any of several. Default: all of the volume, also those of no policy. */
      readonly policyId?: OneOrMore | undefined;
      /** Only snapshots taken at or before this instant. */
      readonly takenBy?: Date | undefined;
    }
  | ({
      /** The newest good snapshot of the volume of this name: the one that is there, or one that has left snapshots. */
      readonly volumeName: string;
      /** Only snapshots of this policy id, or of any of several. Default: all of the volume, also those of no policy. */
      readonly policyId?: OneOrMore;
      /** Only snapshots taken at or before this instant. */
      readonly takenBy?: Date;
    } & WhereNamed);

const CHOICES = ["snapshotId", "volumeId", "volumeName"];

/** @throws PolicyError `invalid_argument` for what says neither a snapshot nor a volume */
function checkChoice(choice: unknown): void {
  const given: readonly [string, unknown][] = Object.entries(Object(choice));
  if (given.some(([key, value]) => CHOICES.includes(key) && typeof value === "string")) return;
  const keys = given.map(([key]) => key).join(", ");
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
  choice: SnapshotChoice,
  operation: string,
  call: { readonly abortSignal?: AbortSignal },
): Promise<Snapshot> {
  checkChoice(choice);
  if ("snapshotId" in choice) {
    const snapshot = await storage.snapshots.get(choice.snapshotId, call);
    if (snapshot.state === "available") return snapshot;
    throw new PolyvolError(
      "failed_precondition",
      `only an available snapshot can be restored; it is ${snapshot.state}`,
      {
        provider: storage.provider,
        operation,
        resource: { kind: "snapshot", id: snapshot.id, name: snapshot.name },
      },
    );
  }
  const { policyId, takenBy } = choice;
  if (takenBy !== undefined) checkDate(takenBy, "takenBy");
  const ids = typeof policyId === "string" ? [policyId] : policyId;
  const volumeId =
    "volumeId" in choice
      ? choice.volumeId
      : await findVolumeId(storage, choice.volumeName, choice, operation, call);
  const all = await storage.snapshots.list({ volumeId }, call).toArray();
  const fitting = all.filter(
    (each) =>
      isGood(observeSnapshot(each)) &&
      (ids === undefined || ids.includes(observeSnapshot(each).backupName?.policyId ?? "")) &&
      (takenBy === undefined || each.createdAt <= takenBy),
  );
  const [newest] = fitting.toSorted(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || compareText(a.id, b.id),
  );
  if (newest?.state === "restoring") {
    const busy = `its newest good snapshot ${newest.name} is being restored from; wait until that is done, or say another by its id`;
    throw new PolyvolError("failed_precondition", busy, {
      provider: storage.provider,
      operation,
      resource: { kind: "snapshot", id: newest.id, name: newest.name },
    });
  }
  if (newest !== undefined) return newest;
  const policy = ids === undefined ? "" : ` of policy ${ids.join(" or ")}`;
  const by = takenBy === undefined ? "" : ` taken by ${takenBy.toISOString()}`;
  const reason = `it has no available snapshot${policy}${by}, of ${deletedCount(all)}${ids === undefined ? "" : policiesOf(all)}`;
  throw new PolyvolError("not_found", reason, {
    provider: storage.provider,
    operation,
    resource: { kind: "volume", id: volumeId },
  });
}

function deletedCount({ length }: readonly Snapshot[]): string {
  return length === 1 ? "1 snapshot in all" : `${length} snapshots in all`;
}

/** Whose snapshots there are, for whoever has misspelt the id of a policy. */
function policiesOf(snapshots: readonly Snapshot[]): string {
  const policies = new Set(
    snapshots.map((each) => observeSnapshot(each).backupName?.policyId).filter((id) => id !== undefined),
  );
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
  call: { readonly abortSignal?: AbortSignal },
): Promise<string | undefined> {
  const only = regions.length === 1 ? regions[0] : undefined;
  if (volumeId === "") return only;
  try {
    return (await storage.volumes.get(volumeId, call)).region;
  } catch (error) {
    if (isPolyvolError(error, "not_found")) return only;
    throw error;
  }
}
