import { isPolyvolError } from "@polyvol/core";
import type { Fault } from "@polyvol/emulators";
import { type Cloud, type Kind, strike } from "./cloud.ts";
import { pooled } from "./pool.ts";

/** Mixed faults; every effect shows within `settleMs` (2 s). Together they strike two creates of five. */
const FAULTS: readonly Fault[] = [
  { kind: "cut-after", probability: 0.08 },
  { kind: "cut-before", probability: 0.08 },
  { kind: "answer", status: 503, when: "after", probability: 0.06 },
  { kind: "answer", status: 500, when: "before", probability: 0.06 },
  { kind: "answer", status: 429, headers: { "retry-after": "1" }, probability: 0.03 },
  { kind: "truncate", cut: true, probability: 0.04 },
  { kind: "html", when: "after", probability: 0.04 },
  { kind: "commit-late", ms: 300, probability: 0.04 },
  { kind: "commit-late", ms: 1_400, probability: 0.04 },
];

/** What two processes made, counted on what the emulator holds. */
export interface Outcome {
  readonly succeeded: number;
  /** What else they failed with. */
  readonly failed: readonly string[];
  /** Failed because each of the four attempts that are allowed met a fault, and said so. */
  readonly gaveUp: number;
  /** Failed because what it had taken over was another process's surplus, which that one removed meanwhile. */
  readonly overtaken: number;
  readonly reported: number;
  readonly duplicated: number;
  readonly silent: number;
  readonly leftBehind: number;
  readonly lost: number;
}

/** Two storages make `each` resources side by side under mixed faults: the same names, or each its own. */
export async function twoProcesses(
  cloud: Cloud,
  kind: Kind,
  shared: boolean,
  each: number,
): Promise<Outcome> {
  const own = (process: number): string[] =>
    Array.from({ length: each }, (_, index) => `made-${shared ? "" : process}-${index}`);
  const ownNames = [own(0), own(1)] as const;
  const names = [...new Set(ownNames.flat())];
  const volumes = kind === "snapshot" ? cloud.seedVolumes(names.map((name) => `of-${name}`)) : [];
  const volumeOf = new Map(names.map((name, index) => [name, volumes[index] ?? ""]));
  for (const [index, fault] of FAULTS.entries()) {
    strike(cloud, `${kind}s.create`, { ...fault, seed: 20_261_121 + index });
  }
  const attempts = await Promise.all(
    ownNames.map(async (mine) => {
      const storage = cloud.storage();
      const results = await pooled(
        mine,
        64,
        (name): Promise<{ readonly id: string }> =>
          kind === "volume"
            ? storage.volumes.create({ name, sizeGiB: cloud.sizeGiB })
            : storage.snapshots.create({ name, volumeId: volumeOf.get(name) ?? "" }),
      );
      return results.map((result, index) => ({ name: mine[index] ?? "", result }));
    }),
  );
  await cloud.clock.sleep(60_000);
  const held = cloud.holds()[`${kind}s`].filter(({ name }) => name.startsWith("made-"));
  const all = attempts.flat();
  const idsOf = Map.groupBy(held, ({ name }) => name);
  const surplus = [...idsOf].filter(([, group]) => group.length > 1);
  /** A create that failed because of a surplus, and named every resource of it. */
  const says = ({ name, result }: (typeof all)[number]): boolean =>
    result.status === "rejected" &&
    isPolyvolError(result.reason, "conflict") &&
    idsOf.has(name) &&
    (idsOf.get(name) ?? []).every(({ id }) => String(result.reason).includes(id));
  const givesUp = ({ result }: (typeof all)[number]): boolean =>
    result.status === "rejected" &&
    isPolyvolError(result.reason) &&
    result.reason.retryable &&
    result.reason.outcome === "unknown" &&
    result.reason.attempts === 4;
  const isOvertaken = ({ result }: (typeof all)[number]): boolean =>
    result.status === "rejected" &&
    isPolyvolError(result.reason, "operation_failed") &&
    /being deleted|gone since/.test(result.reason.reason);
  const reportedNames = new Set(all.filter(says).map(({ name }) => name));
  const returned = new Set(
    all.flatMap(({ result }) => (result.status === "fulfilled" ? [result.value.id] : [])),
  );
  return {
    succeeded: all.filter(({ result }) => result.status === "fulfilled").length,
    failed: all.flatMap((one) =>
      one.result.status === "fulfilled" || says(one) || givesUp(one) || isOvertaken(one)
        ? []
        : [`${one.name}: ${one.result.reason}`],
    ),
    overtaken: all.filter(isOvertaken).length,
    gaveUp: all.filter(givesUp).length,
    reported: all.filter(says).length,
    duplicated: surplus.length,
    silent: surplus.filter(([name]) => !reportedNames.has(name)).length,
    leftBehind: held.filter(({ id, name }) => !returned.has(id) && !reportedNames.has(name)).length,
    lost: [...returned].filter((id) => !held.some((each) => each.id === id)).length,
  };
}
