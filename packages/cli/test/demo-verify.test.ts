import { snapshotName } from "@polyvol/backup";
import type { Emulator } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { describe, expect, test } from "vitest";
import { createExpectations, type Expectation } from "../src/demo/expectation.ts";
import { createPolicies } from "../src/demo/policies.ts";
import { type TrueState, trueState } from "../src/demo/true-state.ts";
import { compare, type Differences, NO_DIFFERENCES } from "../src/demo/verify.ts";

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

interface World {
  readonly emulator: Emulator;
  readonly expected: Expectation;
  /** Adds a snapshot of a policy. */
  take(volumeId: string, policy: string, slot: string): void;
  seed(data: object): void;
}

/** An account with two volumes, and with what two good nights leave. */
function createWorld(provider: keyof typeof CLOUDS): World {
  const { make, volume, snapshot } = CLOUDS[provider];
  const emulator = make();
  emulator.seed({ volumes: [volume(DB, "db-1"), volume(WEB, "web-1")] });
  emulator.seed({ snapshots: [snapshot(DB, "by hand"), snapshot(WEB, LOOKALIKE)] });
  const expect = createExpectations({ name: provider, state: () => trueState(emulator) }, createPolicies(3));
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
function without(state: TrueState, gone: (name: string) => boolean): TrueState {
  return {
    volumes: state.volumes.filter(({ name }) => !gone(name)),
    snapshots: state.snapshots.filter(({ name }) => !gone(name)),
  };
}

describe.each(["ocean", "samsung"] as const)("the demo's checks on %s", (provider) => {
  const only = (differences: Partial<Differences>): Differences => ({ ...NO_DIFFERENCES, ...differences });

  test("find nothing where all is well", () => {
    const { emulator, expected } = createWorld(provider);
    expect(compare(trueState(emulator), expected)).toEqual(NO_DIFFERENCES);
  });

  test("find a second snapshot of one slot", () => {
    const { emulator, expected, take } = createWorld(provider);
    take(DB, "nightly", "2026-05-06T03:00:00Z");
    const text = `${provider}: db-1, policy nightly, slot 2026-05-06T03:00:00.000Z: 2 snapshots`;
    expect(compare(trueState(emulator), expected)).toEqual(only({ duplicated: [text] }));
  });

  test("find a missing one", () => {
    const { emulator, expected } = createWorld(provider);
    const lost = without(trueState(emulator), (name) => name.startsWith("polyvol-sundays-"));
    const text = `${provider}: db-1, policy sundays, slot 2026-05-03T03:30:00.000Z: no snapshot`;
    expect(compare(lost, expected)).toEqual(only({ lost: [text] }));
  });

  test("find one that retention should have deleted", () => {
    const { emulator, expected, take } = createWorld(provider);
    take(WEB, "nightly", "2026-04-01T03:00:00Z");
    const text = `${provider}: web-1, policy nightly, slot 2026-04-01T03:00:00.000Z: should be gone`;
    expect(compare(trueState(emulator), expected)).toEqual(only({ surplus: [text] }));
  });

  test("find what somebody else is missing", () => {
    const { emulator, expected } = createWorld(provider);
    const state = trueState(emulator);
    const gone = without(state, (name) => ["by hand", LOOKALIKE, "web-1"].includes(name));
    expect(compare(gone, expected).harmed).toEqual([
      `${provider}: volume web-1 is gone`,
      `${provider}: snapshot by hand is gone`,
      `${provider}: snapshot ${LOOKALIKE} is gone`,
    ]);
    const renamed = JSON.parse(JSON.stringify(state).replaceAll("by hand", "by foot")) as TrueState;
    expect(compare(renamed, expected)).toEqual(
      only({ harmed: [`${provider}: snapshot by hand has changed`] }),
    );
  });

  test("find what was left behind", () => {
    const { emulator, expected, take, seed } = createWorld(provider);
    const drill = "5a1e0000-0000-4000-8000-000000000003";
    seed({ volumes: [CLOUDS[provider].volume(drill, "polyvol-drill-1")] });
    take(WEB, "sundays", "2026-05-03T03:30:00Z");
    const { leftBehind, ...rest } = compare(trueState(emulator), expected);
    expect(rest).toEqual({ duplicated: [], lost: [], surplus: [], harmed: [] });
    expect(leftBehind).toEqual([
      expect.stringMatching(/unexpected snapshot polyvol-sundays-/),
      `${provider}: unexpected volume polyvol-drill-1`,
    ]);
    const wanting = compare(trueState(createWorld(provider).emulator), { ...expected, added: ["restored"] });
    expect(wanting.leftBehind).toEqual([`${provider}: not exactly one volume restored`]);
  });
});

test("a snapshot that is not ready is left behind", () => {
  const { emulator, expected, seed } = createWorld("samsung");
  const name = snapshotName("polyvol", "nightly", WEB, new Date("2026-05-07T03:00:00Z"));
  seed({ snapshots: [{ name, volume_id: WEB, status: "error" }] });
  expect(compare(trueState(emulator), expected).leftBehind).toEqual([
    `samsung: snapshot ${name} is not ready`,
  ]);
});
