import { PolyvolError } from "./errors.ts";
import { fitName } from "./words.ts";

/**
 * The resource of an answer, which must be the one that was asked for: another one is the cheapest sign of a cache, a
 * proxy or a connection that mixes answers up.
 *
 * @throws PolyvolError `malformed_response` for another one
 */
export function answeredFor<T extends { readonly id: string | number }>(id: string | number, resource: T): T {
  const answered = String(resource.id);
  if (answered.toLowerCase() === String(id).toLowerCase()) return resource;
  throw otherAnswer(`asked for ${id}, the provider answered with ${fitName(answered)}`, {});
}

/** What a create was asked for, as far as its answer must show it. */
interface Asked {
  readonly name: string;
  /** Of snapshots. */
  readonly volumeId?: string;
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
  return started;
}

const UNKNOWN = { outcome: "unknown" } as const;

function otherAnswer(reason: string, details: { readonly outcome?: "unknown" }): PolyvolError {
  return new PolyvolError("malformed_response", reason, { ...details, retryable: true });
}
