import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import type { RecordedCommand } from "../record/entry.ts";
import type { DrillCheck, DrillReport } from "./types.ts";

/** Holds the volume against the snapshot that it was made of. */
export function checkVolume(volume: Volume, snapshot: Snapshot): readonly DrillCheck[] {
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

/** Whether the command has passed; `undefined`: it was never run. */
export function checkCommand(program: string, ran: RecordedCommand | undefined): DrillCheck {
  const wanted = `${JSON.stringify(program)} ends with 0`;
  if (ran === undefined) return { check: "command", result: "unknown", found: "not run", wanted };
  const { exitCode, bytesRead } = ran;
  const how = exitCode === undefined ? "no status" : `ended with ${exitCode}`;
  const read = bytesRead === undefined ? "how much it read is not known" : `${bytesRead} bytes read`;
  return {
    check: "command",
    result: exitCode === 0 ? "passed" : "failed",
    found: `${how} in ${ran.durationMs / 1000} s; ${read}`,
    wanted,
  };
}

/** What a report is made of. */
interface Drilled extends Pick<DrillReport, "cloud" | "checks" | "leftovers" | "problems"> {
  readonly storage: BlockStorage;
  readonly snapshot: Snapshot;
  readonly name: string;
  readonly volume: Volume | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly restoreMs: number | undefined;
  readonly command?: RecordedCommand | undefined;
}

/** Proved is what was checked, and nothing of its own went wrong besides. */
export function reportOf(drilled: Drilled): DrillReport {
  const { cloud, storage, snapshot, name, volume, restoreMs, command, checks, leftovers, problems } = drilled;
  const passed = checks.length > 0 && checks.every(({ result }) => result !== "failed");
  // What others have left and cannot be removed needs attention, and says nothing of this snapshot.
  const own = problems.filter((problem) => !leftovers.some((leftover) => leftover.problem === problem));
  return omitUndefined({
    cloud,
    provider: storage.provider,
    ok: passed && own.length === 0,
    snapshotId: snapshot.id,
    snapshotName: snapshot.name,
    takenAt: snapshot.createdAt.toISOString(),
    volumeId: snapshot.volumeId,
    drillVolume: omitUndefined({ name, id: volume?.id }),
    startedAt: drilled.startedAt.toISOString(),
    restoreMs,
    finishedAt: drilled.finishedAt.toISOString(),
    command,
    checks,
    leftovers,
    problems,
  });
}
