import { describe, expect, test } from "vitest";
import { createVirtualClock, type VirtualClock } from "../../src/kit/clock.ts";
import { createEmulator } from "../../src/kit/emulator.ts";
import type { Emulator } from "../../src/kit/emulator-types.ts";
import { type Fault, parseFaults } from "../../src/kit/fault.ts";
import { createToy, type Toy } from "./toy.ts";

const URL = "http://toy.test/things";

interface Stage {
  readonly emulator: Emulator;
  readonly toy: Toy;
  readonly clock: VirtualClock;
  post(name?: string, headers?: Record<string, string>): Promise<Response>;
  get(path?: string): Promise<Response>;
}

function stage(...faults: Fault[]): Stage {
  const toy = createToy();
  const clock = createVirtualClock(0);
  const emulator = createEmulator(toy, { clock, faults });
  return {
    emulator,
    toy,
    clock,
    post: (name = "a", headers = {}) => emulator.fetch(URL, { method: "POST", body: name, headers }),
    get: (path = "") => emulator.fetch(URL + path),
  };
}

/** One turn of the event loop: enough for a request in process to come to its next wait. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("what strikes when", () => {
  const fault = (more: Partial<Fault>): Fault => ({ kind: "answer", status: 500, ...more }) as Fault;

  test.each([
    ["every request without a match", fault({}), [500, 500]],
    ["a method in any case", fault({ match: { method: "post" } }), [500, 200]],
    ["one of several methods", fault({ match: { method: ["DELETE", "GET"] } }), [201, 500]],
    ["an exact path", fault({ match: { path: "/things" } }), [500, 500]],
    ["no part of a path", fault({ match: { path: "/thing" } }), [201, 200]],
    ["a glob", fault({ match: { path: "/*" } }), [500, 500]],
    ["a pattern as JSON", fault({ match: { path: { regexp: "^/TH", flags: "i" } } }), [500, 500]],
    ["a query value", fault({ match: { query: { page: "2*" } } }), [201, 200]],
    ["a header", fault({ match: { header: { "X-Kind": "one*" } } }), [500, 200]],
    ["text in the body", fault({ match: { bodyIncludes: "needle" } }), [500, 200]],
    ["everything given at once", fault({ match: { method: "GET", bodyIncludes: "needle" } }), [201, 200]],
    ["a few times", fault({ count: 1 }), [500, 200]],
    ["after a few", fault({ skip: 1 }), [201, 500]],
  ])("%s", async (_what, one, expected) => {
    const { post, get } = stage(one);
    const statuses = [(await post("a needle", { "x-kind": "one-two" })).status, (await get()).status];
    expect(statuses).toEqual(expected);
  });

  test("a regular expression with state, a trailing slash, a query and a glob over slashes", async () => {
    const { get, emulator } = stage({ kind: "answer", status: 500, match: { path: /^\/things$/g } });
    expect([(await get()).status, (await get("/")).status, (await get("/x")).status]).toEqual([
      500, 500, 200,
    ]);
    emulator.faults.clear();
    emulator.faults.add({ kind: "answer", status: 502, match: { path: "/**/c", query: { page: "2" } } });
    expect([(await get("/b/c?page=2")).status, (await get("/b/c?page=1")).status]).toEqual([502, 200]);
  });

  test("the first arrivals of each request, so that repeating it helps", async () => {
    const { post } = stage({ kind: "answer", status: 503, perRequest: 2 });
    const statuses: number[] = [];
    for (const name of ["a", "b", "a", "a", "b", "b"]) statuses.push((await post(name)).status);
    expect(statuses).toEqual([503, 503, 503, 201, 503, 201]);
  });

  test("by a chance that repeats with its seed", async () => {
    const run = async (seed: number): Promise<string> => {
      const { get } = stage({ kind: "answer", status: 500, probability: 0.3, seed });
      let outcome = "";
      for (let count = 0; count < 200; count += 1) outcome += (await get()).status === 500 ? "x" : ".";
      return outcome;
    };
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    expect(one).toBe(again);
    expect(one).not.toBe(other);
    expect(one.replaceAll(".", "").length).toBeGreaterThan(40);
    expect(one.replaceAll(".", "").length).toBeLessThan(80);
  });

  test("one fault a request, in the order of adding; and the registry tells", async () => {
    const { get, emulator } = stage({ kind: "answer", status: 500, count: 1, match: { path: /things/i } });
    const second = emulator.faults.add({ id: "mine", kind: "answer", status: 503 });
    expect(second).toBe("mine");
    expect([(await get()).status, (await get()).status]).toEqual([500, 503]);
    const [first, mine] = emulator.faults.list();
    expect(first).toMatchObject({ id: "fault-1", matched: 1, applied: 1, spent: true });
    expect(first?.fault.match?.path).toEqual({ regexp: "things", flags: "i" });
    expect(mine).toMatchObject({ id: "mine", matched: 1, applied: 1, spent: false });
    expect([emulator.faults.remove("mine"), emulator.faults.remove("mine")]).toEqual([true, false]);
    expect((await get()).status).toBe(200);
  });
});

describe("connections", () => {
  test.each([
    [{ kind: "refuse" } as const, "ECONNREFUSED", 0],
    [{ kind: "cut-before" } as const, "ECONNRESET", 0],
    [{ kind: "cut-after" } as const, "ECONNRESET", 1],
  ])("%j", async (fault, code, committed) => {
    const { post, toy, emulator } = stage(fault);
    const failure = await post().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TypeError);
    expect(failure).toMatchObject({ message: "fetch failed", cause: { code } });
    expect(toy.things).toHaveLength(committed);
    const [entry] = emulator.log.entries();
    expect(entry).toMatchObject({ committed: committed === 1, fault: { kind: fault.kind } });
    expect(entry?.status).toBeUndefined();
  });
});

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

