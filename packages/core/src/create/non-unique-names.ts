import type { Call } from "../call/call.ts";
import { recover } from "../call/recover.ts";
import type { Resource } from "../resource.ts";
import { clearFailed, hasUnmarked, isHeld } from "./failed-creates.ts";
import { severalFound } from "./found.ts";
import {
  adopt,
  byAge,
  type CreateAttempt,
  isLive,
  isOfOneTime,
  isOwn,
  isRenamed,
  isUnderWay,
  liveNamed,
  type NamedCreate,
  nextCreateStep,
  oldestOf,
  removeMade,
  reportLook,
  type StartedCreate,
  sendCreate,
  theirTimeMs,
} from "./named-create.ts";

/** Looks within one `settleMs`, the first at once. */
const LOOKS_WITHIN_SETTLE = 4;

/**
 * Creates where the provider takes any number of resources of one name: a look, the request, and (in
 * `resolve-duplicates.ts`) another look once everything that was sent at the same time must be visible. After an unclear
 * answer it looks for as long as an effect may take to show before it sends again; so it does after a create that this
 * storage has given up (`attempt`).
 */
export function createNonUnique<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  attempt: CreateAttempt,
): Promise<StartedCreate<T>> {
  const started = (
    { resource, ...answer }: Pick<StartedCreate<T>, "resource" | "settled" | "pending">,
    ids: readonly string[],
    unclear: boolean,
  ): StartedCreate<T> => {
    const ownIds = [...attempt.ownIds, ...ids];
    const own = { ...attempt, ownIds, unclear: attempt.unclear || unclear };
    return { resource, ...answer, created: true, attempt: own };
  };
  return recover<StartedCreate<T>>(call, {
    looksBefore: true,
    look: async (failure, unclear) => {
      if (failure === undefined) {
        const resource = await findExisting(call, create, attempt);
        if (resource !== undefined) return takenOver(call, resource, attempt);
        if (!attempt.unclear) return undefined;
      }
      const found = await lookUntilVisible(call, create, attempt);
      return found && started({ resource: found.resource, settled: true }, found.ownIds, unclear);
    },
    send: async (unclear) => {
      const answer = await sendCreate(call, create, attempt.id);
      return started(answer, [answer.resource.id], unclear);
    },
    next: nextCreateStep,
    onLook: (found) => reportLook(call, create, found),
  });
}

/** The one live resource of the name, checked and taken over; `undefined` when there is none, nor a failed one. */
async function findExisting<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  attempt: CreateAttempt,
): Promise<T | undefined> {
  const patience = patienceFor<T>(call);
  for (let hasWaited = false; ; ) {
    const all = await create.look(call);
    const found = liveNamed(create, all);
    const [first, second] = found;
    // Others may be about to make them one.
    if (second !== undefined && patience(found)) {
      await call.sleep(call.runtime.settleMs() || call.runtime.polling.firstPauseMs);
      continue;
    }
    const one = second === undefined ? first : await withoutLate(call, create, found, attempt);
    if (one !== undefined) return await adoptFound(call, create, one);
    if (hasWaited || !hasUnmarked(create, all)) return await clearFailed(call, create, all);
    // Whoever made it may be removing it just now.
    hasWaited = true;
    await call.sleep(call.runtime.settleMs());
  }
}

/** What is no older than this may have been made at the same time. That only gives others time; it decides nothing. */
const NEW_MS = 60_000;
/** Several that are no older than this may be about to be made one: making them takes minutes where a service is slow. */
const SEVERAL_NEW_MS = 300_000;

/** Not made yet, or no older than {@link NEW_MS} by the local clock: those who make several of one name may remove it. */
function isYoung(call: Call, { state, createdAt }: Resource): boolean {
  return state === "creating" || call.runtime.clock.now() - createdAt.getTime() < NEW_MS;
}

/**
 * What was there already. One that is young was perhaps seen before another that was sent at the same time, and its
 * maker may give it up for that one: it is settled like an own one, though nothing of it is the caller's to remove.
 */
function takenOver<T extends Resource>(call: Call, resource: T, attempt: CreateAttempt): StartedCreate<T> {
  const answer = { resource, created: false, settled: true };
  return isYoung(call, resource) ? { ...answer, attempt } : answer;
}

