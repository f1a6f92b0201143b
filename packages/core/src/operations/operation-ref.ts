import { type ResourceRef, refusedArgument } from "../errors.ts";
import type { OperationKind, OperationRef } from "../operation.ts";

const KINDS: readonly unknown[] = ["volumes.create", "snapshots.create"] satisfies OperationKind[];

/**
 * Whether `value` is an {@link OperationRef} of this version of Polyvol, and of the call `operation` when that is given:
 * to be asked of what was stored as JSON, before it goes to `resume`. Of which provider it is, `resume` checks.
 */
export function isOperationRef<Kind extends OperationKind = OperationKind>(
  value: unknown,
  operation?: Kind,
): value is OperationRef<Kind> {
  if (typeof value !== "object" || value === null) return false;
  const ref = value as { readonly [Key in keyof OperationRef]?: unknown };
  const isOfKind = operation === undefined ? KINDS.includes(ref.operation) : ref.operation === operation;
  const texts = [ref.provider, ref.resourceId, ref.name];
  const facts = [ref.settled, ref.created];
  return (
    ref.version === 1 &&
    isOfKind &&
    texts.every((each) => typeof each === "string") &&
    facts.every((each) => typeof each === "boolean")
  );
}

/** What an operation is about, for errors; of a ref that is none as much as it says. */
export function resourceOf(ref: OperationRef): ResourceRef {
  return {
    kind: ref.operation === "volumes.create" ? "volume" : "snapshot",
    id: ref.resourceId,
    name: ref.name,
  };
}

/** @throws PolyvolError `invalid_argument` for a ref of another version or provider */
export function checkRef(ref: OperationRef, provider: string): void {
  if (!isOperationRef(ref)) {
    throw refusedArgument("ref: it was not made by this version of Polyvol");
  }
  if (ref.provider !== provider) {
    throw refusedArgument(`ref: it belongs to ${ref.provider}, this storage is ${provider}`);
  }
}
