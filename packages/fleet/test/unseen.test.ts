/** A source that does not show an account, or one of its clouds, for a while: what was not seen is not done, and not over. */
import { type AccountClouds, type Policy, parsePolicies } from "@polyvol/backup";
import { UnrecoverableError, Worker } from "bullmq";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeWorld, NIGHTLY, needsRedis, ofType, SLOT, sharedRedis, testFleet } from "./fleet.ts";
import { openQueue } from "./open-queue.ts";

const { title, skip } = needsRedis("unseen");
const HOUR = 3_600_000;
const WHOLE: AccountClouds = { key: "a", clouds: ["x", "y"] };
const HALF: AccountClouds = { key: "a", clouds: ["x"] };
/** As it was before somebody moved the slot to three. */
const AT_TWO: readonly Policy[] = parsePolicies({
  nightly: {
    select: { name: "*" },
    schedule: { cron: "0 2 * * *", timezone: "UTC" },
    retention: { daily: 7 },
  },
});

describe.skipIf(skip)(title, () => {
  const redis = sharedRedis();

  async function startFleet(...accounts: readonly AccountClouds[]) {
    const world = await makeWorld(["x", "y"]);
    world.accounts = [...accounts];
    return { world, fleet: testFleet(redis.server.url, world) };
  }

  test("a cloud that the source does not show for a moment is done by the next attempt", async () => {
    const { world, fleet } = await startFleet(WHOLE);
    await (await fleet.dispatcher()).dispatch();
    world.accounts = [HALF];
    let freshReads = 0;
    const worker = await fleet.worker({
      accounts({ fresh }) {
        if (fresh) freshReads += 1;
        return freshReads > 1 ? [WHOLE] : [HALF];
      },
    });
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect(ofType(worker.events, "failed")).toMatchObject([
      {
        parked: false,
        reason: "of account a the configuration does not show y any more, and nothing was done there",
      },
    ]);
    for (const cloud of ["x", "y"]) expect(await world.snapshotNames(cloud)).toHaveLength(2);
  });

  test.for([
    ["one of its clouds was not shown", () => [HALF]],
    ["it was not shown", () => []],
    [
      "the source did not answer",
      () => {
        throw new Error("the inventory does not answer");
      },
    ],
  ] as const)(
    "an account whose job was parked since %s is dispatched again when it is back",
    async ([, seen]) => {
      const { world, fleet } = await startFleet(WHOLE);
      const dispatcher = await fleet.dispatcher({ attempts: 1 });
      await dispatcher.dispatch();
      let source: () => readonly AccountClouds[] = seen;
      const worker = await fleet.worker({ accounts: () => source() });
      await expect.poll(() => ofType(worker.events, "failed")).toMatchObject([{ parked: true }]);
      expect((await fleet.status()).accounts).toMatchObject([{ state: "failed", late: true }]);

      source = () => world.accounts;
      expect((await dispatcher.dispatch()).added).toEqual([{ account: "a", slot: SLOT }]);
      await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
      for (const cloud of ["x", "y"]) expect(await world.snapshotNames(cloud)).toHaveLength(2);
      expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });
      expect((await fleet.status()).accounts).toMatchObject([{ state: "done", doneSlot: SLOT }]);
    },
  );

  test.for([
    ["could not be connected", () => Promise.reject(new Error("the vault is sealed"))],
    ["had a cloud that was away", () => ({ x: new Error("the vault is sealed") })],
  ] as const)(
    "an account whose job was parked since it %s is tried again an hour later",
    async ([, connect]) => {
      const { world, fleet } = await startFleet(HALF);
      const dispatcher = await fleet.dispatcher({ attempts: 1 });
      await dispatcher.dispatch();
      const broken = await fleet.worker({ connect });
      await expect.poll(() => ofType(broken.events, "failed")).toMatchObject([{ parked: true }]);
      await broken.stop();
      world.clock.at += HOUR - 1;
      expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });
      expect((await fleet.status()).accounts).toMatchObject([{ state: "failed", late: true }]);

      world.clock.at += 1;
      expect((await dispatcher.dispatch()).added).toEqual([{ account: "a", slot: SLOT }]);
      const worker = await fleet.worker();
      await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
      expect(await world.snapshotNames("x")).toHaveLength(2);
      world.clock.at += HOUR;
      expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });
    },
  );

  test("a job that workers died of is not tried again for the same slot", async () => {
    const { world, fleet } = await startFleet(HALF);
    const dispatcher = await fleet.dispatcher();
    await dispatcher.dispatch();
    const { redisUrl, queue } = fleet.connection;
    const jobs = openQueue(redisUrl, queue);
    const dying = new Worker(queue, null, { connection: { url: redisUrl } });
    onTestFinished(() => dying.close());
    const job = await dying.getNextJob("token");
    // As a worker does that dies later.
    await job?.updateProgress({ clouds: ["x"] });
    await job?.moveToFailed(new UnrecoverableError("job stalled more than allowable limit"), "token");
    expect(await jobs.getFailedCount()).toBe(1);
    world.clock.at += 2 * HOUR;
    expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });
  });

  test("a cloud that no dispatch had seen yet is not done by the job of the others", async () => {
    const { world, fleet } = await startFleet(HALF);
    const dispatcher = await fleet.dispatcher();
    await dispatcher.dispatch();
    const worker = await fleet.worker();
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });

    world.accounts = [WHOLE];
    expect((await fleet.status()).accounts).toMatchObject([{ state: "none", late: true }]);
    expect((await dispatcher.dispatch()).added).toEqual([{ account: "a", slot: SLOT }]);
    await expect.poll(() => ofType(worker.events, "done").length).toBe(2);
    expect(await world.snapshotNames("y")).toHaveLength(2);
  });

  test("a cloud that has become another account's is looked after by the job of that one", async () => {
    const { world, fleet } = await startFleet(WHOLE);
    const dispatcher = await fleet.dispatcher();
    await dispatcher.dispatch();
    world.accounts = [HALF, { key: "b", clouds: ["y"] }];
    await dispatcher.dispatch();
    const worker = await fleet.worker();
    await expect.poll(() => ofType(worker.events, "done").length).toBe(2);
    expect(ofType(worker.events, "failed")).toEqual([]);
    for (const cloud of ["x", "y"]) expect(await world.snapshotNames(cloud)).toHaveLength(2);
  });

  test("a slot that the worker's policies do not know is not done by them: they are read anew", async () => {
    const { world, fleet } = await startFleet(HALF);
    await (await fleet.dispatcher()).dispatch();
    let policies = AT_TWO;
    const worker = await fleet.worker({
      policies: () => policies,
      accounts({ fresh }) {
        if (fresh) policies = NIGHTLY;
        return world.accounts;
      },
    });
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect(ofType(worker.events, "failed")).toEqual([]);
    const names = await world.snapshotNames("x");
    expect(names.filter((name) => name.includes("20260714T030000Z"))).toHaveLength(2);
  });

  test("a worker whose policies are older than the dispatcher's says so, and the slot is not called done", async () => {
    const { world, fleet } = await startFleet(HALF);
    const dispatcher = await fleet.dispatcher({ attempts: 1 });
    await dispatcher.dispatch();
    const worker = await fleet.worker({ policies: AT_TWO });
    await expect.poll(() => ofType(worker.events, "failed")).toMatchObject([{ parked: true }]);
    expect(ofType(worker.events, "failed")[0]?.reason).toMatch(
      /^no policy of this machine asks for slot 2026-07-14T03:00:00.000Z: /,
    );
    // What its own policies ask for is done.
    expect(await world.snapshotNames("x")).toHaveLength(2);
    expect(await fleet.status()).toMatchObject({ verdict: "failed", accounts: [{ late: true }] });
    // Once no policy asks for the slot any more, nobody need look.
    expect(await fleet.status({ policies: AT_TWO })).toMatchObject({ verdict: "well" });
  });
});
