import type { Clock, Snapshot, Volume } from "@polyvol/core";
import { checkTimeout, monotonicTime, systemClock } from "@polyvol/core/driver";
import { type Clouds, cloudNamed } from "../clouds.ts";
import { drillName } from "../naming.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { findSnapshot, homeRegion, type SnapshotChoice } from "../restore/find-snapshot.ts";
import { type Leftover, removeLeftovers } from "../temporary/leftovers.ts";
import { makeTemporary, mayComeLate } from "../temporary/make.ts";
import { removeTemporary } from "../temporary/remove.ts";

/** Deadline of a drill unless told otherwise. */
const TIMEOUT_MS = 1_800_000;

/** What to prove, and where. */
export interface DrillRequest {
  /** A cloud by the name of the configuration. */
  readonly cloud: string;
  /** What to prove: that this snapshot, or the newest good one of a volume, can be restored. */
  readonly from: SnapshotChoice;
}

/** How the call is made. */
export interface DrillOptions {
  /** Default: the machine's own. */
  readonly clock?: Clock | undefined;
  /** Stops the drill; the temporary volume is removed by the next one. */
  readonly abortSignal?: AbortSignal | undefined;
  /** How long the restore may take, in milliseconds. Default 30 minutes. */
  readonly timeoutMs?: number | undefined;
}

/** One thing that was looked at. */
export interface DrillCheck {
  /** What was looked at. */
  readonly check: "readiness" | "source" | "size";
  /** `unknown`: the provider does not say. */
  readonly result: "passed" | "failed" | "unknown";
  /** What was found. */
  readonly found: string;
  /** What it had to be. */
  readonly wanted: string;
}

/** What a drill proved, as plain JSON; keep it: nothing in the cloud remembers it. */
export interface DrillReport {
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The driver's provider name. */
  readonly provider: string;
  /** Whether the snapshot was restored, every check passed, and the temporary volume is gone again. */
  readonly ok: boolean;
  /** The snapshot that was restored. */
  readonly snapshotId: string;
  /** Its name. */
  readonly snapshotName: string;
  /** When it was taken. */
  readonly takenAt: string;
  /** The volume that the snapshot is of; it was not touched. */
  readonly volumeId: string;
  /** The temporary volume. */
  readonly drillVolume: {
    /** Its name. */
    readonly name: string;
    /** Its id; absent when it was never seen. */
    readonly id?: string;
  };
  /** When the drill began. */
  readonly startedAt: string;
  /** From the start of the restore until the volume could be used. */
  readonly restoreMs?: number;
  /** When it ended. */
  readonly finishedAt: string;
  /** What was looked at, in this order. */
  readonly checks: readonly DrillCheck[];
  /** Temporary volumes of earlier drills that were killed, and what became of them. */
  readonly leftovers: readonly Leftover[];
  /** Why it is not `ok`. */
  readonly problems: readonly BackupProblem[];
}

/**
 * Proves that a snapshot can be restored: makes a temporary volume of it, checks source, size and readiness, deletes
 * the volume, and says how long it took. First removes what killed drills have left: of the same volume always, of
 * others once they are twice as old as a drill may last. Two drills of one volume at once disturb each other.
 *
 * @throws PolicyError for an unknown cloud; PolyvolError when there is no snapshot to restore; the reason of the abort.
 * A restore that fails is a result, not an error.
 */
export async function drill(
  request: DrillRequest,
  clouds: Clouds,
  options: DrillOptions = {},
): Promise<DrillReport> {
  const { clock = systemClock, abortSignal, timeoutMs = TIMEOUT_MS } = options;
  const call = abortSignal === undefined ? {} : { abortSignal };
  checkTimeout(timeoutMs);
  const monotonicNow = monotonicTime(clock);
  const storage = cloudNamed(clouds, request.cloud);
  const snapshot = await findSnapshot(storage, request.from, "drill", call);
  const leftovers = await removeLeftovers(storage, {
    ...{ sourceVolumeId: snapshot.volumeId, othersBefore: clock.now() - 2 * timeoutMs },
    ...{ cloud: request.cloud, clock, abortSignal },
  });

  const startedAt = clock.now();
  const name = drillName(snapshot.volumeId, new Date(startedAt));
  const problems: BackupProblem[] = leftovers.flatMap(({ problem }) =>
    problem === undefined ? [] : [problem],
  );
  const place = { cloud: request.cloud, volumeName: name };
  let volume: Volume | undefined;
  let restoreMs: number | undefined;
  let mayAppearLate = false;
  const restoredFrom = monotonicNow();
  try {
    const region = await homeRegion(storage, snapshot, call);
    const temporary = { snapshot, name, region, purpose: "a Polyvol drill" };
    volume = await makeTemporary(storage, temporary, { ...call, timeoutMs });
    restoreMs = Math.round(monotonicNow() - restoredFrom);
  } catch (error) {
    abortSignal?.throwIfAborted();
    problems.push(problemOf(error, "attention", place));
    // A restore that came to nothing may have left a volume that never became usable.
    mayAppearLate = mayComeLate(error);
  }
  const checks = volume === undefined ? [] : checkVolume(volume, snapshot);
  try {
    await removeTemporary(storage, { name, id: volume?.id, mayAppearLate }, { clock, abortSignal });
  } catch (error) {
    abortSignal?.throwIfAborted();
    problems.push(problemOf(error, "attention", place));
  }
  const passed = checks.length > 0 && checks.every(({ result }) => result !== "failed");
  return {
    cloud: request.cloud,
    provider: storage.provider,
    ok: passed && problems.length === 0,
    snapshotId: snapshot.id,
    snapshotName: snapshot.name,
    takenAt: snapshot.createdAt.toISOString(),
    volumeId: snapshot.volumeId,
    drillVolume: { name, ...(volume === undefined ? {} : { id: volume.id }) },
    startedAt: new Date(startedAt).toISOString(),
    ...(restoreMs === undefined ? {} : { restoreMs }),
    finishedAt: new Date(clock.now()).toISOString(),
    checks,
    leftovers,
    problems,
  };
}

function checkVolume(volume: Volume, snapshot: Snapshot): readonly DrillCheck[] {
  const source = volume.sourceSnapshotId;
  const verdict = (good: boolean): DrillCheck["result"] => (good ? "passed" : "failed");
  return [
    {
      check: "readiness",
      result: verdict(volume.state === "available"),
      found: volume.state,
      wanted: "available",
    },
    {
      check: "source",
      result: source === undefined ? "unknown" : verdict(source === snapshot.id),
      found: source ?? "not said",
      wanted: snapshot.id,
    },
    {
      check: "size",
      result: verdict(volume.sizeGiB >= snapshot.minVolumeSizeGiB),
      found: `${volume.sizeGiB} GiB`,
      wanted: `${snapshot.minVolumeSizeGiB} GiB or more`,
    },
  ];
}
