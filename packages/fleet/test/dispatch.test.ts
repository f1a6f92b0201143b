/** What is put on the queue: one job for each account and due slot, however often it is dispatched. */
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { DAY, makeWorld, NEXT_SLOT, NOW, needsRedis, ofType, SLOT, sharedRedis, testFleet } from "./fleet.ts";

const { title, skip } = needsRedis("dispatch");

describe.skipIf(skip)(title, () => {
  const redis = sharedRedis();

  test("each account's due slot is dispatched once and done once", async () => {
    const world = await makeWorld(["a", "b:c", "d e"]);
    const fleet = testFleet(redis.server.url, world);
    const [one, other] = [await fleet.dispatcher(), await fleet.dispatcher()];
    const reports = await Promise.all([one.dispatch(), other.dispatch()]);
    expect(reports.map(({ at }) => at)).toEqual([NOW, NOW].map((at) => new Date(at).toISOString()));
    expect(await one.dispatch()).toMatchObject({ added: [], known: 3, notDue: 0 });
    expect((await fleet.status()).counts).toMatchObject({ waiting: 3, accounts: 3, late: 3 });

    const worker = await fleet.worker();
    await expect.poll(() => ofType(worker.events, "done").length).toBe(3);
    for (const { key } of world.accounts) expect(await world.snapshotNames(key)).toHaveLength(2);
    expect(await other.dispatch()).toMatchObject({ added: [], known: 3 });
    expect(await fleet.status()).toMatchObject({
      verdict: "well",
      counts: { done: 3, workers: 1, late: 0 },
      accounts: [
        { account: "a", state: "done", dueSlot: SLOT, doneSlot: SLOT },
        { account: "b:c", state: "done", doneSlot: SLOT },
        { account: "d e", state: "done", doneSlot: SLOT },
      ],
    });
    await worker.stop();
    expect((await fleet.status()).counts.workers).toBe(0);
  });

  test("what is done stays done when its job has been forgotten", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const dispatcher = await fleet.dispatcher();
    await dispatcher.dispatch();
    const worker = await fleet.worker();
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    const client = new Redis(redis.server.url);
    const queue = new Queue(fleet.connection.queue, { connection: client });
    onTestFinished(async () => {
      await queue.close();
      client.disconnect();
    });
    await queue.obliterate({ force: true });
    expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });
  });

  test("a job that waits takes the slots that come due meanwhile", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const dispatcher = await fleet.dispatcher();
    expect((await dispatcher.dispatch()).added).toEqual([{ account: "a", slot: SLOT }]);
    world.clock.at += DAY;
    expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });
    const worker = await fleet.worker();
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect((await world.snapshotNames("a")).every((name) => name.includes("20260715T030000Z"))).toBe(true);
    expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });
    expect((await fleet.status()).accounts).toMatchObject([{ state: "done", doneSlot: NEXT_SLOT }]);
    expect(await world.snapshotNames("a")).toHaveLength(2);
  });

  test("a slot that comes due while the account is worked on follows when that has ended", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const dispatcher = await fleet.dispatcher();
    await dispatcher.dispatch();
    const { run } = await import("@polyvol/backup");
    const gate = Promise.withResolvers<void>();
    let atOnce = 0;
    let most = 0;
    const worker = await fleet.worker({
      concurrency: 4,
      async run(policies, clouds, options) {
        atOnce += 1;
        most = Math.max(most, atOnce);
        const report = await run(policies, clouds, options);
        await gate.promise;
        atOnce -= 1;
        return report;
      },
    });
    await expect.poll(() => ofType(worker.events, "taken").length).toBe(1);
    await expect.poll(() => world.snapshotNames("a")).toHaveLength(2);
    world.clock.at += DAY;
    await dispatcher.dispatch();
    await dispatcher.dispatch();
    gate.resolve();
    await expect.poll(() => ofType(worker.events, "done").map(({ slot }) => slot)).toEqual([SLOT, NEXT_SLOT]);
    expect(most).toBe(1);
    expect(await world.snapshotNames("a")).toHaveLength(4);
  });

  test("accounts whose last run took longest come first, after those of which that is not known", async () => {
    const world = await makeWorld(["a", "b", "c", "d", "e"]);
    const fleet = testFleet(redis.server.url, world);
    const client = new Redis(redis.server.url);
    onTestFinished(() => client.disconnect());
    const took = { a: 20, b: 3_000, d: 100, e: 100 };
    await client.hset(`polyvol-fleet:${fleet.connection.queue}:took`, took);
    const { added } = await (await fleet.dispatcher()).dispatch();
    expect(added.map(({ account }) => account)).toEqual(["c", "b", "d", "e", "a"]);
    const waiting = await client.lrange(`bull:${fleet.connection.queue}:wait`, 0, -1);
    expect(waiting.map((id) => id[0]).reverse()).toEqual(["c", "b", "d", "e", "a"]);
  });

  test("a job carries whose turn it is, and nothing else", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    await (await fleet.dispatcher()).dispatch();
    const client = new Redis(redis.server.url);
    onTestFinished(() => client.disconnect());
    const job = await client.hgetall(`bull:${fleet.connection.queue}:a@20260714T030000Z`);
    expect(JSON.parse(job["data"] ?? "")).toEqual({
      format: "polyvol-fleet-job",
      version: 1,
      account: "a",
      clouds: ["a"],
      slot: SLOT,
    });
    expect(Object.keys(job).sort()).toEqual(
      ["data", "deid", "delay", "name", "opts", "priority", "timestamp"].sort(),
    );
  });

  test("an account for which nothing is due, or that no policy is about, has no job", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const { parsePolicies } = await import("@polyvol/backup");
    const policies = parsePolicies({
      other: {
        select: { cloud: "elsewhere" },
        schedule: { every: "1d", timezone: "UTC" },
        retention: { daily: 1 },
      },
    });
    const dispatcher = await fleet.dispatcher({ policies });
    expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 0, notDue: 1 });
  });
});
