import type { ObservedCloud } from "../observe/inventory.ts";
import type { Policy } from "../policy/types.ts";
import type { UnplacedProblem } from "../problem.ts";
import { closeSlots, showCloseSlots } from "./close-slots.ts";
import { keptAtMost } from "./kept-at-most.ts";

/** Snapshots of a volume that no count of a policy's rules covers. */
export interface SnapshotsOutsideRules {
  /** Not of a policy that chooses the volume. */
  readonly unowned: number;
  /** Of one, and held, tagged to be kept, surplus, failed or unfinished. */
  readonly held: number;
  readonly others: number;
}

export interface LimitCheck {
  readonly cloud: ObservedCloud;
  /** Named in messages: `volume db (8f3c) on prod`. */
  readonly subject: string;
  readonly policies: readonly Policy[];
  readonly beside: SnapshotsOutsideRules;
  readonly now: Date;
}

/** Checks what the provider allows per volume, before anything is done: what stands against these policies there. */
export function checkLimits(check: LimitCheck): readonly UnplacedProblem[] {
  return [...checkGaps(check), ...checkCount(check)];
}

function checkGaps({ cloud, subject, policies, now }: LimitCheck): UnplacedProblem[] {
  const gapMs = cloud.capabilities.limits.snapshotGapMs;
  if (gapMs === "unknown" || gapMs === 0) return [];
  const close = closeSlots(policies, gapMs, now);
  if (close === undefined) return [];
  const message = `${subject}: ${showCloseSlots(close, gapMs, cloud.provider)}`;
  return [{ code: "out_of_range", message, effect: "nothing_done" }];
}

/** All policies together, what they do not count, and one more, since the new one comes before an old one goes. */
function checkCount({ cloud, subject, policies, beside, now }: LimitCheck): UnplacedProblem[] {
  const limit = cloud.capabilities.limits.snapshotsPerVolume;
  if (limit === "unknown") return [];
  const kept = policies.map((policy) => ({ policy, most: keptAtMost(policy, now, limit) }));
  const keptByRule = kept.reduce((sum, { most }) => sum + most.count, 0);
  const { unowned, held, others } = beside;
  const total = keptByRule + unowned + held + others + 1;
  if (total <= limit) return [];
  const parts = [
    ...kept.map(({ policy, most }) => ({ count: most.count, text: `policy ${policy.id} (${most.terms})` })),
    { count: unowned, text: "that no policy here owns" },
    { count: held, text: "held" },
    { count: others, text: "not counted by any rule" },
    { count: 1, text: "new, made before an old one goes" },
  ].filter(({ count }) => count > 0);
  const sum = parts.map(({ count, text }) => `${count} ${text}`).join(" + ");
  const message = `${subject}: ${sum} = ${total} snapshots; ${cloud.provider} allows ${limit} of one volume`;
  // What the policies alone can never do is refused. What others have added is said while there is still room.
  const effect = keptByRule + 1 > limit ? "nothing_done" : "attention";
  return [{ code: "out_of_range", message, effect }];
}
