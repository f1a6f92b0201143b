import { evaluateRetention, snapshotName } from "@polyvol/backup";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { describe, expect, test } from "vitest";
import { createCalendar } from "../../packages/cli/src/demo/script.ts";
import { compare, type Differences, NO_DIFFERENCES } from "../src/demo-comparison.ts";
import {
  createExpectations,
  DAY_MS,
  type Expectation,
  expectedPolicies,
  type Holdings,
  holdingsOf,
  keptSlots,
  type Rules,
} from "../src/demo-expectation.ts";

const DB = "5a1e0000-0000-4000-8000-000000000001";
const WEB = "5a1e0000-0000-4000-8000-000000000002";
const LOOKALIKE = "polyvol-nightly-20260501T030000Z-0123456789";
/** Two nights, both after the Sunday of 3 May 2026. */
const NIGHTS = [Date.parse("2026-05-05T03:32:00Z"), Date.parse("2026-05-06T03:32:00Z")];

const CLOUDS = {
  ocean: {
    make: () => createDigitalOceanEmulator(),
    volume: (id: string, name: string) => ({ id, name, region: "nyc3", size_gigabytes: 10 }),
    snapshot: (volumeId: string, name: string) => ({ name, resource_id: volumeId }),
  },
  samsung: {
    make: () => createSamsungScpEmulator({ accessKey: "A", secretKey: "S" }),
    volume: (id: string, name: string) => ({ id, name, size: 8 }),
    snapshot: (volumeId: string, name: string) => ({ name, volume_id: volumeId }),
  },
};

interface Account {
  readonly emulator: Emulator;
  readonly expected: Expectation;
  /** Adds a snapshot of a policy. */
  take(volumeId: string, policy: string, slot: string): void;
  seed(data: object): void;
}

/** An account with two volumes, and with what two good nights leave. */
function createAccount(provider: keyof typeof CLOUDS): Account {
  const { make, volume, snapshot } = CLOUDS[provider];
  const emulator = make();
  emulator.seed({ volumes: [volume(DB, "db-1"), volume(WEB, "web-1")] });
  emulator.seed({ snapshots: [snapshot(DB, "by hand"), snapshot(WEB, LOOKALIKE)] });
  const expect = createExpectations(provider, holdingsOf(emulator), expectedPolicies(3));
  const take = (volumeId: string, policy: string, slot: string): void =>
    emulator.seed({
      snapshots: [snapshot(volumeId, snapshotName("polyvol", policy, volumeId, new Date(slot)))],
    });
  for (const id of [DB, WEB]) {
    take(id, "nightly", "2026-05-05T03:00:00Z");
    take(id, "nightly", "2026-05-06T03:00:00Z");
  }
  take(DB, "sundays", "2026-05-03T03:30:00Z");
  return { emulator, expected: expect(NIGHTS), take, seed: (data) => emulator.seed(data) };
}

/** What the account would hold without some of its snapshots or volumes. */
function without(state: Holdings, gone: (name: string) => boolean): Holdings {
  return {
    volumes: state.volumes.filter(({ name }) => !gone(name)),
    snapshots: state.snapshots.filter(({ name }) => !gone(name)),
  };
}

