import { comparableId, isSameId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import { APPEARANCE_MS } from "../call/just-now.ts";
import type { NextStep } from "../call/recover.ts";
import { isUnclear } from "../call/retry.ts";
import type { Runtime } from "../call/runtime.ts";
import type { CallContext, Pending, Started } from "../driver.ts";
import { PolyvolError } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { OperationRef } from "../operation.ts";
import type { Resource, ResourceKind } from "../resource.ts";
import { describeState, usable } from "../wait/goals.ts";
import { conflict, severalFound } from "./found.ts";

/** What makes one create: the key, and how to look for it, make it and judge what is found. */
export interface NamedCreate<T extends Resource> {
  readonly kind: ResourceKind;
  readonly name: string;
  /** Every resource of the name within its scope, by a complete listing. */
  look(call: Call): Promise<readonly T[]>;
  /** `undefined`: there is none. */
  get(call: Call, id: string): Promise<T | undefined>;
  /** One request. `attemptId` marks all requests of this create, where the provider keeps it. */
  send(context: CallContext, attemptId: string): Promise<Started<T>>;
  /** Deletes a resource for good. */
  remove(call: Call, id: string): Promise<void>;
  /** Why an existing resource is not the one that is asked for; `undefined` when it is. */
  difference(existing: T): string | undefined;
  /** The mark that a resource carries, where the provider keeps it. */
  attemptIdOf(resource: T): string | undefined;
  /** When the provider's "too soon" will be over, judged by what exists; for errors. */
  retryAfterMs?(existing: readonly T[]): number | undefined;
}

/** What a create's name is unique within, and what else its ref keeps of it. */
export type CreateKey = Pick<OperationRef, "within" | "sizeGiB" | "sourceSnapshotId" | "volumeType">;

/** A create as far as {@link Operation} needs to know it. */
export interface StartedCreate<T> {
  readonly resource: T;
  readonly created: boolean;
  /** Whether what `resource` says of its state can be believed. */
  readonly settled: boolean;
  readonly pending?: Pending;
  /** Where names are not enforced and a request was sent: what the look afterwards needs. */
  readonly attempt?: CreateAttempt;
}

/** One run of a create where names may repeat, and what is known to be its own. */
export type CreateAttempt = NonNullable<OperationRef["attempt"]>;

/** Whether an answer to this create gave the id. */
export function isOwnId({ ownIds }: CreateAttempt, id: string): boolean {
  return ownIds.some((own) => isSameId(own, id));
}

/** Whether it is this create's own, or of one that was given up before it: by an answer, or by its mark. */
export function isOwn<T extends Resource>(create: NamedCreate<T>, attempt: CreateAttempt, each: T): boolean {
  const mark = create.attemptIdOf(each);
  const { id, formerIds = [] } = attempt;
  return isOwnId(attempt, each.id) || (mark !== undefined && [id, ...formerIds].includes(mark));
}

/** Sends the request of a create. What it is answered with may not show everywhere at first. */
export async function sendCreate<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  attemptId: string,
): Promise<Started<T>> {
  const started = await call.send("once", (context) => create.send(context, attemptId));
  call.runtime.newcomers.made(started.resource.id);
  return started;
}

/** Not on its way out and not failed: only such a resource can be what a create asks for. */
export function isLive(resource: Resource): boolean {
  return resource.state !== "deleting" && resource.state !== "error";
}

export function liveNamed<T extends Resource>(create: NamedCreate<T>, all: readonly T[]): readonly T[] {
  return all.filter((each) => each.name === create.name && isLive(each));
}

/** Whether something is under way on it that ends by itself. Of a state that nobody knows this is not known. */
export function isUnderWay(resource: Resource): boolean {
  return resource.state !== "unknown" && usable(resource).state === "pending";
}

/**
 * For so long those who have made several of one name may take to make them one, once all can be used: the last pause of a
 * wait with its jitter, the look at the winner, the removal.
 */
export function theirTimeMs({ settleMs, polling }: Runtime): number {
  return 2 * settleMs() + 2 * polling.maxDelayMs + polling.initialDelayMs;
}

/** After a failed request: the end, unless a resource of the name may be there; then a look, and what is unclear again. */
export function nextCreateStep(
  failure: PolyvolError,
  { unclear, isLast }: { readonly unclear: boolean; readonly isLast: boolean },
): NextStep {
  if (isUnclear(failure) && !isLast) return "send_again";
  // What an earlier unclear request made may be there when a later one is refused for good.
  return failure.mayAlreadyExist || unclear ? "look" : "end";
}

/** Tells of a look after a failed request. */
export function reportLook<T extends Resource>(
  call: Call,
  { kind, name }: NamedCreate<T>,
  found: StartedCreate<T> | undefined,
): void {
  call.runtime.emit(call.operation, {
    type: "recover",
    resource: omitUndefined({ kind, name, id: found?.resource.id }),
    result: found === undefined ? "absent" : "found",
  });
}

