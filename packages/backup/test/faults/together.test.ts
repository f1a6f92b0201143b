import { expect, inject, test } from "vitest";
import { run } from "../../src/index.ts";
import { storedSnapshots } from "../support/emulated-clouds.ts";
import { createRandom } from "../support/random.ts";
import { createSeededWorld, NIGHTLY } from "../support/seeded.ts";

const ROUNDS = inject("isFull") ? 6 : 2;

test("runs at once, from several processes: each snapshot once, and what has to go goes", async () => {
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const random = createRandom(seed);
    const world = await createSeededWorld();
    const runs = Array.from({ length: 2 + (seed % 2) }, async () => {
      await world.clock.sleep(Math.floor(random() * 4_000));
      return await run(NIGHTLY, world.open({ random }), { clock: world.clock });
    });
    const reports = await Promise.all(runs);
    // One that reads while another makes two of one name one sees both, and says so.
    const seesBoth = /several snapshots are named/;
    const problems = reports.flatMap((report) => report.problems);
    expect(problems.filter(({ message }) => !seesBoth.test(message))).toEqual([]);
    // Each is told as made by one run alone; to the others it was there.
    expect(reports.reduce((sum, { totals }) => sum + totals.created, 0)).toBe(6);
    await world.clock.sleep(10_000);
    const names = storedSnapshots(world).map(({ cloud, volumeId, name }) => `${cloud} ${volumeId} ${name}`);
    expect(names.length - new Set(names).size).toBe(0);
    expect(names.filter((name) => name.includes("20260510T030000Z"))).toHaveLength(6);
    expect(names.filter((name) => name.includes("20260507T030000Z"))).toHaveLength(0);
    expect(names).toHaveLength(6 * 4 + 2);
    await world.close();
  }
});