/**
 * Whether to give several of one name more time: while something is under way on one, and then for as long as those who make
 * them take to make them one, but no longer than the call has time to tell of them.
 */
function patienceFor<T extends Resource>(call: Call): (found: readonly T[]) => boolean {
  const { monotonicNow, clock, settleMs } = call.runtime;
  let decidedBy: number | undefined;
  return (found) => {
    const isNew = ({ createdAt }: T): boolean => Math.abs(clock.now() - createdAt.getTime()) < SEVERAL_NEW_MS;
    if (call.remainingMs() < 3 * settleMs() || !found.some((each) => isUnderWay(each) || isNew(each)))
      return false;
    decidedBy = found.some(isUnderWay)
      ? undefined
      : (decidedBy ?? monotonicNow() + theirTimeMs(call.runtime));
    return decidedBy === undefined || monotonicNow() < decidedBy;
  };
}

/** Takes over what a look found. What has failed since that look goes the way of all that failed under the name. */
async function adoptFound<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  found: T,
): Promise<T | undefined> {
  return await adopt(call, create, found, (failed) => clearFailed(call, create, [failed]));
}

/**
 * The oldest of several, where one create has made them all, or several that this storage has given up: an earlier request was
 * carried out after its create had ended.
 * What came of that nobody was given, so it goes. Where anything speaks against it, all stay: marks are copied with
 * the rest by what restores or moves a volume.
 * @throws PolyvolError `conflict` naming all ids
 */
async function withoutLate<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  found: readonly T[],
  attempt: CreateAttempt,
): Promise<T> {
  const oldest = oldestOf(found);
  const mark = oldest && create.attemptIdOf(oldest);
  const isLate = (each: T | undefined): each is T =>
    each !== undefined &&
    oldest !== undefined &&
    each.createdAt > oldest.createdAt &&
    isOfOneTime(oldest, each) &&
    isUnused(each);
  const others = found.filter((each) => each.id !== oldest?.id);
  const isOfOne = mark !== undefined && others.every((each) => create.attemptIdOf(each) === mark);
  const isOne = isOfOne || found.every((each) => isOwn(create, attempt, each));
  if (oldest === undefined || !isOne || !others.every(isLate)) throw severalFound(create.kind, found);
  // A listing that lags behind shows what has gone or was renamed, and then these are all that there is.
  const kept = await create.get(call, oldest.id);
  const isKept = kept !== undefined && isLive(kept) && !isUnderWay(kept) && !isRenamed(create, kept);
  if (!isKept) throw severalFound(create.kind, found);
  for (const { id } of others) {
    const now = await create.get(call, id);
    if (now === undefined) continue;
    if (!isLate(now) || isRenamed(create, now)) throw severalFound(create.kind, found);
    await removeMade(call, create, id, "surplus_removed");
  }
  return oldest;
}

function isUnused(resource: Resource): boolean {
  const isAttached = "attachments" in resource && resource.attachments.length > 0;
  return resource.state === "available" && !isAttached && !isHeld(resource);
}

/**
 * What is there after an unclear answer, once everything sent must be visible. Of several, another process makes the
 * same at the same time: its own, by the mark, or else the oldest is taken over, and `resolve-duplicates.ts` does the rest.
 */
async function lookUntilVisible<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  attempt: CreateAttempt,
): Promise<{ readonly resource: T; readonly ownIds: readonly string[] } | undefined> {
  const spanMs = call.runtime.settleMs(call.remainingMs());
  for (let look = 1; ; look += 1) {
    const all = await create.look(call);
    const found = liveNamed(create, all);
    const own = found.filter((each) => isOwn(create, attempt, each));
    for (const candidate of byAge(own.length > 0 ? own : found)) {
      const resource = await adoptFound(call, create, candidate);
      if (resource !== undefined) return { resource, ownIds: own.map((each) => each.id) };
    }
    if (look >= LOOKS_WITHIN_SETTLE) {
      // There was none before the request: what has failed since may be its effect, and another goes beside it no more.
      const mended = await clearFailed(call, create, all);
      return mended && { resource: mended, ownIds: [] };
    }
    await call.sleep(spanMs / (LOOKS_WITHIN_SETTLE - 1));
  }
}