test("a service can read another query than the one that was sent", async () => {
  const fault = {
    kind: "query",
    remove: ["name"],
    set: { page: "1" },
    atMost: { limit: 50, size: 50 },
  } as const;
  const { get, toy, emulator } = stage(fault);
  await get("?name=a&page=3&limit=200&size=20&other=x");
  await get("");
  expect(toy.seen.map(({ query }) => String(query))).toEqual(["page=1&limit=50&size=20&other=x", "page=1"]);
  expect(toy.seen[0]?.rawTarget).toBe("/things?name=a&page=3&limit=200&size=20&other=x");
  expect(emulator.log.entries()[0]?.target).toBe("/things?name=a&page=3&limit=200&size=20&other=x");
});

describe("answers", () => {
  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)("are given %s the commit, in the provider's shape", async (when, committed) => {
    const headers = { "Retry-After": "7" };
    const { post, toy } = stage({ kind: "answer", status: 503, when, headers });
    const response = await post();
    expect([response.status, await response.json()]).toEqual([503, { error: "toy 503" }]);
    expect([response.headers.get("retry-after"), response.headers.get("x-id")]).toEqual(["7", "failed"]);
    expect(toy.things).toHaveLength(committed);
  });

  test("have the body that is given: JSON, or text", async () => {
    const { post, emulator } = stage({ kind: "answer", status: 200, body: { odd: [1] }, count: 1 });
    const json = await post();
    expect([json.headers.get("content-type"), await json.json()]).toEqual(["application/json", { odd: [1] }]);
    emulator.faults.add({ kind: "answer", status: 503, body: "Server Temporarily Unavailable" });
    const text = await post();
    expect(text.headers.get("content-type")).toContain("text/plain");
    expect(await text.text()).toBe("Server Temporarily Unavailable");
  });

  test("are truncated, with the connection kept or cut", async () => {
    const { post, emulator, toy } = stage({ kind: "truncate", bytes: 9, count: 1 });
    expect(await (await post()).text()).toBe('{"thing":');
    emulator.faults.add({ kind: "truncate", cut: true });
    await expect((await post()).text()).rejects.toThrow("terminated");
    expect(toy.things).toHaveLength(2);
  });

  test("have wrong or missing values", async () => {
    const { post, emulator } = stage({ kind: "wrong-json", at: "thing.size", value: "ten", count: 1 });
    expect(await (await post()).json()).toEqual({ thing: { name: "a", size: "ten" } });
    emulator.faults.add({ kind: "wrong-json", at: "thing.name" });
    expect(await (await post()).json()).toEqual({ thing: { size: 10 } });
  });

  test("are web pages with status 200", async () => {
    const { post, toy } = stage({ kind: "html", when: "after" });
    const response = await post();
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    expect(await response.text()).toContain("<html>");
    expect(toy.things).toHaveLength(1);
  });

  test("are endless, large or bombs", async () => {
    const { get, emulator } = stage({ kind: "endless-body", count: 1 });
    const reader = (await get()).body?.getReader();
    let size = 0;
    while (size < 1_000_000) size += (await reader?.read())?.value?.length ?? Number.NaN;
    await reader?.cancel();
    emulator.faults.add({ kind: "large-body", bytes: 1_000_000, count: 1 });
    const large = await (await get()).text();
    expect([large.length, Object.keys(JSON.parse(large))]).toEqual([1_000_000, ["padding"]]);
    emulator.faults.add({ kind: "bomb", bytes: 3_000_000, count: 1 });
    const bomb = await get();
    expect(bomb.headers.get("content-encoding")).toBe("gzip");
    expect((await bomb.text()).length).toBeGreaterThan(3_000_000);
  });

  test("have other headers", async () => {
    const { get, emulator } = stage({ kind: "headers", set: { "X-New": "1" }, remove: ["Date"], count: 1 });
    const changed = await get();
    expect([changed.headers.get("x-new"), changed.headers.has("date")]).toEqual(["1", false]);
    emulator.faults.add({ kind: "large-header", bytes: 5000 });
    expect((await get()).headers.get("x-padding")).toHaveLength(5000);
  });
});

describe("faults as data", () => {
  test.each([
    [
      { kind: "explode" },
      /^faults: .*one of refuse, cut-before|^faults\.kind: must be one of refuse, cut-before/,
    ],
    [
      [{ kind: "refuse" }, { kind: "refuse", match: { verb: "GET" } }],
      /^faults\[1\]\.match: unknown "verb"$/,
    ],
    [{ kind: "refuse", probability: 2 }, /^faults\.probability: must be 0 to 1, not 2$/],
    [{ kind: "answer", status: 99 }, /^faults\.status: must be an HTTP status from 200 to 599, not 99$/],
    [{ kind: "delay-before" }, /^faults\.ms: must be milliseconds/],
    [{ kind: "html", when: "never" }, /^faults\.when: must be "before" or "after", not "never"$/],
    [{ kind: "refuse", match: { path: { regexp: "(" } } }, /^faults\.match\.path: must be/],
    [{ kind: "refuse", count: 0 }, /^faults\.count: must be 1 or more, not 0$/],
    ["refuse", /^faults: /],
  ])("%j is refused with the place and what is allowed", (value, message) => {
    expect(() => parseFaults(value)).toThrow(message);
  });

  test("one or a list is taken", () => {
    expect(parseFaults({ kind: "refuse" })).toEqual([{ kind: "refuse" }]);
    expect(parseFaults([{ kind: "bomb", bytes: 5 }])).toHaveLength(1);
  });
});
