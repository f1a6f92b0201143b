/** The kit against drivers that are wrong in one way each: a kit that lets them pass proves nothing. */
import { checkBlockStorageDriver, type Harness } from "@polyvol/conformance";
import { type BlockStorageDriver, createVirtualClock } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { memoryHarness } from "./harness.ts";

const ASYNCHRONOUS: MemoryAccountOptions = { asynchronous: true };

/** Harnesses that are wrong in one way each. */
const HARNESSES: readonly {
  readonly wrong: string;
  readonly number: number;
  readonly options?: MemoryAccountOptions;
  readonly breakHarness: (harness: Harness) => Partial<Harness>;
}[] = [
  {
    // What a strict schema makes of a field that it does not know is what a lax one makes of a missing field.
    wrong: "has a driver that refuses unknown fields",
    number: 69,
    breakHarness: ({ faults }) => ({
      faults: {
        ...faults,
        inject: (fault) =>
          faults.inject(fault.effect === "extra_field" ? { ...fault, effect: "missing_field" } : fault),
      },
    }),
  },
  ...[64, 65, 68].map((number) => ({
    wrong: "gives faults a place that no request comes to",
    number,
    breakHarness: ({ faults }: Harness) =>
      ({
        faults: { ...faults, inject: (fault) => faults.inject({ ...fault, on: "volumes.attach" }) },
      }) satisfies Partial<Harness>,
  })),
  {
    wrong: "counts no changes",
    number: 1,
    breakHarness: ({ requests }) => ({ requests: () => ({ ...requests(), changes: 0 }) }),
  },
  {
    wrong: "calls everything ready",
    number: 1,
    options: ASYNCHRONOUS,
    breakHarness: ({ holds }) => ({
      holds: async () => {
        const { volumes, snapshots } = await holds();
        const ready = true;
        return {
          volumes: volumes.map((each) => ({ ...each, ready })),
          snapshots: snapshots.map((each) => ({ ...each, ready })),
        };
      },
    }),
  },
  {
    wrong: "has another clock than its service",
    number: 1,
    breakHarness: () => ({ clock: createVirtualClock(Date.UTC(2030, 0, 1)) }),
  },
];

describe("a harness that", () => {
  for (const { wrong, number, options = {}, breakHarness } of HARNESSES) {
    test(`${wrong} fails case ${number}`, async () => {
      const broken = await checkBlockStorageDriver(
        "broken",
        () => {
          const harness = memoryHarness(options);
          return { ...harness, ...breakHarness(harness) };
        },
        { only: [number] },
      );
      expect(broken.totals.failed, "tests that notice").toBeGreaterThan(0);
      const whole = await checkBlockStorageDriver("whole", () => memoryHarness(options), { only: [number] });
      expect(whole.totals.failed, "tests that fail without the fault").toBe(0);
    });
  }

  test("does not hold its clock during requests fails everything at once", async () => {
    let made = 0;
    const report = await checkBlockStorageDriver("hasty", () => {
      made += 1;
      const harness = memoryHarness({});
      const { driver } = harness;
      const checkHealth: BlockStorageDriver["checkHealth"] = async (context) => {
        for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
        return await driver.checkHealth(context);
      };
      return { ...harness, driver: { ...driver, checkHealth } };
    });
    expect(made, "harnesses made").toBe(1);
    const passed = report.cases.filter(({ result }) => result === "passed").map((each) => each.number);
    // Nothing was made, so nothing is left over.
    expect(passed).toEqual([71]);
  });
});
