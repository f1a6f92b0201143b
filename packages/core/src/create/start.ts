import { comparableId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { isPolyvolError, type PolyvolError, type ResourceRef } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { OperationRef } from "../operation.ts";
import type { Resources } from "../operations/resources.ts";
import type { WaitOptions } from "../options.ts";
import type { Resource, ResourceKind } from "../resource.ts";
import { inCompany } from "../wait/shared-looks.ts";
import { type CreateKey, type NamedCreate, type StartedCreate, takeOver } from "./named-create.ts";
import { createNonUnique } from "./non-unique-names.ts";
import { createUnique } from "./unique-names.ts";

/** What a kind of resource adds to the common course of a create. */
export interface CreateKind<T extends Resource> {
  readonly runtime: Runtime;
  readonly operation: OperationRef["operation"];
  readonly resources: Resources<T>;
  /** Whether the provider itself refuses a second resource of a name. */
  readonly hasUniqueNames: boolean;
  /** Made for certain, and merely busy otherwise: one that was there already is not waited for. */
  isMade?(resource: T): boolean;
  /** The create that a ref stands for, to look with and to judge by; it is never sent again. */
  fromRef(ref: OperationRef): NamedCreate<T>;
  /** What is still to be done once the resource is usable (a volume made smaller than asked). */
  complete?(call: Call, resource: T, ref: OperationRef, onProgress: WaitOptions["onProgress"]): Promise<T>;
}

/** A create that was sent, or found what is there already. */
export interface StartedOperation<T> {
  readonly ref: OperationRef;
  readonly resource: T;
}

/**
 * Sends a create: one at a time for each key within this process. `refusal`: why none of this name can be sent; then
 * only what is there already is taken over.
 */
export async function startCreate<T extends Resource>(
  kind: CreateKind<T>,
  call: Call,
  create: NamedCreate<T>,
  key: CreateKey,
  refusal: PolyvolError | undefined,
): Promise<StartedOperation<T>> {
  const { runtime, operation } = kind;
  const name = nameKey(create.kind, create.name, key.within);
  const { resource, created, settled, pending, attempt } = await runtime.locks.exclusively(
    name,
    call.abortSignal,
    () => {
      if (refusal !== undefined) return takeOver(call, create, refusal);
      return kind.hasUniqueNames
        ? createUnique(call, create, crypto.randomUUID())
        : inCompany(kind.resources.looks, call, () => startNonUnique(call, create, name));
    },
  );
  const ref = omitUndefined({
    version: 1 as const,
    provider: runtime.driver.provider,
    operation,
    resourceId: resource.id,
    name: create.name,
    ...key,
    settled,
    created,
    answeredAt: runtime.clock.now(),
    pending,
    attempt,
  });
  return { ref, resource };
}

/** What a create is known by among those of one storage. */
export function nameKey(kind: ResourceKind, name: string, within: string | undefined): string {
  return JSON.stringify([kind, within && comparableId(within), name]);
}

/** What it may have made when it ends without a result is the next one's of the name. */
async function startNonUnique<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  name: string,
): Promise<StartedCreate<T>> {
  const { givenUpCreates } = call.runtime;
  const { formerIds, ownIds, unclear } = givenUpCreates.take(name);
  const id = crypto.randomUUID();
  const attempt = omitUndefined({
    id,
    ownIds,
    formerIds: formerIds.length > 0 ? formerIds : undefined,
    unclear,
  });
  try {
    return await createNonUnique(call, create, attempt);
  } catch (error) {
    const isUnclear = call.mayHaveChanged();
    const marks = isUnclear ? [...formerIds, id] : formerIds;
    if (marks.length > 0)
      givenUpCreates.giveUp(name, { formerIds: marks, ownIds, unclear: unclear || isUnclear });
    throw error;
  }
}

/** What was started from `source`: that is what can be missing then, so errors name it. */
export async function startedFrom<T>(call: Call, source: ResourceRef, started: Promise<T>): Promise<T> {
  try {
    return await started;
  } catch (error) {
    if (isPolyvolError(error, "not_found")) call.about(source);
    throw error;
  }
}
