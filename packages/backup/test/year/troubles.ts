import type { MemoryAccount } from "@polyvol/memory";

/** What goes wrong in one hour. */
export interface Trouble {
  /** The machine that runs backups is off. */
  readonly off: boolean;
  /** Clouds that answer nothing. */
  readonly down: ReadonlySet<string>;
  /** The process is killed so many milliseconds after it began. */
  readonly killedAfterMs: number | undefined;
  /** A second process runs at the same time. */
  readonly twice: boolean;
}

export interface Troubles {
  at(hour: number): Trouble;
  /** Puts this hour's faults into an account. */
  inject(account: MemoryAccount, cloud: string): void;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A year's troubles, all decided by the seed. */
export function createTroubles(random: () => number, hours: number): Troubles {
  const stretches = (count: number, longest: number): Stretch[] =>
    Array.from({ length: count }, () => {
      const from = Math.floor(random() * hours);
      return { from, to: from + 1 + Math.floor(random() * longest) };
    });
  const within = (list: readonly Stretch[], hour: number): boolean =>
    list.some(({ from, to }) => hour >= from && hour < to);
  const offs = stretches(5, 40);
  const outages = { do: stretches(8, 20), scp: stretches(8, 20) };
  const chance = (probability: number): boolean => random() < probability;
  return {
    at: (hour) => ({
      off: within(offs, hour) || chance(0.01),
      down: new Set(Object.entries(outages).flatMap(([cloud, list]) => (within(list, hour) ? [cloud] : []))),
      killedAfterMs: chance(0.04) ? Math.floor(random() * 9_000) : undefined,
      twice: chance(0.03),
    }),
    inject(account, cloud) {
      if (chance(0.12)) account.inject({ on: "createSnapshot", effect: "fail", when: "after" });
      if (chance(0.08)) account.inject({ on: "createSnapshot", effect: "fail", when: "before" });
      if (chance(0.04))
        account.inject({ on: "listSnapshots", effect: "fail", when: "before", count: chance(0.3) ? 4 : 1 });
      if (chance(0.04)) account.inject({ on: "listVolumes", effect: "fail", when: "after" });
      if (chance(0.05)) account.inject({ on: "deleteSnapshot", effect: "fail", when: "after" });
      if (chance(0.02)) account.inject({ on: "deleteSnapshot", effect: "fail", when: "before", count: 4 });
      if (chance(0.02)) account.inject({ on: "createSnapshot", effect: "fail", when: "before", count: 4 });
      if (cloud === "scp" && chance(0.03))
        account.inject({ on: "createSnapshot", effect: "commit_late", ms: 800 });
      if (cloud === "scp" && chance(0.02)) account.inject({ on: "createSnapshot", effect: "break" });
      if (chance(0.03)) account.inject({ on: "checkHealth", effect: "delay", when: "after", ms: 1_500 });
    },
  };
}
