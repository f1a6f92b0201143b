import type { Call } from "../call.ts";
import { PolyvolError } from "../errors.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import { readPatiently } from "../waiting/report.ts";
import { firstMade } from "./free.ts";
import { type Attempt, conflict, liveOf, type NamedCreate, severalFound } from "./named.ts";

/** How the look after a create acts on what it finds. */
export interface SettleActions<T> {
  /** Waits until a resource is usable; `undefined` when it is gone or failed. */
  untilUsable(resource: T): Promise<T | undefined>;
  /** Deletes an own surplus resource for good, if it is detached. */
  remove(resource: T): Promise<void>;
}

/** By the provider's own times of creation, what several processes make at the same time is no further apart. */
const LARGEST_GAP_MS = 15 * 60_000;

/**
 * Where names are not enforced: once everything that was sent at the same time must be visible, looks again and ends
 * with one resource. The winner is the one that the provider made first (ties by id); only local data would differ
 * between processes, so none is used. Resources are deleted only when this create certainly made them.
 *
 * `settledAt`: when everything that was sent at the same time is visible, by the storage's monotonic time.
 * `madeIsGone`: what was taken over from another process was removed by it while we waited.
 *
 * @throws PolyvolError `conflict` naming all ids, when a surplus cannot be told to be this create's own
 */
export async function settleDuplicates<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  made: T,
  attempt: Attempt,
  settledAt: number,
  actions: SettleActions<T>,
  madeIsGone: boolean,
): Promise<{ readonly resource: T; readonly created: boolean }> {
  const { monotonicNow, driver } = call.runtime;
  await call.sleep(Math.max(0, settledAt - monotonicNow()));
  const isOwn = (each: T): boolean =>
    attempt.ownIds.includes(each.id) || create.attemptIdOf(each) === attempt.id;
  // The other process looks, waits for the winner and deletes: that takes it its own pauses.
  let patientUntil = monotonicNow() + 2 * driver.settleMs + call.runtime.polling.maxDelayMs;
  const look = async (): Promise<readonly T[]> => {
    const from = monotonicNow();
    const found = await readPatiently(call, { kind: create.kind, id: made.id }, () => create.look(call));
    // An outage holds the other up as well.
    patientUntil += monotonicNow() - from;
    return found;
  };
  for (;;) {
    const listed = liveOf(create, await look());
    // Taken over from another process and listed no more: it has lost, and its maker has removed it.
    const hasLost = listed.length > 0 && !isOwn(made);
    const withMade = listed.some((each) => each.id === made.id) || hasLost ? listed : [...listed, made];
    const found = madeIsGone ? listed.filter((each) => each.id !== made.id) : withMade;
    const winner = firstMade(found);
    if (winner === undefined) {
      // What was taken over has gone, and what it gave way to does not show yet.
      if (monotonicNow() >= patientUntil)
        throw conflict(`${create.kind} ${made.id} has gone, and no other shows`, true);
      await call.sleep(driver.settleMs / 4 + 50);
      continue;
    }
    if (found.length === 1 && winner.id === made.id) return { resource: winner, created: true };
    if (winner.id === made.id || isOwn(winner)) {
      for (const each of found)
        if (each.id !== winner.id && isOwn(each)) await removeSurplus(call, create, each, actions);
      const foreign = found.filter((each) => !isOwn(each) && each.id !== winner.id);
      // Others give way to the winner. But when a request of ours got no clear answer, the other may be its late
      // effect, which nobody will remove: then it has to go in the time that the other needs, or be reported.
      if (foreign.length === 0 || !attempt.unclear) {
        const resource = winner.id === made.id ? winner : await actions.untilUsable(winner);
        if (resource !== undefined) return { resource, created: true };
      }
      if (monotonicNow() >= patientUntil) throw severalFound(create.kind, found);
      await call.sleep(driver.settleMs / 2 + 50);
      continue;
    }
    // One that is so much older did not come of a create at the same time: somebody has renamed it, say. The own may
    // have been used since.
    if (made.createdAt.getTime() - winner.createdAt.getTime() > LARGEST_GAP_MS)
      throw severalFound(create.kind, found);
    const own = found.filter(isOwn);
    if (found.length > 1 && !own.some((each) => each.id === made.id)) {
      // Both are other processes'. If they are one's, it removes the loser; what stays has to be reported.
      if (monotonicNow() >= patientUntil) throw severalFound(create.kind, found);
      await call.sleep(driver.settleMs / 2 + 50);
      continue;
    }
    const usable = await actions.untilUsable(winner);
    if (usable === undefined) {
      // The winner failed or went away; the listing will show it in a moment.
      await call.sleep(driver.settleMs / 4 + 50);
      continue;
    }
    const difference = create.difference(usable);
    for (const each of own) await removeSurplus(call, create, each, actions);
    if (difference === undefined) return { resource: usable, created: false };
    call.about({ kind: create.kind, id: usable.id, name: create.name });
    throw new PolyvolError("already_exists", `${create.kind} ${usable.id} was made first, but ${difference}`);
  }
}

async function removeSurplus<T extends Volume | Snapshot>(
  call: Call,
  create: NamedCreate<T>,
  surplus: T,
  actions: SettleActions<T>,
): Promise<void> {
  await actions.remove(surplus);
  call.about({ kind: create.kind, name: create.name });
  call.runtime.emit(call.operation, {
    type: "recover",
    resource: { kind: create.kind, id: surplus.id, name: create.name },
    result: "surplus_removed",
  });
}
