import { isSameId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import { PolyvolError } from "../errors.ts";
import type { Resource } from "../resource.ts";
import { readThroughOutage } from "../wait/looks.ts";
import { severalFound } from "./found.ts";
import {
  type CreateAttempt,
  isOfOneTime,
  isOwn,
  isRenamed,
  isUnderWay,
  liveNamed,
  type NamedCreate,
  oldestOf,
  removeMade,
  theirTimeMs,
} from "./named-create.ts";

/** What was made, and how the look after a create acts on what it finds. */
export interface Candidate<T> {
  /** As it was seen once it could be used: a listing may show it as it was before. */
  readonly made: T;
  /** Taken over from another process, it failed or went while we waited: how. */
  readonly lost: PolyvolError | undefined;
  /** When everything that was sent at the same time is visible, by the storage's monotonic time. */
  readonly visibleAt: number;
  /** Waits until a resource is usable; `undefined` when it is gone or failed. */
  untilUsable(resource: T): Promise<T | undefined>;
}

/** A look that decides nothing yet: when to look again, and what is thrown when that goes on. */
interface Undecided {
  /** In parts of `settleMs`. */
  readonly nextLook: number;
  /** Absent: only the deadline ends it. */
  readonly failure?: PolyvolError | undefined;
}

/**
 * Where names are not enforced: once everything that was sent at the same time must be visible, looks again and ends
 * with one resource. The winner is the one that the provider made first (ties by id); only local data would differ
 * between processes, so none is used. Resources are deleted only when this create certainly made them.
 *
 * @throws PolyvolError `conflict` naming all ids, when a surplus cannot be told to be this create's own
 */
export async function resolveDuplicates<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  attempt: CreateAttempt,
  candidate: Candidate<T>,
): Promise<T> {
  const { monotonicNow, settleMs } = call.runtime;
  const watched = { kind: create.kind, id: candidate.made.id };
  await call.sleep(Math.max(0, candidate.visibleAt - monotonicNow()));
  const inTheirTime = (): number => monotonicNow() + theirTimeMs(call.runtime);
  let decidedBy = inTheirTime();
  for (;;) {
    const from = monotonicNow();
    const listed = await readThroughOutage(call, watched, async () =>
      stillNamed(call, create, candidate.made, liveNamed(create, await create.look(call))),
    );
    // An outage holds the other up as well.
    decidedBy += monotonicNow() - from;
    const decision = await decide(call, create, attempt, candidate, listed);
    if ("resource" in decision) return decision.resource;
    if (decision.failure === undefined) decidedBy = inTheirTime();
    else if (monotonicNow() >= decidedBy) throw decision.failure;
    await call.sleep(settleMs() * decision.nextLook + 50);
  }
}

/** Without the oldest, where that is another than `made` and a read shows that it has another name by now. */
async function stillNamed<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  made: T,
  listed: readonly T[],
): Promise<readonly T[]> {
  const oldest = oldestOf(listed);
  if (oldest === undefined || isSameId(oldest.id, made.id)) return listed;
  const now = await create.get(call, oldest.id);
  if (now === undefined || !isRenamed(create, now)) return listed;
  const others = listed.filter((each) => each.id !== oldest.id);
  return await stillNamed(call, create, made, others);
}

async function decide<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  attempt: CreateAttempt,
  candidate: Candidate<T>,
  listed: readonly T[],
): Promise<Undecided | { readonly resource: T }> {
  const { made, lost } = candidate;
  const isMade = (each: T): boolean => isSameId(each.id, made.id);
  const isOwned = (each: T): boolean => isOwn(create, attempt, each);
  const removeSurplus = async (surplus: readonly T[]): Promise<void> => {
    for (const { id } of surplus) await removeMade(call, create, id, "surplus_removed");
  };
  // Taken over from another process and listed no more: it has lost, and its maker has removed it.
  const hasLost = listed.length > 0 && !isOwned(made);
  const isListed = listed.some(isMade);
  const withMade = isListed || hasLost ? listed : [...listed, made];
  const found = lost !== undefined ? listed.filter((each) => !isMade(each)) : withMade;
  const winner = oldestOf(found);
  if (winner === undefined) {
    // What was taken over has gone, and what it gave way to does not show yet.
    return { nextLook: 1 / 4, failure: lost };
  }
  if (found.length === 1 && isMade(winner)) return { resource: made };
  const several = severalFound(create.kind, found);
  if (isMade(winner) || isOwned(winner)) {
    // Nothing gives way to what may fail yet.
    const whole = isMade(winner) ? made : await candidate.untilUsable(winner);
    if (whole === undefined) return { nextLook: 1 / 4 };
    await removeSurplus(found.filter((each) => each.id !== winner.id && isOwned(each)));
    const hasForeign = found.some((each) => !isOwned(each) && each.id !== winner.id);
    // Others give way to the winner. But when a request of ours got no clear answer, the other may be its late
    // effect, which nobody will remove: then it has to go in the time that the other needs, or be reported.
    return hasForeign && attempt.unclear ? { nextLook: 1 / 2, failure: several } : { resource: whole };
  }
  // One that is so much older did not come of a create at the same time: somebody has renamed it, say. The own may
  // have been used since.
  if (!isOfOneTime(winner, made)) throw several;
  const own = found.filter(isOwned);
  // Both are other processes'. Whose loser it is waits for the winner and removes it; what stays has to be reported.
  if (found.length > 1 && !own.some(isMade))
    return { nextLook: 1 / 2, failure: isUnderWay(winner) ? undefined : several };
  const whole = await candidate.untilUsable(winner);
  // The winner failed or went away; the listing will show it in a moment.
  if (whole === undefined) return { nextLook: 1 / 4 };
  const difference = create.difference(whole);
  await removeSurplus(own);
  if (difference === undefined) return { resource: whole };
  call.about({ kind: create.kind, id: whole.id, name: create.name });
  throw new PolyvolError("already_exists", `${create.kind} ${whole.id} was made first, but ${difference}`);
}
