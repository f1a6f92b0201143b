import { PolyvolError } from "./errors.ts";
import { fitName } from "./words.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The form that ids are compared by: a UUID is one in whatever capitals, and services take it in any; all else is exact. */
export function comparableId(id: string): string {
  return UUID.test(id) ? id.toLowerCase() : id;
}

/** Whether two ids are of one thing. */
export function isSameId(one: string | null | undefined, other: string | null | undefined): boolean {
  if (one === other) return true;
  if (!one || !other || one.length !== other.length) return false;
  return one.toLowerCase() === other.toLowerCase() && UUID.test(one);
}

/** Whatever has an id. */
interface Identified {
  /** Its id, as the provider writes it. */
  readonly id: string | number;
}

/**
 * The resource of an answer, which must be the one that was asked for: another one is the cheapest sign of a cache, a
 * proxy or a connection that mixes answers up.
 *
 * @throws PolyvolError `malformed_response` for another one
 */
export function answeredFor<T extends Identified>(id: string | number, resource: T): T {
  const answered = String(resource.id);
  if (answered.toLowerCase() === String(id).toLowerCase()) return resource;
  throw otherAnswer(`asked for ${id}, the provider answered with ${fitName(answered)}`, {});
}

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
  const { name, volumeId } = started.resource;
  if (name !== "" && name !== asked.name) {
    throw otherAnswer(`asked to create ${asked.name}, the provider answered with ${fitName(name)}`, UNKNOWN);
  }
  const isOther = asked.volumeId !== undefined && volumeId?.toLowerCase() !== asked.volumeId.toLowerCase();
  if (isOther && volumeId !== "") {
    const words = `asked for a snapshot of ${asked.volumeId}, the provider answered with one of ${fitName(volumeId ?? "another")}`;
    throw otherAnswer(words, UNKNOWN);
  }
  const difference = differenceOf(asked, started.resource);
  if (difference !== undefined) throw otherAnswer(difference, UNKNOWN);
  return started;
}

/**
 * What a volume that was made must not be: elsewhere, larger, or of another snapshot. Smaller it may be for now: the
 * second step of a restore makes it grow. What it does not show is no contradiction.
 */
function differenceOf(asked: Asked, made: Asked): string | undefined {
  const isElsewhere = asked.region !== undefined && made.region?.toLowerCase() !== asked.region.toLowerCase();
  if (isElsewhere && made.region) return `asked for a volume in ${asked.region}, it is in ${made.region}`;
  const { sizeGiB = 0 } = made;
  if (asked.sizeGiB !== undefined && sizeGiB > asked.sizeGiB)
    return `asked for a volume of ${asked.sizeGiB} GiB, it has ${sizeGiB} GiB`;
  const isOther = made.sourceSnapshotId?.toLowerCase() !== asked.sourceSnapshotId?.toLowerCase();
  if (made.sourceSnapshotId && isOther) {
    const source =
      asked.sourceSnapshotId === undefined ? "no snapshot" : `snapshot ${asked.sourceSnapshotId}`;
    return `asked for a volume from ${source}, it is from ${made.sourceSnapshotId}`;
  }
  return undefined;
}

const UNKNOWN = { outcome: "unknown" } as const;

function otherAnswer(reason: string, details: { readonly outcome?: "unknown" }): PolyvolError {
  return new PolyvolError("malformed_response", reason, { ...details, retryable: true });
}
