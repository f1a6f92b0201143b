import { checkBlockStorageDriver, type Harness } from "@polyvol/conformance";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { memoryHarness } from "./harness.ts";

/** A driver that is wrong in one way. */
export interface BrokenDriver {
  readonly wrong: string;
  /** The case that must notice. */
  readonly number: number;
  readonly options?: MemoryAccountOptions;
  /** What the driver is before it is broken, too. */
  readonly peculiar?: Partial<BlockStorageDriver>;
  readonly breakDriver: (driver: BlockStorageDriver) => Partial<BlockStorageDriver>;
}

/** A test for each driver: the kit notices what is wrong, and nothing else is. */
export function describeFaults(title: string, faults: readonly BrokenDriver[]): void {
  describe(title, () => {
    for (const { wrong, number, options = {}, peculiar = {}, breakDriver } of faults) {
      test(`${wrong} fails case ${number}`, async () => {
        const broken = await checkBlockStorageDriver(
          "broken",
          () => {
            const harness = memoryHarness(options);
            const spoil = (driver: BlockStorageDriver): BlockStorageDriver => ({
              ...driver,
              ...peculiar,
              ...breakDriver(driver),
            });
            return {
              ...harness,
              driver: spoil(harness.driver),
              secondProcess: () => spoil(harness.secondProcess()),
              ...(harness.withoutTags && {
                withoutTags: () => spoil(harness.withoutTags?.() as BlockStorageDriver),
              }),
            };
          },
          { only: [number] },
        );
        expect(broken.totals.failed, "tests that notice").toBeGreaterThan(0);

        const sound = (): Harness => {
          const harness = memoryHarness(options);
          const { driver } = harness;
          return {
            ...harness,
            driver: { ...driver, ...peculiar },
            secondProcess: () => ({ ...harness.secondProcess(), ...peculiar }),
          };
        };
        const whole = await checkBlockStorageDriver("whole", sound, { only: [number] });
        expect(whole.totals.failed, "tests that fail without the fault").toBe(0);
      });
    }
  });
}
