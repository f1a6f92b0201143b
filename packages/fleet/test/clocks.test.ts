/** Machines whose clocks differ: a slot is done when it has come where the work was done. */
import { describe, expect, test } from "vitest";
import { DAY, makeWorld, NEXT_SLOT, needsRedis, ofType, SLOT, sharedRedis, testFleet } from "./fleet.ts";
import { openQueue } from "./open-queue.ts";

const { title, skip } = needsRedis("clocks");

describe.skipIf(skip)(title, () => {
  const redis = sharedRedis();

  test("a slot that has not come by the worker's clock is not done, and is worked on when it has", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const dispatcher = await fleet.dispatcher();
    const before = await fleet.worker();
    await dispatcher.dispatch();
    await expect.poll(() => ofType(before.events, "done").length).toBe(1);
    await before.stop();

    world.clock.at = Date.parse(NEXT_SLOT);
    await dispatcher.dispatch();
    // Half a second behind the machine that dispatches, as clocks of machines are.
    world.clock.at -= 500;
    let runs = 0;
    const worker = await fleet.worker({
      async run(policies, clouds, options) {
        const { run } = await import("@polyvol/backup");
        runs += 1;
        return await run(policies, clouds, options);
      },
    });
    await expect.poll(() => ofType(worker.events, "returned").length).toBeGreaterThan(0);
    const [returned] = ofType(worker.events, "returned");
    expect(returned).toMatchObject({ account: "a", slot: NEXT_SLOT });
    expect(returned?.reason).toBe(
      "slot 2026-07-15T03:00:00.000Z has not come by this machine's clock, which shows 2026-07-15T02:59:59.500Z: " +
        "it is behind that of the machine that dispatches",
    );
    expect(runs).toBe(0);
    expect((await fleet.status()).accounts).toMatchObject([{ doneSlot: SLOT, attempts: 0 }]);

    world.clock.at += 500;
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect((await world.snapshotNames("a")).filter((name) => name.includes("20260715T030000Z"))).toHaveLength(
      2,
    );
    expect((await fleet.status()).accounts).toMatchObject([{ state: "done", doneSlot: NEXT_SLOT }]);
  });

  test("a dispatcher whose clock is days ahead keeps no night from being done", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const right = await fleet.dispatcher();
    const wrong = await fleet.dispatcher({ clock: { now: () => world.clock.at + 3 * DAY } });
    const worker = await fleet.worker();
    await wrong.dispatch();
    // What is due is done, though the job is of a slot that is to come.
    await expect.poll(() => world.snapshotNames("a")).toHaveLength(2);
    await expect.poll(() => ofType(worker.events, "returned").length).toBe(1);
    expect((await fleet.status()).accounts).toMatchObject([
      { state: "delayed", doneSlot: SLOT, late: false },
    ]);

    world.clock.at += DAY;
    await right.dispatch();
    // When it is looked at again; the pause is not waited for here.
    const [left] = await openQueue(redis.server.url, fleet.connection.queue).getDelayed();
    await left?.promote();
    await expect.poll(() => world.snapshotNames("a")).toHaveLength(4);
    await expect.poll(() => ofType(worker.events, "returned").length).toBe(2);
    expect((await fleet.status()).accounts).toMatchObject([{ state: "delayed", doneSlot: NEXT_SLOT }]);
    expect(ofType(worker.events, "failed")).toEqual([]);
  });

  test("a worker whose clock was days ahead keeps no night from being done, where no provider tells the time", async () => {
    const world = await makeWorld(["a"]);
    for (const [name, storage] of world.clouds) {
      const checkHealth: typeof storage.checkHealth = async (options) => {
        const { clockSkewMs: _, serverTime: __, ...health } = await storage.checkHealth(options);
        return health;
      };
      (world.clouds as Map<string, typeof storage>).set(name, { ...storage, checkHealth });
    }
    const fleet = testFleet(redis.server.url, world);
    const dispatcher = await fleet.dispatcher();
    const ahead = { ...world.clock, now: () => world.clock.at + 3 * DAY };
    const wrong = await fleet.worker({ runOptions: { clock: ahead } });
    await dispatcher.dispatch();
    await expect.poll(() => ofType(wrong.events, "done").length).toBe(1);
    await wrong.stop();
    // When that clock was right, nobody knows: the slot that is due is none that is known to be done.
    expect((await fleet.status()).accounts).toMatchObject([{ late: true }]);

    world.clock.at += DAY;
    const worker = await fleet.worker();
    await dispatcher.dispatch();
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect((await world.snapshotNames("a")).filter((name) => name.includes("20260715T030000Z"))).toHaveLength(
      2,
    );
    expect((await fleet.status()).accounts).toMatchObject([
      { state: "done", doneSlot: NEXT_SLOT, late: false },
    ]);
  });
});
