import { spawn } from "node:child_process";
import { once } from "node:events";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { expect, inject, test } from "vitest";
import { programFile } from "../../../../scripts/test/program-file.ts";
import { nextSlot, parsePolicies, parseSchedule, run, snapshotName } from "../../src/index.ts";
import { clockAhead } from "../support/clock-ahead.ts";
import { storedSnapshots } from "../support/emulated-clouds.ts";
import { seededMarks } from "../support/marks.ts";
import { ACCESS_KEY, openClouds, SECRET_KEY, TOKEN } from "../support/open-clouds.ts";
import { printTable } from "../support/print.ts";
import { createRandom } from "../support/random.ts";
import { VOLUMES } from "../support/seeded.ts";

const CHILD = new URL("../support/child-run.ts", import.meta.url);
const WEEKLY = { every: "7d", timezone: "UTC" };
const DEFINITIONS = {
  weekly: { select: { name: "data-*" }, schedule: WEEKLY, retention: { last: 2 } },
};
const WEEK = 7 * 86_400_000;
const KILLS = inject("isFull") ? 10 : 5;

/** In the middle of a week, so that no slot comes due in the middle of a test. */
const BEGUN = Date.now();
const NOW = (nextSlot(parseSchedule(WEEKLY), new Date(BEGUN))?.getTime() ?? 0) - WEEK / 2;
/** By how much the clocks of all processes are ahead of the machine's. */
const AHEAD_MS = NOW - BEGUN;
const clock = clockAhead(AHEAD_MS);

/** The newest due slot and the three before it. */
function slots(): readonly [Date, ...Date[]] {
  const next = NOW + WEEK / 2;
  return [1, 2, 3, 4].map((count) => new Date(next - count * WEEK)) as [Date, ...Date[]];
}

/** Both providers on that clock and on ports, with three volumes each and snapshots of these slots. */
async function createWorld(taken: readonly Date[]) {
  const latency = { latencyMs: 3 };
  const emulators = {
    do: createDigitalOceanEmulator({ clock, tokens: [TOKEN], ...latency }),
    scp: createSamsungScpEmulator({
      clock,
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      durations: { snapshotCreate: 40, snapshotDelete: 20 },
      ...latency,
    }),
  };
  const old = VOLUMES.flatMap(({ id, name }) =>
    taken.map((slot) => ({
      id,
      name,
      snapshot: snapshotName("polyvol", "weekly", id, slot),
      at: slot.toISOString(),
    })),
  );
  emulators.do.seed({
    volumes: VOLUMES.map((each) => ({ ...each, region: "nyc3", size_gigabytes: 10 })),
    snapshots: old.map(({ name, snapshot, at }) => ({
      name: snapshot,
      volume_name: name,
      created_at: at,
      ...seededMarks.do("weekly"),
    })),
  });
  emulators.scp.seed({
    volumes: VOLUMES.map((each) => ({ ...each, size: 8 })),
    snapshots: old.map(({ id, snapshot, at }) => ({
      name: snapshot,
      volume_id: id,
      created_at: at,
      ...seededMarks.scp("weekly"),
    })),
  });
  const listeners = [await emulators.do.listen(), await emulators.scp.listen()] as const;
  return {
    emulators,
    urls: { do: listeners[0].url, scp: listeners[1].url },
    requests: () => emulators.do.log.entries().length + emulators.scp.log.entries().length,
    close: () => Promise.all(listeners.map((each) => each.close())),
  };
}
type World = Awaited<ReturnType<typeof createWorld>>;

/** Runs a process to its end, or kills it once the providers have seen so many requests; says which it was. */
async function runChild(
  { urls, requests }: World,
  seed: number,
  killAt = Number.POSITIVE_INFINITY,
): Promise<string> {
  const task = JSON.stringify({ urls, policies: DEFINITIONS, seed, aheadMs: AHEAD_MS });
  const child = spawn(process.execPath, [programFile(CHILD), task], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const watch = setInterval(() => {
    if (requests() >= killAt) child.kill("SIGKILL");
  }, 1);
  const [status, signal] = (await once(child, "exit")) as [number | null, string | null];
  clearInterval(watch);
  return signal ?? String(status);
}

/** A world in which a process was killed at that moment. How often one looks differs: sooner, where it has ended by then. */
async function createKilled(taken: readonly Date[], seed: number, killAt: number): Promise<World> {
  const world = await createWorld(taken);
  if ((await runChild(world, seed, killAt)) === "SIGKILL") return world;
  const sooner = Math.min(killAt, world.requests()) - 1;
  await world.close();
  return await createKilled(taken, seed, sooner);
}

function names({ emulators }: World): string[] {
  return storedSnapshots({ emulators })
    .map(({ cloud, volumeId, name }) => `${cloud} ${volumeId} ${name}`)
    .sort();
}

test(`a process killed by SIGKILL at ${KILLS} moments, and run again each time`, async () => {
  const [due, ...taken] = slots();
  const calm = await createWorld(taken);
  expect(await runChild(calm, 0)).toBe("0");
  const wanted = names(calm);
  const total = calm.requests();
  expect(wanted).toHaveLength(12);
  expect(wanted.filter((name) => name.includes(due.toISOString().replace(/[-:]|\.000/g, "")))).toHaveLength(
    6,
  );
  await calm.close();

  const random = createRandom(2026);
  const tally = { kills: 0, duplicated: 0, lost: 0, orphans: 0 };
  const moments = Array.from({ length: KILLS }, (_, index) =>
    Math.ceil(((index + random()) * total) / KILLS),
  );
  const queue = moments.map((killAt, index) => ({ killAt, index }));
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const world = await createKilled(taken, next.index + 1, next.killAt);
      tally.kills += 1;
      // What the providers had been asked for when the process died comes before what the next one asks.
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
      const options = { clock, random, polling: { initialDelayMs: 10, maxDelayMs: 40 }, settleMs: 60 };
      const report = await run(parsePolicies(DEFINITIONS), openClouds(world.urls, options), { clock });
      expect(report.problems).toEqual([]);
      const found = names(world);
      tally.duplicated += found.length - new Set(found).size;
      tally.lost += wanted.filter((name) => !found.includes(name)).length;
      tally.orphans += found.filter((name) => !wanted.includes(name)).length;
      await world.close();
    }
  };
  await Promise.all([work(), work()]);
  printTable(`killed by SIGKILL after requests ${moments.join(", ")} of about ${total}`, {
    "rerun, then compared": tally,
  });
  expect(tally).toEqual({ kills: KILLS, duplicated: 0, lost: 0, orphans: 0 });
});
