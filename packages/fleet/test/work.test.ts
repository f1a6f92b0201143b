/** What becomes of a job: done, tried again, parked, given back, left for another worker. */
import { run } from "@polyvol/backup";
import { describe, expect, test } from "vitest";
import type { FleetEvent } from "../src/index.ts";
import { DAY, makeWorld, NEXT_SLOT, needsRedis, ofType, SLOT, sharedRedis, testFleet } from "./fleet.ts";
import { openQueue } from "./open-queue.ts";

const { title, skip } = needsRedis("work");

/** Also where it was aborted before anybody listened. */
async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

describe.skipIf(skip)(title, () => {
  const redis = sharedRedis();

  test("what fails is tried again, then parked with its report, and made up for by the next slot", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const dispatcher = await fleet.dispatcher({ attempts: 3 });
    await dispatcher.dispatch();
    let broken = true;
    const worker = await fleet.worker({
      connect: ({ clouds }) =>
        new Map(
          clouds.map((name) => {
            const storage = world.clouds.get(name);
            return [name, broken || storage === undefined ? new Error("the token was withdrawn") : storage];
          }),
        ),
    });
    const failures = () => ofType(worker.events, "failed");
    await expect.poll(() => failures().map(({ parked }) => parked)).toEqual([false, false, true]);
    expect(failures()[0]).toMatchObject({ account: "a", slot: SLOT });
    expect(failures()[0]?.reason).toContain("0 created, 0 deleted, 0 left: ");
    const status = await fleet.status();
    expect(status).toMatchObject({ verdict: "failed", counts: { failed: 1, late: 1 } });
    expect(status.accounts[0]).toMatchObject({ state: "failed", attempts: 3, late: true });
    expect(status.accounts[0]?.reason).toContain("the token was withdrawn");
    const [parked] = await openQueue(redis.server.url, fleet.connection.queue).getFailed();
    expect(parked?.progress).toMatchObject({ problemsInAll: 1, problems: [{ effect: "nothing_done" }] });
    // It is parked, not on its way: a dispatch does not put it back.
    expect(await dispatcher.dispatch()).toMatchObject({ added: [], known: 1 });

    broken = false;
    world.clock.at += DAY;
    expect((await dispatcher.dispatch()).added).toEqual([{ account: "a", slot: NEXT_SLOT }]);
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect(await fleet.status()).toMatchObject({ verdict: "well", counts: { done: 1, failed: 0 } });
  });

  test("what is done and needs attention is not tried again", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    await (await fleet.dispatcher()).dispatch();
    const worker = await fleet.worker({
      async run(policies, clouds, options) {
        const report = await run(policies, clouds, options);
        const message = "more would go than the brake allows";
        return {
          ...report,
          ok: false,
          problems: [{ code: "failed_precondition", effect: "attention", message }],
        };
      },
    });
    await expect.poll(() => ofType(worker.events, "failed")).toMatchObject([{ parked: true }]);
    expect(await fleet.status()).toMatchObject({
      verdict: "failed",
      accounts: [{ state: "failed", doneSlot: SLOT, late: false, attempts: 1 }],
    });
  });

  test("an account that has gone is parked in clear words, and nothing is deleted", async () => {
    const world = await makeWorld(["a", "b"]);
    const fleet = testFleet(redis.server.url, world);
    await (await fleet.dispatcher()).dispatch();
    const [gone] = world.accounts.splice(0, 1);
    const worker = await fleet.worker();
    await expect.poll(() => ofType(worker.events, "failed")).toMatchObject([{ account: "a", parked: true }]);
    expect(ofType(worker.events, "failed")[0]?.reason).toBe(
      "account a is not among the accounts of the configuration any more; nothing was done and nothing deleted",
    );
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect(gone?.key).toBe("a");
    expect((await fleet.status()).accounts).toMatchObject([
      { account: "a", state: "gone", clouds: [] },
      { account: "b", state: "done" },
    ]);
  });

  test("accounts that cannot be read are not taken for gone", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    await (await fleet.dispatcher()).dispatch();
    let reads = 0;
    const worker = await fleet.worker({
      accounts() {
        reads += 1;
        if (reads < 3) throw new Error("the inventory does not answer");
        return world.accounts;
      },
    });
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
    expect(ofType(worker.events, "failed")).toMatchObject([
      { parked: false, reason: "the inventory does not answer" },
      { parked: false },
    ]);
  });

  test("an account that was not remembered yet is not taken for gone", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    await (await fleet.dispatcher()).dispatch();
    const worker = await fleet.worker({ accounts: ({ fresh }) => (fresh ? world.accounts : []) });
    await expect.poll(() => ofType(worker.events, "done").length).toBe(1);
  });

  test("a job of a newer Polyvol is left for a newer worker", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const queue = openQueue(redis.server.url, fleet.connection.queue);
    const data = { format: "polyvol-fleet-job", version: 2, who: "a" };
    await queue.add("backup", data, { jobId: "a@20260714T030000Z" });
    const worker = await fleet.worker();
    await expect.poll(() => ofType(worker.events, "refused").length).toBe(1);
    const [refused] = ofType(worker.events, "refused");
    expect(refused?.reason).toBe(
      "it is of version 2, and this worker knows 1: update Polyvol on this machine",
    );
    await expect.poll(() => queue.getDelayedCount()).toBe(1);
    expect(await fleet.status()).toMatchObject({
      verdict: "late",
      accounts: [{ state: "delayed", attempts: 0, reason: refused?.reason }],
    });
    expect(await world.snapshotNames("a")).toEqual([]);
  });

  test.for([
    ["text", "backup all"],
    ["something else", { task: "mail" }],
    ["a job without an account", { format: "polyvol-fleet-job", version: 1, clouds: [], slot: SLOT }],
    ["a version that is none", { format: "polyvol-fleet-job", version: "1", account: "a" }],
  ] as const)("%s on the queue is parked", async ([, data]) => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const queue = openQueue(redis.server.url, fleet.connection.queue);
    await queue.add("backup", data, { jobId: "stray" });
    const worker = await fleet.worker();
    await expect.poll(() => ofType(worker.events, "failed")).toMatchObject([{ parked: true }]);
    expect(await world.snapshotNames("a")).toEqual([]);
    expect((await fleet.status()).accounts).toMatchObject([{ account: "a", state: "none" }]);
  });

  test("a worker that is stopped gives its job back, and another goes on", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    await (await fleet.dispatcher({ attempts: 1 })).dispatch();
    const first = await fleet.worker({
      // Stopped before anything could be begun, as the drain signal asks.
      async run(policies, clouds, options) {
        await aborted(options.drainSignal);
        return await run(policies, clouds, options);
      },
    });
    await expect.poll(() => ofType(first.events, "taken").length).toBe(1);
    await first.stop();
    expect(ofType(first.events, "returned")).toMatchObject([
      { account: "a", reason: "the worker is stopping; what was in flight is finished" },
    ]);
    expect((await fleet.status()).accounts).toMatchObject([{ state: "waiting", attempts: 0 }]);
    const second = await fleet.worker();
    await expect.poll(() => ofType(second.events, "done").length).toBe(1);
    expect(await world.snapshotNames("a")).toHaveLength(2);
  });

  test("a worker that is stopped at once ends its runs and gives its jobs back", async () => {
    const world = await makeWorld(["a", "b"]);
    const fleet = testFleet(redis.server.url, world);
    await (await fleet.dispatcher({ attempts: 1 })).dispatch();
    const worker = await fleet.worker({
      async run(_policies, _clouds, { abortSignal }) {
        await aborted(abortSignal);
        throw abortSignal?.reason;
      },
    });
    await expect.poll(() => ofType(worker.events, "taken").length).toBe(2);
    await worker.abort();
    expect(ofType(worker.events, "returned").map(({ reason }) => reason)).toEqual(
      ["a", "b"].map(() => "the worker was stopped at once"),
    );
    expect((await fleet.status()).counts).toMatchObject({ waiting: 2, failed: 0, workers: 0 });
  });

  test("two jobs of one account are never worked on at once, whoever puts them on the queue", async () => {
    const world = await makeWorld(["a"]);
    const fleet = testFleet(redis.server.url, world);
    const dispatcher = await fleet.dispatcher({ attempts: 1 });
    await dispatcher.dispatch();
    const refusing = await fleet.worker({ connect: () => Promise.reject(new Error("no credentials")) });
    await expect.poll(() => ofType(refusing.events, "failed")).toMatchObject([{ parked: true }]);
    await refusing.stop();

    world.clock.at += DAY;
    await dispatcher.dispatch();
    // As a person does it on a board.
    const [parked] = await openQueue(redis.server.url, fleet.connection.queue).getFailed();
    const gate = Promise.withResolvers<void>();
    let atOnce = 0;
    let most = 0;
    const events: FleetEvent[] = [];
    const settings = {
      // A busy account is looked at again when its lease may have ended.
      lockMs: 3_000,
      onEvent: (event: FleetEvent) => void events.push(event),
      run: async (...given: Parameters<typeof run>) => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await gate.promise;
        const report = await run(...given);
        atOnce -= 1;
        return report;
      },
    };
    await fleet.worker(settings);
    await fleet.worker(settings);
    await expect.poll(() => ofType(events, "taken").length).toBe(1);
    await parked?.retry();
    await expect.poll(() => ofType(events, "returned").length).toBeGreaterThan(0);
    expect(ofType(events, "returned")[0]).toMatchObject({
      slot: SLOT,
      reason: "another job of the account is being worked on",
    });
    gate.resolve();
    await expect.poll(() => ofType(events, "done").length).toBe(2);
    expect(most).toBe(1);
    expect(await world.snapshotNames("a")).toHaveLength(2);
    expect((await fleet.status()).accounts).toMatchObject([{ state: "done", doneSlot: NEXT_SLOT }]);
  });
});
