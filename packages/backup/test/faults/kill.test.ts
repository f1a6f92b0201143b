import { expect, inject, test } from "vitest";
import { run } from "../../src/index.ts";
import { dyingProcess, type Moment } from "../support/dying.ts";
import { type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { printTable } from "../support/print.ts";
import { createRandom } from "../support/random.ts";
import { createSeededWorld, NIGHTLY } from "../support/seeded.ts";

/** `cloud volume name` of every snapshot. */
function names(world: EmulatedWorld): string[] {
  return storedSnapshots(world)
    .map(({ cloud, volumeId, name }) => `${cloud} ${volumeId} ${name}`)
    .sort();
}

/** What was left of the difference to an undisturbed run, over so many cuts. */
interface Tally {
  cuts: number;
  duplicated: number;
  lost: number;
  orphans: number;
}

/** Before a request is after the one before it. Both moments meet in what is cut three times. */
const MOMENTS: readonly Moment[] = inject("isFull") ? ["before", "after"] : ["after"];
const ROUNDS = inject("isFull") ? 30 : 10;

const NOTHING = { duplicated: 0, lost: 0, orphans: 0 };

/** A run of one process that dies at a request; it may also get through before that. */
async function runUntilDeath(world: EmulatedWorld, at: number, moment: Moment): Promise<void> {
  const reason = new Error(`killed at request ${at}`);
  const { clock, abortSignal, steps } = dyingProcess(at, moment, world.clock, reason);
  await run(NIGHTLY, world.open({ clock }), { clock, abortSignal }).then(
    () => expect(steps()).toBeLessThan(at),
    (error: unknown) => expect(error).toBe(reason),
  );
  await world.clock.sleep(30_000);
}

/** A run that nothing disturbs, and how the accounts then differ from what they should be. */
async function finish(world: EmulatedWorld, wanted: readonly string[], tally: Tally): Promise<void> {
  const report = await run(NIGHTLY, world.open(), { clock: world.clock });
  expect(report.problems).toEqual([]);
  const found = names(world);
  tally.cuts += 1;
  tally.duplicated += found.length - new Set(found).size;
  tally.lost += wanted.filter((name) => !found.includes(name)).length;
  tally.orphans += found.filter((name) => !wanted.includes(name)).length;
  await world.close();
}

/** How many requests a run takes that nothing disturbs, and what there is after it. */
async function undisturbed(): Promise<{ requests: number; wanted: readonly string[] }> {
  const world = await createSeededWorld();
  const { clock, steps } = dyingProcess(Number.POSITIVE_INFINITY, "after", world.clock, new Error("never"));
  const report = await run(NIGHTLY, world.open({ clock }), { clock });
  expect(report).toMatchObject({ ok: true, totals: { created: 6, deleted: 6, left: 0 } });
  const wanted = names(world);
  expect(wanted).toHaveLength(6 * 4 + 2);
  await world.close();
  return { requests: steps(), wanted };
}

test("a run cut at every request boundary and run again ends like one that was not disturbed", async () => {
  const { requests, wanted } = await undisturbed();
  const rows: Record<string, Tally> = {};
  for (const moment of MOMENTS) {
    const tally: Tally = { cuts: 0, ...NOTHING };
    for (let at = 1; at <= requests; at += 1) {
      const world = await createSeededWorld();
      await runUntilDeath(world, at, moment);
      await finish(world, wanted, tally);
    }
    rows[`cut ${moment} the commit, at each of ${requests} requests`] = tally;
  }
  const twice: Tally = { cuts: 0, ...NOTHING };
  const random = createRandom(11);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const world = await createSeededWorld();
    for (const _death of [1, 2, 3]) {
      const moment = random() < 0.5 ? "before" : "after";
      await runUntilDeath(world, 1 + Math.floor(random() * requests), moment);
    }
    await finish(world, wanted, twice);
  }
  rows[`cut three times in a row, ${ROUNDS} seeded times`] = twice;
  printTable("kill test: 3 volumes on each of two clouds", rows);
  for (const { cuts, ...rest } of Object.values(rows)) expect(rest).toEqual(NOTHING);
});
