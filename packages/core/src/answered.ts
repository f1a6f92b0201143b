import { PolyvolError } from "./errors.ts";
import { fitName } from "./words.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The form that ids are compared by: a UUID is one in whatever capitals, and services take it in any; all else is exact. */
export function comparableId(id: string): string {
  // Most ids have none, and long listings compare many.
  return /[A-F]/.test(id) && UUID.test(id) ? id.toLowerCase() : id;
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
  if (!isOther(answered, String(id))) return resource;
  const reason = `asked for ${id}, the provider answered with ${fitName(answered)}`;
  throw new PolyvolError("malformed_response", reason, { retryable: true });
}

/** Whether what was answered is not what was asked for, in whatever capitals. */
export function isOther(made: string | undefined, asked: string | undefined): boolean {
  return made?.toLowerCase() !== asked?.toLowerCase();
}
