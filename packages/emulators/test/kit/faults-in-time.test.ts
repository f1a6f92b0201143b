import { describe, expect, test } from "vitest";
import { stage, URL } from "./stage.ts";

/** One turn of the event loop: enough for a request in process to come to its next wait. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("time", () => {
  test("a delay before the commit holds the request; the client may leave, and it commits still", async () => {
    const { emulator, toy, clock } = stage({ kind: "delay-before", ms: 1000 });
    const controller = new AbortController();
    const answer = emulator.fetch(URL, { method: "POST", body: "a", signal: controller.signal });
    await turn();
    controller.abort(new Error("too slow"));
    await expect(answer).rejects.toThrow("too slow");
    await clock.advance(999);
    expect(toy.things).toEqual([]);
    await clock.advance(1);
    expect(toy.things).toEqual(["a"]);
  });

  test("a delay after the commit holds the answer", async () => {
    const { post, toy, clock, emulator } = stage({ kind: "delay-after", ms: 1000 });
    const answer = post();
    await turn();
    expect(toy.things).toEqual(["a"]);
    expect(emulator.log.entries()[0]?.answeredAt).toBeUndefined();
    await clock.advance(1000);
    expect((await answer).status).toBe(201);
    expect(emulator.log.entries()[0]).toMatchObject({
      receivedAt: "1970-01-01T00:00:00.000Z",
      answeredAt: "1970-01-01T00:00:01.000Z",
    });
  });

  test("a delay can be in real time on a virtual clock", async () => {
    const { post, clock } = stage({ kind: "delay-before", ms: 1, time: "real" });
    expect((await post()).status).toBe(201);
    expect(clock.now()).toBe(0);
  });

  test("a late commit comes after the connection was cut, or after an answer", async () => {
    const { post, toy, clock, emulator } = stage(
      { kind: "commit-late", ms: 500, count: 1 },
      { kind: "commit-late", ms: 100, answer: { status: 504 } },
    );
    await expect(post("a")).rejects.toThrow("fetch failed");
    const second = await post("b");
    expect([second.status, await second.json()]).toEqual([504, { error: "toy 504" }]);
    expect(toy.things).toEqual([]);
    expect(emulator.log.entries().map(({ committed }) => committed)).toEqual([false, false]);
    await clock.advance(100);
    expect(toy.things).toEqual(["b"]);
    await clock.advance(400);
    expect(toy.things).toEqual(["b", "a"]);
    expect(emulator.log.entries().map(({ committed }) => committed)).toEqual([true, true]);
  });

  test("a fault strikes from an instant on, for a while", async () => {
    const { get, clock, emulator } = stage({ kind: "answer", status: 503, afterMs: 1000, forMs: 500 });
    const statuses: number[] = [];
    for (const ms of [999, 1, 499, 1]) {
      await clock.advance(ms);
      statuses.push((await get()).status);
    }
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect(emulator.faults.list()).toMatchObject([{ matched: 4, applied: 2, spent: true }]);
  });

  test("a fault sleeps until a request wakes it, and begins anew with each", async () => {
    const after = { method: "POST", path: /^\/things$/, bodyIncludes: "wake" };
    const { get, post, clock, emulator } = stage({ kind: "answer", status: 409, after, forMs: 1000 });
    const statuses = [(await get()).status, (await post("wake")).status, (await get()).status];
    await clock.advance(900);
    await post("other");
    // It strikes the request that wakes it, too, if it was awake by then.
    statuses.push((await post("wake")).status);
    await clock.advance(999);
    statuses.push((await get()).status);
    await clock.advance(1);
    statuses.push((await get()).status);
    expect(statuses).toEqual([200, 201, 409, 409, 409, 200]);
    const [listed] = emulator.faults.list();
    expect(listed).toMatchObject({ applied: 4, spent: false });
    expect(listed?.fault.after?.path).toEqual({ regexp: "^\\/things$", flags: "" });
  });

  test("a late commit does not outlive a reset", async () => {
    const { post, toy, clock, emulator } = stage({ kind: "commit-late", ms: 500 });
    await expect(post()).rejects.toThrow("fetch failed");
    emulator.reset();
    await clock.advance(500);
    expect(toy.things).toEqual([]);
  });

  test("a slow body comes in pieces", async () => {
    const { post, clock } = stage({ kind: "slow-body", bytes: 10, everyMs: 100 });
    const response = await post("abc");
    const text = response.text();
    let pieces = 1;
    while (clock.nextWakeAt() === undefined) await turn();
    for (; clock.nextWakeAt() !== undefined; pieces += 1) await clock.advance(100);
    expect(JSON.parse(await text)).toEqual({ thing: { name: "abc", size: 10 } });
    expect(pieces).toBe(Math.ceil('{"thing":{"name":"abc","size":10}}'.length / 10));
  });

  test("lists can be stale", async () => {
    const { post, get } = stage({ kind: "stale-list", ms: 2000, match: { method: "GET" } });
    await post();
    expect(await (await get()).json()).toEqual({ things: [], stale: 2000 });
  });

  test("single reads can be stale", async () => {
    const { get, toy } = stage({ kind: "stale-read", ms: 2000 });
    await get();
    expect(toy.seen[0]).toMatchObject({ staleMs: 0, staleReadMs: 2000 });
  });

  test("dates follow the clock, unless they are wrong", async () => {
    const { get, clock, emulator } = stage();
    expect((await get()).headers.get("date")).toBe("Thu, 01 Jan 1970 00:00:00 GMT");
    await clock.advance(61_000);
    expect((await get()).headers.get("date")).toBe("Thu, 01 Jan 1970 00:01:01 GMT");
    emulator.faults.add({ kind: "wrong-date", offsetMs: 3_600_000, count: 1 });
    expect((await get()).headers.get("date")).toBe("Thu, 01 Jan 1970 01:01:01 GMT");
    emulator.faults.add({ kind: "wrong-date", value: "yesterday" });
    expect((await get()).headers.get("date")).toBe("yesterday");
  });
});
