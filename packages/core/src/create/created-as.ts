import { isOther } from "../answered.ts";
import { PolyvolError } from "../errors.ts";
import { fitName } from "../words.ts";

/** What a create was asked for, as far as its answer must show it. */
interface Asked {
  readonly name: string;
  /** Of snapshots. */
  readonly volumeId?: string;
  /** Of volumes. */
  readonly region?: string;
  readonly sizeGiB?: number;
  readonly sourceSnapshotId?: string;
}

/**
 * The answer to a create, which must show what was asked for. What it does not say (an empty name) is no contradiction.
 *
 * @throws PolyvolError `malformed_response` with an unknown outcome: the answer may be another request's
 */
export function createdAs<T extends { readonly resource: Asked }>(asked: Asked, started: T): T {
  const difference = differenceOf(asked, started.resource);
  if (difference === undefined) return started;
  throw new PolyvolError("malformed_response", difference, { outcome: "unknown", retryable: true });
}

/**
 * What a resource that was made must not be: of another name or volume, elsewhere, larger, or of another snapshot. A volume
 * may be smaller for now: the second step of a restore makes it grow.
 */
function differenceOf(asked: Asked, made: Asked): string | undefined {
  const { name, volumeId, region, sizeGiB = 0, sourceSnapshotId } = made;
  if (name !== "" && name !== asked.name) {
    return `asked to create ${asked.name}, the provider answered with ${fitName(name)}`;
  }
  if (asked.volumeId !== undefined && volumeId !== "" && isOther(volumeId, asked.volumeId)) {
    return `asked for a snapshot of ${asked.volumeId}, the provider answered with one of ${fitName(volumeId ?? "another")}`;
  }
  if (asked.region !== undefined && region && isOther(region, asked.region)) {
    return `asked for a volume in ${asked.region}, it is in ${region}`;
  }
  if (asked.sizeGiB !== undefined && sizeGiB > asked.sizeGiB) {
    return `asked for a volume of ${asked.sizeGiB} GiB, it has ${sizeGiB} GiB`;
  }
  if (!sourceSnapshotId || !isOther(sourceSnapshotId, asked.sourceSnapshotId)) return undefined;
  const source = asked.sourceSnapshotId === undefined ? "no snapshot" : `snapshot ${asked.sourceSnapshotId}`;
  return `asked for a volume from ${source}, it is from ${sourceSnapshotId}`;
}