/** Deletes for good what a create has made and nobody needs, and tells of it. */
export async function removeMade<T extends Resource>(
  call: Call,
  { kind, name, remove }: NamedCreate<T>,
  id: string,
  result: "surplus_removed" | "failed_removed",
): Promise<void> {
  await remove(call, id);
  call.about({ kind, name });
  call.runtime.emit(call.operation, { type: "recover", resource: { kind, id, name }, result });
}

/** In the order in which the provider made them; of several of one instant the smaller id comes first. */
export function byAge<T extends Resource>(resources: readonly T[]): readonly T[] {
  return resources.toSorted(
    (a, b) =>
      a.createdAt.getTime() - b.createdAt.getTime() || (comparableId(a.id) < comparableId(b.id) ? -1 : 1),
  );
}

/** The one that the provider made first; ties go to the smaller id. */
export function oldestOf<T extends Resource>(resources: readonly T[]): T | undefined {
  return byAge(resources)[0];
}

/** By the provider's own times of creation, what is made at the same time is no further apart. */
const LARGEST_GAP_MS = 15 * 60_000;

/** Whether what came later can have been made at the same time as the other. */
export function isOfOneTime(earlier: Resource, later: Resource): boolean {
  return later.createdAt.getTime() - earlier.createdAt.getTime() <= LARGEST_GAP_MS;
}

/** Whether what a look found under a name has another one by a read: a listing may lag behind a change of names. */
export function isRenamed<T extends Resource>({ name }: NamedCreate<T>, now: T): boolean {
  return now.name !== "" && now.name !== name;
}

/**
 * What is there under a name that nothing new can be given: made before the provider's present rule.
 * @throws `refusal` when there is none; what {@link adopt} throws
 */
export async function takeOver<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  refusal: PolyvolError,
): Promise<StartedCreate<T>> {
  const all = await create.look(call);
  const [first, second] = liveNamed(create, all);
  if (second !== undefined) throw severalFound(create.kind, liveNamed(create, all));
  const existing = first === undefined ? undefined : await adopt(call, create, first);
  if (existing === undefined) throw refusal;
  return { resource: existing, created: false, settled: true };
}

/**
 * What a look found, by a read of its own; `undefined` once no look finds it any more either. That a read does not find it
 * may be the word of a copy that lags behind, and beside what is there no other is made.
 * @throws PolyvolError `unavailable` where they disagree for a minute
 */
async function readListed<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  found: T,
): Promise<T | undefined> {
  const { monotonicNow, polling } = call.runtime;
  const from = monotonicNow();
  for (;;) {
    const existing = await create.get(call, found.id);
    if (existing !== undefined || !(await isListed(call, create, found.id))) return existing;
    if (monotonicNow() - from >= APPEARANCE_MS) {
      call.about({ kind: create.kind, id: found.id, name: create.name });
      throw listedAlone();
    }
    await call.sleep(polling.firstPauseMs);
  }
}

/** Whether it is there by another word than that of the reads by its id. */
export async function isListed<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  id: string,
): Promise<boolean> {
  return (await create.look(call)).some((each) => isSameId(each.id, id) && each.state !== "deleting");
}

/** Whether it is there is unknown: nothing is made in its place, and it is not told as gone. */
export function listedAlone(): PolyvolError {
  const reason = "a listing shows it, and reads of it by its id do not find it";
  return new PolyvolError("unavailable", reason, { retryable: true });
}

/**
 * Takes over a resource that a look found: read anew by its id, and only when it is what was asked for.
 * `undefined` when it has gone since, or has another name by now. `failedSince`: where names may repeat, decides about one that has failed since the
 * look; one that is being deleted holds no name there, and is as good as gone.
 * @throws PolyvolError `already_exists` naming the difference; `conflict` when it is failed or being deleted
 */
export async function adopt<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  found: T,
  failedSince?: (failed: T) => Promise<T | undefined>,
): Promise<T | undefined> {
  const existing = await readListed(call, create, found);
  if (existing === undefined || isRenamed(create, existing)) return undefined;
  if (!isLive(existing) && failedSince !== undefined)
    return existing.state === "error" ? await failedSince(existing) : undefined;
  call.about({ kind: create.kind, id: existing.id, name: create.name });
  if (!isLive(existing)) {
    throw conflict(
      `it holds the name and is in the state ${describeState(existing)}`,
      existing.state === "deleting",
    );
  }
  const difference = create.difference(existing);
  if (difference !== undefined) {
    throw new PolyvolError("already_exists", `a ${create.kind} of this name exists, but ${difference}`);
  }
  return existing;
}
