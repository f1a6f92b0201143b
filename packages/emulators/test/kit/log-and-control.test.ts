import { afterEach, describe, expect, test } from "vitest";
import { createVirtualClock, realClock } from "../../src/kit/clock.ts";
import { createEmulator } from "../../src/kit/emulator.ts";
import type { EmulatorOptions, ListenOptions } from "../../src/kit/emulator-types.ts";
import { createToy } from "./toy.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe("the request log", () => {
  const make = (options: EmulatorOptions = {}) =>
    createEmulator(createToy(), { clock: createVirtualClock(0), ...options });

  test("tells what came, what was answered and what was done", async () => {
    const emulator = make();
    emulator.faults.add({ kind: "answer", status: 504, when: "after", match: { method: "POST" } });
    await emulator.fetch("http://toy.test/things?page=1", { headers: { "x-kind": "one" } });
    await emulator.fetch("http://toy.test/things", { method: "POST", body: "a" });
    expect(emulator.log.entries()).toEqual([
      {
        sequence: 1,
        method: "GET",
        target: "/things?page=1",
        status: 200,
        serviceStatus: 200,
        committed: true,
        receivedAt: "1970-01-01T00:00:00.000Z",
        answeredAt: "1970-01-01T00:00:00.000Z",
        requestHeaders: { "x-kind": "one" },
        requestBody: "",
      },
      expect.objectContaining({
        sequence: 2,
        status: 504,
        serviceStatus: 201,
        committed: true,
        requestBody: "a",
        fault: { id: "fault-1", kind: "answer" },
      }),
    ]);
  });

  test("shows no secret, in whatever header, target or body", async () => {
    const emulator = make();
    const headers = {
      authorization: "Bearer abcd",
      "scp-signature": "c2lnbmF0dXJl",
      "scp-accesskey": "AKTEST",
      cookie: "session=1",
      "x-api-key": "key-1",
      "x-note": "it is hush-hush",
    };
    await emulator.fetch("http://toy.test/things?token=hush-hush", {
      method: "POST",
      headers,
      body: "say hush-hush",
    });
    const text = JSON.stringify(emulator.log.entries());
    for (const secret of ["abcd", "c2lnbmF0dXJl", "AKTEST", "session=1", "key-1", "hush-hush"]) {
      expect(text).not.toContain(secret);
    }
    expect(emulator.log.entries()[0]?.requestBody).toBe("say [redacted]");
  });

  test("shows an entry anew only where something has changed since", async () => {
    const clock = createVirtualClock(0);
    const emulator = make({ clock });
    const look = () => emulator.log.entries()[0];
    emulator.faults.add({ kind: "commit-late", ms: 1_000, answer: { status: 504 }, count: 1 });
    await emulator.fetch("http://toy.test/things", { method: "POST", body: "a" });
    const answered = look();
    expect(answered).toMatchObject({ status: 504, committed: false });
    await emulator.fetch("http://toy.test/things");
    expect(look()).toBe(answered);
    await clock.advance(1_000);
    expect(look()).toMatchObject({ status: 504, serviceStatus: 201, committed: true });

    emulator.log.clear();
    emulator.faults.add({ kind: "delay-after", ms: 1_000, count: 1 });
    const held = emulator.fetch("http://toy.test/things");
    await expect.poll(() => look()?.serviceStatus).toBe(200);
    expect(look()).not.toHaveProperty("answeredAt");
    await clock.advance(1_000);
    await held;
    expect(look()).toMatchObject({ status: 200, answeredAt: "1970-01-01T00:00:02.000Z" });
  });

  test("is bounded in length and in bodies", async () => {
    const emulator = make({ logLimit: 3, logBodyLimit: 4 });
    for (const body of ["1", "2", "3", "4", "56789"]) {
      await emulator.fetch("http://toy.test/things", { method: "POST", body });
    }
    expect(emulator.log.entries().map(({ sequence, requestBody }) => [sequence, requestBody])).toEqual([
      [3, "3"],
      [4, "4"],
      [5, "5678"],
    ]);
    emulator.log.clear();
    expect(emulator.log.entries()).toEqual([]);
    await emulator.fetch("http://toy.test/things");
    expect(emulator.log.entries()[0]?.sequence).toBe(6);
    const none = make({ logLimit: 0 });
    await none.fetch("http://toy.test/things");
    expect(none.log.entries()).toEqual([]);
  });
});

describe("the emulator's own controls", () => {
  test("advance a virtual clock only", () => {
    const emulator = createEmulator(createToy(), { clock: realClock });
    expect(() => emulator.advance(1)).toThrow("real clock");
  });

  test("seed, show and forget", async () => {
    const emulator = createEmulator(createToy(), { faults: [{ kind: "refuse", skip: 1 }] });
    emulator.seed("a");
    await emulator.fetch("http://toy.test/things");
    expect(emulator.state()).toEqual({ things: ["a"] });
    emulator.reset();
    expect([emulator.state(), emulator.faults.list(), emulator.log.entries()]).toEqual([
      { things: [] },
      [],
      [],
    ]);
  });

  test("do not run the answer of an aborted request", async () => {
    const emulator = createEmulator(createToy());
    await expect(
      emulator.fetch("http://toy.test/", { signal: AbortSignal.abort(new Error("no")) }),
    ).rejects.toThrow("no");
    expect(emulator.log.entries()).toEqual([]);
  });
});

