import * as fc from "fast-check";
import { expect, inject, test } from "vitest";
import { parsePolicies, run } from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { nightly } from "../support/shapes.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

const rules = fc.constantFrom(
  { last: 1 },
  { last: 24 },
  { daily: 3, keepOldest: false },
  { daily: 20 },
  { within: "3d" },
  { within: "20d" },
  { daily: 4, weekly: 3 },
);

test("whatever becomes of the rules and however long the machine was off, no night is without its snapshot for want of room", async () => {
  const phase = fc.record({
    rules,
    nights: fc.integer({ min: 1, max: 12 }),
    off: fc.constantFrom(0, 0, 3, 180),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(phase, { minLength: 2, maxLength: 4 }),
      fc.constantFrom(0.02, 0.3, 0.5, 1),
      async (phases, maxShare) => {
        const world = createMemoryWorld("2026-01-01T03:10:00Z");
        const clouds = { do: world.open().do };
        await makeVolumes(clouds.do, ["db"]);
        for (const { rules: retention, nights, off } of phases) {
          const policies = parsePolicies({ nightly: nightly({ retention, brakes: { maxShare } }) });
          await world.clock.sleep(off * DAY);
          for (let night = 0; night < nights; night += 1) {
            const { totals, problems } = await run(policies, clouds, { clock: world.clock });
            const refused = problems.filter(({ effect }) => effect === "nothing_done");
            expect({ created: totals.created, refused }).toEqual({ created: 1, refused: [] });
            const { snapshots } = world.accounts.do.dump();
            expect(snapshots.length).toBeLessThanOrEqual(25);
            expect(Math.max(...snapshots.map(({ createdAt }) => createdAt))).toBeGreaterThan(
              world.clock.now() - HOUR,
            );
            await world.clock.sleep(DAY);
          }
        }
      },
    ),
    { seed: 2, numRuns: inject("isFull") ? 40 : 15 },
  );
});
