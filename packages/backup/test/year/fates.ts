import type { BackupPlan, Policy } from "../../src/index.ts";
import { parseSnapshotName, slotsBetween } from "../../src/index.ts";
import type { MemoryWorld } from "../support/memory-clouds.ts";

/** What a run had to say of one cloud. */
export interface Outcome {
  readonly at: number;
  /** Why the slots of these policies may have nothing: undefined when all was well. */
  readonly troubles: ReadonlyMap<string, string>;
}

/** Follows every snapshot of a year from the accounts' own state. */
export interface Ledger {
  /**
   * Looks at what is there after a run. `mayGo`: what its plans had for deletion, by name. `maybeTwice`: one of two
   * processes was killed or lost its connection, and could not take back what it made while the other made the same.
   */
  look(at: number, mayGo: ReadonlyMap<string, string>, maybeTwice: boolean): void;
  /** What was there twice at some time. */
  readonly surplus: ReadonlySet<string>;
  readonly faults: string[];
  tally(policy: Policy, cloud: string, outcomes: readonly Outcome[]): Record<string, number>;
}

export function createLedger(world: MemoryWorld, from: number, until: () => number): Ledger {
  const made = new Map<string, number>();
  const gone = new Set<string>();
  const faults: string[] = [];
  const surplus = new Set<string>();
  const keys = new Map<string, string | undefined>();
  let before = new Map<string, string>();

  function present(twice: Set<string>, failed: Set<string>): Map<string, string> {
    const found = new Map<string, string>();
    for (const [cloud, account] of Object.entries(world.accounts)) {
      for (const { name, volumeId, state } of account.dump().snapshots) {
        const known = `${cloud} ${volumeId} ${name}`;
        if (!keys.has(known)) keys.set(known, parse(cloud, name, volumeId));
        const key = keys.get(known);
        if (key === undefined || state === "deleting") continue;
        if (state === "error") {
          failed.add(key);
          continue;
        }
        if (found.has(key)) twice.add(key);
        found.set(key, name);
      }
    }
    return found;
  }

  function newest(keys: Iterable<string>, group: string): number {
    return Math.max(
      ...[...keys].filter((key) => key.startsWith(group)).map((key) => Number(key.slice(group.length))),
    );
  }

  return {
    faults,
    surplus,
    look(at, mayGo, maybeTwice) {
      const twice = new Set<string>();
      const failed = new Set<string>();
      const now = present(twice, failed);
      for (const key of twice) {
        if (!maybeTwice && !surplus.has(key)) faults.push(`${key} is there twice`);
        surplus.add(key);
      }
      for (const key of now.keys()) {
        if (gone.has(key)) faults.push(`${key} has come back`);
        if (!made.has(key)) made.set(key, at);
      }
      for (const [key, name] of before) {
        if (now.has(key)) continue;
        if (failed.has(key) && !mayGo.has(name)) {
          // It was being made when its process was killed, and came to nothing.
          made.delete(key);
          continue;
        }
        gone.add(key);
        const group = key.slice(0, key.lastIndexOf(" ") + 1);
        if (!mayGo.has(name)) faults.push(`${key} went without a plan`);
        if (newest(now.keys(), group) <= Number(key.slice(group.length)))
          faults.push(`${key} was the newest`);
      }
      before = now;
    },
    tally(policy, cloud, outcomes) {
      const counts: Record<string, number> = {
        slots: 0,
        "made at once": 0,
        "made later": 0,
        "no run": 0,
        "cloud down": 0,
        failed: 0,
        killed: 0,
        pruned: 0,
        kept: 0,
        unexplained: 0,
      };
      const add = (fate: string): void => {
        counts[fate] = (counts[fate] ?? 0) + 1;
      };
      let begin = 0;
      for (const slot of slotsBetween(policy.schedule, new Date(from), new Date(until()))) {
        const key = keyOf(cloud, policy.id, slot.getTime());
        const next = policy.schedule.firstAfter(slot.getTime()) ?? Number.POSITIVE_INFINITY;
        while ((outcomes[begin]?.at ?? Number.POSITIVE_INFINITY) < slot.getTime()) begin += 1;
        let end = begin;
        while ((outcomes[end]?.at ?? Number.POSITIVE_INFINITY) < next) end += 1;
        const runs = outcomes.slice(begin, end);
        add("slots");
        const madeAt = made.get(key);
        if (madeAt !== undefined) {
          add(madeAt === runs[0]?.at ? "made at once" : "made later");
          add(gone.has(key) ? "pruned" : "kept");
          continue;
        }
        const reasons = runs.map(({ troubles }) => troubles.get(policy.id) ?? "unexplained");
        add(
          reasons.length === 0
            ? "no run"
            : reasons.includes("unexplained")
              ? "unexplained"
              : (reasons.at(-1) ?? ""),
        );
      }
      return counts;
    },
  };
}

/** The names that plans have for deletion, with the reasons. */
export function deletionsOf(plans: readonly BackupPlan[]): Map<string, string> {
  return new Map(
    plans.flatMap(({ volumes }) =>
      volumes.flatMap((each) => each.delete.map(({ name, reason }) => [name, reason] as const)),
    ),
  );
}

function parse(cloud: string, name: string, volumeId: string): string | undefined {
  const parsed = parseSnapshotName(name, volumeId);
  return parsed === undefined ? undefined : keyOf(cloud, parsed.policyId, parsed.slot.getTime());
}

function keyOf(cloud: string, policyId: string, slot: number): string {
  return `${cloud} ${policyId} ${slot}`;
}
