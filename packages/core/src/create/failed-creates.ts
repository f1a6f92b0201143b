import type { Call } from "../call/call.ts";
import { extendError, isPolyvolError, type PolyvolError } from "../errors.ts";
import type { Resource } from "../resource.ts";
import { foldCapitals, HOLD_KEY, tagTexts } from "../tags.ts";
import { describeState } from "../wait/goals.ts";
import { conflict } from "./found.ts";
import { adopt, isLive, isRenamed, type NamedCreate, removeMade } from "./named-create.ts";

/*
 * What a failed create leaves costs quota and holds back the deletion of its volume, so it must not pile up. What is
 * certainly Polyvol's own is removed; anybody else's is named, and no further one is made beside it.
 */

/** Words such as `error_extending` tell of a later change, before which the resource was good: all but this one. */
const FAILED_LATER = /^error[-_ ](?!deleting$)/i;

/** For so long a removal may keep the known failure of a create from being told. */
const REMOVAL_MS = 60_000;

export function isHeld(resource: Resource): boolean {
  return tagTexts(resource).some((tag) => foldCapitals(tag).split(":", 1)[0] === HOLD_KEY);
}

/** The failed resources of the name, of a listing. */
function failedOf<T extends Resource>(create: NamedCreate<T>, all: readonly T[]): readonly T[] {
  return all.filter((each) => each.name === create.name && each.state === "error");
}

/** Whether a failed resource of the name carries no mark: another's, or one that its maker is about to remove. */
export function hasUnmarked<T extends Resource>(create: NamedCreate<T>, all: readonly T[]): boolean {
  return failedOf(create, all).some((each) => create.attemptIdOf(each) === undefined);
}

/**
 * Before a create is sent where names may repeat: removes the failed resources of its name that carry a mark of
 * Polyvol's. What failed before is read anew, for somebody may have mended it: then it is the one that is there, and is
 * taken over.
 *
 * @throws PolyvolError `conflict` naming those that no mark proves to be own, or that could not be removed; what
 * {@link adopt} throws
 */
export async function clearFailed<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  all: readonly T[],
): Promise<T | undefined> {
  const left: string[] = [];
  let mended: T | undefined;
  for (const each of failedOf(create, all)) {
    const stays = `${each.id} (${describeState(each)})`;
    if (create.attemptIdOf(each) === undefined) {
      const now = await create.get(call, each.id);
      if (now === undefined || isRenamed(create, now)) continue;
      if (isLive(now)) mended ??= now;
      else left.push(stays);
    } else {
      const { why, live } = await whatCame(() => removeFailed(call, create, each.id, "made before"));
      mended ??= live;
      if (why !== undefined) left.push(`${stays}, which could not be removed: ${why}`);
    }
  }
  call.about({ kind: create.kind, name: create.name });
  if (mended !== undefined) return await adopt(call, create, mended);
  if (left.length === 0) return undefined;
  const which = `${left.length} failed ${create.kind}${left.length === 1 ? " has" : "s have"} this name`;
  const way = "look whether it holds anything; mend or delete it, then create again";
  throw conflict(`${which}: ${left.join("; ")}; ${way}`, false);
}

/**
 * What an own create that ended in an error state comes to: `error`, which says besides whether the failed resource
 * was removed. It is told soon, although a service that fails to create may be as slow to delete.
 */
export async function withoutFailed<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  id: string,
  error: PolyvolError,
): Promise<PolyvolError> {
  const { removed, live, ...left } = await whatCame(() =>
    call.within(REMOVAL_MS, (part) => removeFailed(part, create, id, "made by this call")),
  );
  const why = left.why ?? (live && `it is in the state ${describeState(live)}`);
  call.about({ kind: create.kind, id, name: create.name });
  if (why !== undefined) return extendError(error, {}, `${error.reason}; ${create.kind} ${id} stays: ${why}`);
  return removed ? extendError(error, {}, `${error.reason}; what failed has been removed`) : error;
}

/**
 * `why`: it is there and should not be. `live`: it has not failed. None of them: it has gone, is on its way, or has another
 * name by now.
 */
interface Removal<T> {
  readonly removed: boolean;
  readonly why?: string;
  readonly live?: T;
}

/** What a removal comes to: that it failed is told with what it was for. */
async function whatCame<T>(removal: () => Promise<Removal<T>>): Promise<Removal<T>> {
  try {
    return await removal();
  } catch (error) {
    if (!isPolyvolError(error)) throw error;
    return { removed: false, why: error.reason };
  }
}

/** What an earlier call made has been in use since, unless it certainly failed from the first. */
async function removeFailed<T extends Resource>(
  call: Call,
  create: NamedCreate<T>,
  id: string,
  origin: "made by this call" | "made before",
): Promise<Removal<T>> {
  const now = await create.get(call, id);
  if (now === undefined || now.state === "deleting" || isRenamed(create, now)) return { removed: false };
  if (isLive(now)) return { removed: false, live: now };
  const isDetached = !("attachments" in now) || now.attachments.length === 0;
  if (now.state !== "error" || FAILED_LATER.test(describeState(now)) || !isDetached) {
    return { removed: false, why: `it is in the state ${describeState(now)}` };
  }
  if (isHeld(now)) return { removed: false, why: "it is held" };
  if (origin === "made before" && now.failedLater)
    return { removed: false, why: "it was good before, or may have been" };
  await removeMade(call, create, id, "failed_removed");
  return { removed: true };
}
