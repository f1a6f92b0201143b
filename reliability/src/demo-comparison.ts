import type { Expectation, HeldSnapshot, HeldVolume, Holdings, KeptSlots } from "./demo-expectation.ts";

/** How a cloud differs from what it has to hold; sentences for people. All empty when it is as it should be. */
export interface Differences {
  /** Slots with several snapshots. */
  readonly duplicated: readonly string[];
  /** Slots without one, though it was due and has to be there. */
  readonly lost: readonly string[];
  /** Snapshots that retention should have deleted. */
  readonly surplus: readonly string[];
  /** What belongs to somebody else, or was there before, and is gone or changed. */
  readonly harmed: readonly string[];
  /** Unfinished or unexpected things. */
  readonly leftBehind: readonly string[];
}

export const NO_DIFFERENCES: Differences = {
  duplicated: [],
  lost: [],
  surplus: [],
  harmed: [],
  leftBehind: [],
};

/** What there is besides the foreign snapshots, told apart by volume and policy. */
const NAME = /^polyvol-([a-z]+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{10}$/;

/** Holds what a cloud really has against what it has to have. Uses nothing but the two. */
export function compare(state: Holdings, expected: Expectation): Differences {
  const { cloud } = expected;
  const foreignIds = new Set(expected.foreign.map(({ id }) => id));
  const own = state.snapshots.filter(({ id }) => !foreignIds.has(id));
  const slots = expected.kept.map((kept) => compareSlots(cloud, own, kept));
  const known = new Set(slots.flatMap(({ found }) => found));
  return {
    duplicated: slots.flatMap(({ duplicated }) => duplicated),
    lost: slots.flatMap(({ lost }) => lost),
    surplus: slots.flatMap(({ surplus }) => surplus),
    harmed: [
      ...changed(cloud, "volume", expected.volumes, state.volumes),
      ...changed(cloud, "snapshot", expected.foreign, state.snapshots),
    ],
    leftBehind: [
      ...own.filter((each) => !known.has(each)).map(({ name }) => `${cloud}: unexpected snapshot ${name}`),
      ...own.filter(({ ready }) => !ready).map(({ name }) => `${cloud}: snapshot ${name} is not ready`),
      ...compareAdded(cloud, state.volumes, expected),
    ],
  };
}

/** All differences of several comparisons; what was found more than once is in it once. */
export function merge(all: readonly Differences[]): Differences {
  const union = (key: keyof Differences): readonly string[] => [...new Set(all.flatMap((each) => each[key]))];
  return {
    duplicated: union("duplicated"),
    lost: union("lost"),
    surplus: union("surplus"),
    harmed: union("harmed"),
    leftBehind: union("leftBehind"),
  };
}

interface SlotComparison extends Pick<Differences, "duplicated" | "lost" | "surplus"> {
  readonly found: readonly HeldSnapshot[];
}

function compareSlots(cloud: string, own: readonly HeldSnapshot[], kept: KeptSlots): SlotComparison {
  const found = own.filter(
    ({ name, volumeId }) => volumeId === kept.volumeId && parse(name)?.policyId === kept.policyId,
  );
  const bySlot = new Map<number, number>();
  for (const { name } of found) {
    const slot = parse(name)?.slot ?? Number.NaN;
    bySlot.set(slot, (bySlot.get(slot) ?? 0) + 1);
  }
  const text = (slot: number): string =>
    `${cloud}: ${kept.volumeName}, policy ${kept.policyId}, slot ${new Date(slot).toISOString()}`;
  return {
    found,
    duplicated: [...bySlot]
      .filter(([, count]) => count > 1)
      .map(([slot, count]) => `${text(slot)}: ${count} snapshots`),
    lost: [...kept.slots].filter((slot) => !bySlot.has(slot)).map((slot) => `${text(slot)}: no snapshot`),
    surplus: [...bySlot.keys()]
      .filter((slot) => !kept.slots.has(slot))
      .map((slot) => `${text(slot)}: should be gone`),
  };
}

function parse(name: string): { readonly policyId: string; readonly slot: number } | undefined {
  const [, policyId, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  if (policyId === undefined) return undefined;
  const slot = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return { policyId, slot };
}

interface Thing {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

function changed(cloud: string, kind: string, before: readonly Thing[], now: readonly Thing[]): string[] {
  const byId = new Map(now.map((thing) => [thing.id, thing]));
  return before.flatMap(({ id, name, text }) => {
    const found = byId.get(id);
    if (found === undefined) return [`${cloud}: ${kind} ${name} is gone`];
    return found.text === text ? [] : [`${cloud}: ${kind} ${name} has changed`];
  });
}

function compareAdded(
  cloud: string,
  volumes: readonly HeldVolume[],
  { volumes: before, added }: Expectation,
): string[] {
  const old = new Set(before.map(({ id }) => id));
  const names = volumes.filter(({ id }) => !old.has(id)).map(({ name }) => name);
  return [
    ...names.filter((name) => !added.includes(name)).map((name) => `${cloud}: unexpected volume ${name}`),
    ...added
      .filter((name) => names.filter((each) => each === name).length !== 1)
      .map((name) => `${cloud}: not exactly one volume ${name}`),
  ];
}