describe("the control path", () => {
  async function control(options: EmulatorOptions = {}, listenOptions: ListenOptions = {}) {
    const emulator = createEmulator(createToy(), { clock: createVirtualClock(0), ...options });
    const listener = await emulator.listen(listenOptions);
    closers.push(() => listener.close());
    const call = async (
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) => {
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const response = await fetch(`${listener.url}/_emulator/${path}`, init);
      const text = await response.text();
      return [response.status, text === "" ? undefined : JSON.parse(text)];
    };
    return { emulator, listener, call };
  }

  test("says that all is well", async () => {
    const { call } = await control();
    const clock = { kind: "virtual", now: "1970-01-01T00:00:00.000Z", nowMs: 0 };
    expect(await call("GET", "health")).toEqual([200, { ok: true, provider: "toy", clock }]);
  });

  test("moves the clock", async () => {
    const { call, emulator } = await control();
    expect(await call("POST", "clock", { advanceMs: 1500 })).toMatchObject([200, { nowMs: 1500 }]);
    expect(await call("POST", "clock", { now: "1970-01-01T00:01:00Z" })).toMatchObject([
      200,
      { nowMs: 60_000 },
    ]);
    expect(await call("POST", "clock", { nowMs: 70_000 })).toMatchObject([200, { nowMs: 70_000 }]);
    expect(await call("POST", "clock", { nowMs: 5 })).toEqual([400, { error: "a clock does not go back" }]);
    expect(await call("POST", "clock", { seconds: 5 })).toMatchObject([
      400,
      { error: expect.stringContaining("{ advanceMs }") },
    ]);
    expect(await call("GET", "clock")).toMatchObject([200, { nowMs: 70_000 }]);
    expect(emulator.clock.now()).toBe(70_000);
    const real = await control({ clock: realClock });
    expect(await real.call("POST", "clock", { advanceMs: 1 })).toMatchObject([
      409,
      { error: expect.any(String) },
    ]);
  });

  test("sets, shows and removes faults, a list whole or not at all", async () => {
    const { call, emulator } = await control();
    expect(await call("POST", "faults", { kind: "refuse", id: "one" })).toEqual([200, { ids: ["one"] }]);
    expect(await call("POST", "faults", [{ kind: "refuse" }, { kind: "wrong" }])).toMatchObject([
      400,
      { error: expect.stringContaining("faults[1].kind") },
    ]);
    expect(await call("POST", "faults", [{ kind: "cut-after" }, { kind: "refuse" }])).toEqual([
      200,
      { ids: ["fault-2", "fault-3"] },
    ]);
    expect(await call("GET", "faults")).toMatchObject([200, { faults: [{ id: "one" }, { applied: 0 }, {}] }]);
    expect(await call("DELETE", "faults?id=one")).toEqual([204, undefined]);
    expect(await call("DELETE", "faults?id=one")).toMatchObject([404, {}]);
    expect(emulator.faults.list()).toHaveLength(2);
    expect(await call("DELETE", "faults")).toEqual([204, undefined]);
    expect(emulator.faults.list()).toEqual([]);
  });

  test("seeds, shows and resets the state, shows and clears the log", async () => {
    const { call, listener } = await control();
    expect(await call("POST", "seed", "a")).toEqual([204, undefined]);
    expect(await call("GET", "state")).toEqual([200, { things: ["a"] }]);
    for (const page of [1, 2]) await fetch(`${listener.url}/things?page=${page}`);
    expect(await call("GET", "log")).toMatchObject([200, { entries: [{ sequence: 1 }, { sequence: 2 }] }]);
    expect(await call("GET", "log?since=1")).toMatchObject([
      200,
      { entries: [{ target: "/things?page=2" }] },
    ]);
    expect(await call("DELETE", "log")).toEqual([204, undefined]);
    expect(await call("GET", "log")).toEqual([200, { entries: [] }]);
    expect(await call("POST", "reset")).toEqual([204, undefined]);
    expect(await call("GET", "state")).toEqual([200, { things: [] }]);
  });

  test("explains what it does not know", async () => {
    const { call } = await control();
    expect(await call("GET", "nothing")).toMatchObject([
      404,
      { error: expect.stringContaining("health, clock, log") },
    ]);
    expect(await call("PUT", "clock")).toMatchObject([405, { error: expect.stringContaining("GET, POST") }]);
    expect(await call("POST", "faults")).toEqual([400, { error: "the body must be JSON" }]);
  });

  test("is closed to pages of other sites, to clients in process, and to all when turned off", async () => {
    const { call, emulator } = await control();
    expect(await call("POST", "reset", {}, { origin: "https://evil.test" })).toMatchObject([403, {}]);
    expect(await call("POST", "reset", {}, { origin: "http://localhost:3000" })).toEqual([204, undefined]);
    const inside = await emulator.fetch("http://toy.test/_emulator/state");
    expect(await inside.json()).toMatchObject({ things: [] });
    const off = await control({}, { control: false });
    expect(await off.call("GET", "state")).toMatchObject([200, { stale: 0 }]);
  });
});
