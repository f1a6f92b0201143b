import { omitUndefined } from "@polyvol/core/driver";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem } from "../problem.ts";
import type { RecordedSlot, RunEntry, RunRecord } from "../record/entry.ts";

/** What the record says of one slot of a policy on a volume. */
export interface SlotTrace {
  /** Seconds from the slot until its snapshot was taken; absent when none of the record was. */
  readonly delaySeconds?: number;
  /** A run has deleted it since no rule kept it. */
  readonly deleted?: true;
  /** A run has found it due and not made it. */
  readonly unmade?: true;
  /** Why, where the record says it. */
  readonly code?: BackupProblem["code"];
}

/** The record by slots. */
export interface RecordIndex {
  /** When its first run began, in milliseconds; infinite without any: of the time before, it says nothing of runs. */
  readonly since: number;
  traceOf(policy: Policy, cloud: string, volumeId: string, slot: number): SlotTrace | undefined;
  /**
   * What the runs between two instants say of a policy on a cloud as a whole. `none`: there was none; `unseen`: none of
   * them saw the cloud; `silent`: one of them does not say what it did.
   */
  runsBetween(policy: Policy, cloud: string, from: number, until: number): RunsSaid;
}

type RunsSaid = "none" | "unseen" | "silent" | "seen";

interface Traces {
  readonly made: Map<string, number>;
  readonly unmade: Map<string, BackupProblem["code"] | undefined>;
  readonly deleted: Set<string>;
}

/** Puts a record in order by slots; without one, nothing is known. */
export function indexRecord(record: RunRecord | undefined): RecordIndex {
  const entries = record?.entries ?? [];
  const runs = entries
    .filter((each): each is RunEntry => each.kind === "run" && each.command !== "prune" && !each.pruneOnly)
    .map((run) => ({ ...run, began: Date.parse(run.startedAt) }));
  const since = runs.reduce((first, { began }) => Math.min(first, began), Infinity);
  const slots = new Map<string, Traces>();
  const asked = new Map<string, RunsSaid>();
  const tracesOf = ({ cloud, policyId, slot }: RecordedSlot): Traces => {
    const key = keyOf(cloud, policyId, Date.parse(slot));
    const traces = slots.get(key) ?? { made: new Map(), unmade: new Map(), deleted: new Set() };
    slots.set(key, traces);
    return traces;
  };
  for (const entry of entries) {
    if (entry.kind !== "run") continue;
    for (const group of entry.made) {
      const { made } = tracesOf(group);
      for (const [index, id] of group.volumeIds.entries()) made.set(id, group.delaysSeconds[index] ?? 0);
    }
    for (const group of entry.unmade) {
      const { unmade } = tracesOf(group);
      for (const id of group.volumeIds) unmade.set(id, group.code);
    }
    for (const group of entry.deleted) {
      if (group.failed === true) continue;
      const { deleted } = tracesOf(group);
      for (const id of group.volumeIds) deleted.add(id);
    }
  }
  return {
    since,
    traceOf(policy, cloud, volumeId, slot) {
      for (const id of [policy.id, ...policy.formerIds]) {
        const traces = slots.get(keyOf(cloud, id, slot));
        if (traces === undefined) continue;
        const delaySeconds = traces.made.get(volumeId);
        const code = traces.unmade.get(volumeId);
        const trace: SlotTrace = omitUndefined({
          delaySeconds,
          deleted: traces.deleted.has(volumeId) || undefined,
          unmade: traces.unmade.has(volumeId) || undefined,
          code,
        });
        if (Object.keys(trace).length > 0) return trace;
      }
      return undefined;
    },
    runsBetween(policy, cloud, from, until) {
      // All volumes ask for the same few stretches.
      const key = JSON.stringify([cloud, policy.id, from, until]);
      const said = asked.get(key) ?? saidBetween(policy, cloud, from, until);
      asked.set(key, said);
      return said;
    },
  };

  function saidBetween(policy: Policy, cloud: string, from: number, until: number): RunsSaid {
    const within = runs.filter(
      (run) =>
        run.began >= from && run.began < until && run.policyIds.includes(policy.id) && mayBeAbout(run, cloud),
    );
    if (within.length === 0) return "none";
    if (within.some(({ broken, shortened }) => broken === true || shortened === true)) return "silent";
    const unseen = within.every((run) => run.clouds.some((each) => each.cloud === cloud && !each.seen));
    return unseen ? "unseen" : "seen";
  }
}

/** A run of a shard names every cloud that it was about; one that has ended with an error names none. */
function mayBeAbout({ shard, broken, clouds }: RunEntry, cloud: string): boolean {
  return shard === undefined || broken === true || clouds.some((each) => each.cloud === cloud);
}

function keyOf(cloud: string, policyId: string, slot: number): string {
  return JSON.stringify([cloud, policyId, slot]);
}