describe.each(["ocean", "samsung"] as const)("the demo's oracle on %s", (provider) => {
  const only = (differences: Partial<Differences>): Differences => ({ ...NO_DIFFERENCES, ...differences });

  test("find nothing where all is well", () => {
    const { emulator, expected } = createAccount(provider);
    expect(compare(holdingsOf(emulator), expected)).toEqual(NO_DIFFERENCES);
  });

  test("find a second snapshot of one slot", () => {
    const { emulator, expected, take } = createAccount(provider);
    take(DB, "nightly", "2026-05-06T03:00:00Z");
    const text = `${provider}: db-1, policy nightly, slot 2026-05-06T03:00:00.000Z: 2 snapshots`;
    expect(compare(holdingsOf(emulator), expected)).toEqual(only({ duplicated: [text] }));
  });

  test("find a missing one", () => {
    const { emulator, expected } = createAccount(provider);
    const lost = without(holdingsOf(emulator), (name) => name.startsWith("polyvol-sundays-"));
    const text = `${provider}: db-1, policy sundays, slot 2026-05-03T03:30:00.000Z: no snapshot`;
    expect(compare(lost, expected)).toEqual(only({ lost: [text] }));
  });

  test("find one that retention should have deleted", () => {
    const { emulator, expected, take } = createAccount(provider);
    take(WEB, "nightly", "2026-04-01T03:00:00Z");
    const text = `${provider}: web-1, policy nightly, slot 2026-04-01T03:00:00.000Z: should be gone`;
    expect(compare(holdingsOf(emulator), expected)).toEqual(only({ surplus: [text] }));
  });

  test("find what somebody else is missing", () => {
    const { emulator, expected } = createAccount(provider);
    const state = holdingsOf(emulator);
    const gone = without(state, (name) => ["by hand", LOOKALIKE, "web-1"].includes(name));
    expect(compare(gone, expected).harmed).toEqual([
      `${provider}: volume web-1 is gone`,
      `${provider}: snapshot by hand is gone`,
      `${provider}: snapshot ${LOOKALIKE} is gone`,
    ]);
    const renamed = JSON.parse(JSON.stringify(state).replaceAll("by hand", "by foot")) as Holdings;
    expect(compare(renamed, expected)).toEqual(
      only({ harmed: [`${provider}: snapshot by hand has changed`] }),
    );
  });

  test("find what was left behind", () => {
    const { emulator, expected, take, seed } = createAccount(provider);
    const drill = "5a1e0000-0000-4000-8000-000000000003";
    seed({ volumes: [CLOUDS[provider].volume(drill, "polyvol-drill-1")] });
    take(WEB, "sundays", "2026-05-03T03:30:00Z");
    const { leftBehind, ...rest } = compare(holdingsOf(emulator), expected);
    expect(rest).toEqual({ duplicated: [], lost: [], surplus: [], harmed: [] });
    expect(leftBehind).toEqual([
      expect.stringMatching(/unexpected snapshot polyvol-sundays-/),
      `${provider}: unexpected volume polyvol-drill-1`,
    ]);
    const wanting = compare(holdingsOf(createAccount(provider).emulator), {
      ...expected,
      added: ["restored"],
    });
    expect(wanting.leftBehind).toEqual([`${provider}: not exactly one volume restored`]);
  });
});

test("a snapshot that is not ready is left behind", () => {
  const { emulator, expected, seed } = createAccount("samsung");
  const name = snapshotName("polyvol", "nightly", WEB, new Date("2026-05-07T03:00:00Z"));
  seed({ snapshots: [{ name, volume_id: WEB, status: "error" }] });
  expect(compare(holdingsOf(emulator), expected).leftBehind).toEqual([
    `samsung: snapshot ${name} is not ready`,
  ]);
});

const RULES: readonly Rules[] = [{ daily: 7, weekly: 4 }, { last: 2 }, { weekly: 3 }, { daily: 1, last: 5 }];

test("the oracle counts retention by itself, and comes to what the library comes to", () => {
  const first = Date.parse("2026-10-20T03:00:00Z");
  for (const rules of RULES) {
    for (let nights = 1; nights <= 40; nights += 1) {
      // Every eleventh night is missing.
      const slots = Array.from({ length: nights }, (_, night) => first + night * DAY_MS).filter(
        (_, night) => night % 11 !== 10,
      );
      const { kept } = evaluateRetention(
        { ...rules, timezone: "UTC" },
        slots.map((slot) => ({ id: String(slot), time: new Date(slot) })),
        { now: new Date(first + nights * DAY_MS) },
      );
      expect([...keptSlots(slots, rules)].sort(), `${JSON.stringify(rules)} after ${nights} nights`).toEqual(
        kept.map(({ snapshot }) => snapshot.time.getTime()).sort(),
      );
    }
  }
});

test("seven days and the newest of each of four weeks, by hand", () => {
  // 1 October 2026 is a Thursday; the Sundays are 4, 11, 18, 25.
  const slots = Array.from({ length: 30 }, (_, day) => Date.UTC(2026, 9, day + 1, 3));
  const days = [...keptSlots(slots, { daily: 7, weekly: 4 })].map((slot) => new Date(slot).getUTCDate());
  expect(days.sort((a, b) => a - b)).toEqual([11, 18, 24, 25, 26, 27, 28, 29, 30]);
});

test("at every hour the nights end two to four hours ago, each half an hour after its slot", () => {
  for (let now = Date.UTC(2026, 10, 21); now < Date.UTC(2026, 10, 22); now += 7 * 60_000) {
    const { hour, nights } = createCalendar(now);
    expect(nights).toHaveLength(30);
    const last = nights.at(-1) ?? 0;
    expect(now - last).toBeGreaterThan(2 * 3_600_000);
    expect(now - last).toBeLessThan(4 * 3_600_000);
    for (const { newestSlot, id } of expectedPolicies(hour)) {
      const slot = newestSlot(last);
      expect(last - slot).toBeLessThan(id === "nightly" ? DAY_MS / 24 : 7 * DAY_MS);
      expect(newestSlot(now), "nothing has come due since").toBe(slot);
    }
    expect(new Date(expectedPolicies(hour)[1]?.newestSlot(now) ?? 0).getUTCDay()).toBe(0);
  }
});
