/**
 * A fleet whose workers are killed, and whose Redis is restarted and cut off: every snapshot is there, once.
 * `POLYVOL_FLEET=full` for 200 accounts of 50 volumes.
 */
import { setTimeout as pause } from "node:timers/promises";
import { parsePolicies } from "@polyvol/backup";
import { createFleetDispatcher, fleetStatus } from "@polyvol/fleet";
import { describe, expect, onTestFinished, test } from "vitest";
import { REDIS_SERVER, startRedis, WITHOUT_REDIS } from "../../packages/fleet/test/redis-server.ts";
import { openAccounts, POLICIES } from "../src/fleet/accounts.ts";
import { takeCensus } from "../src/fleet/census.ts";
import { cuttable } from "../src/fleet/cuttable.ts";
import { type LogLine, startWorker, type WorkerService } from "../src/fleet/worker-process.ts";
import { createRandom } from "../src/random.ts";
import { report } from "../src/report.ts";

const FULL = process.env["POLYVOL_FLEET"] === "full";
const { accounts, volumes, kills } = FULL
  ? { accounts: 200, volumes: 50, kills: 16 }
  : { accounts: 16, volumes: 10, kills: 2 };
const WORKERS = 4;
const title = REDIS_SERVER === undefined ? `a fleet (${WITHOUT_REDIS})` : "a fleet";

describe.skipIf(REDIS_SERVER === undefined)(title, () => {
  test("workers die, Redis is restarted and cut off: nothing is missing, twice or lost", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const way = await cuttable(redis.port);
    const world = await openAccounts(accounts, volumes);
    const keys = world.all.map(({ key }) => ({ key, clouds: [key] }));
    const shared = { redisUrl: redis.url, policies: parsePolicies(POLICIES), accounts: () => keys };
    const dispatcher = await createFleetDispatcher(shared);
    expect((await dispatcher.dispatch()).added).toHaveLength(accounts);
    await dispatcher.close();

    const lines: LogLine[] = [];
    const begun = performance.now();
    const command = {
      ...{ file: world.file, env: world.env, redisUrl: `redis://127.0.0.1:${way.port}` },
      ...{ concurrency: 4, lock: "4s" },
    };
    const startOne = (): WorkerService => startWorker(command, (line) => lines.push(line));
    const workers = Array.from({ length: WORKERS }, startOne);

    const random = createRandom(20_261_130);
    const total = accounts * volumes;
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await pause(5);
    };
    // At so many snapshots something happens: the later half of the way is for what it leaves behind.
    const moments = Array.from({ length: kills + 2 }, () => Math.floor(random() * total * 0.8)).sort(
      (a, b) => a - b,
    );
    const restartAt = Math.floor(moments.length / 3);
    const cutAt = Math.floor((2 * moments.length) / 3);
    for (const [index, moment] of moments.entries()) {
      await until(() => world.made() >= moment);
      if (index === restartAt) {
        await redis.restart();
      } else if (index === cutAt) {
        way.cut();
        // Until each has tried for longer than it may hold what it has.
        await until(() => way.refused() >= WORKERS * 8);
        way.mend();
      } else {
        await workers[Math.floor(random() * WORKERS)]?.kill();
      }
    }
    let status = await fleetStatus(shared);
    for (; status.counts.done < accounts && status.counts.failed === 0; status = await fleetStatus(shared)) {
      await pause(100);
    }
    const seconds = Math.round((performance.now() - begun) / 1000);
    const codes = await Promise.all(workers.map((worker) => worker.stop()));
    const { volumes: asked, refused, ...census } = takeCensus(world.all, lines);
    const count = (event: string): number => lines.filter((line) => line.event === event).length;
    report({
      id: "23-fleet-killed",
      promise: "23",
      what:
        `${WORKERS} workers on ${accounts} accounts of ${volumes} volumes, both providers: ` +
        `${kills} killed, Redis restarted once and cut off once`,
      figures: {
        volumes: asked,
        ...census,
        "answers 429": refused,
        "jobs begun": count("job.taken"),
        parked: status.counts.failed,
        seconds,
      },
      bar: "one snapshot each; missing, duplicated, lost 0; 429 0; parked 0",
    });
    expect(census).toEqual({ snapshots: total, missing: 0, duplicated: 0, lost: 0 });
    expect({ refused, failed: status.counts.failed, done: status.counts.done }).toEqual({
      refused: 0,
      failed: 0,
      done: accounts,
    });
    expect(codes).toEqual(workers.map(() => 0));
    // It was a hard way: jobs were begun by one worker and ended by another.
    expect(count("job.taken")).toBeGreaterThan(accounts);
  });
});
