import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import type { CallContext } from "../../src/driver.ts";
import {
  createLane,
  createRateLimiter,
  type Lane,
  type Permit,
  type PermitResult,
  type RateLimiter,
} from "../../src/http/rate-limit/rate-limiter.ts";
import { prepareRequest } from "../../src/http/request.ts";
import { makeContext, settle, type TestContext } from "./kit.ts";

const START = Date.UTC(2026, 0, 1);
const ANSWERED = { sent: true, response: {} };
const NOTHING: PermitResult = { rejected: false, pauseMs: undefined, reading: undefined };

interface Setup {
  readonly clock: VirtualClock;
  readonly limiter: RateLimiter;
  /** Names of calls in the order in which they got their permits. */
  readonly started: string[];
  ask(name: string, over?: Partial<CallContext>, method?: "GET" | "POST", lane?: Lane): Asked;
  answer(permit: Permit, result?: Partial<PermitResult>): void;
}

interface Asked {
  readonly permit: Promise<Permit>;
  readonly context: TestContext;
}

function setUp(maxConcurrency: number, quotas: Parameters<typeof createRateLimiter>[1] = []): Setup {
  const clock = createVirtualClock(START);
  const limiter = createRateLimiter(clock, quotas);
  const own = createLane(maxConcurrency);
  const started: string[] = [];
  return {
    clock,
    limiter,
    started,
    ask: (name, over, method = "POST", lane = own) => {
      const context = makeContext({ operation: name, ...over });
      const request = prepareRequest("testcloud", "https://api.example.com", { method, path: "/x" }, context);
      const permit = Promise.resolve(limiter.acquire(request, lane));
      permit.then(
        () => started.push(name),
        () => undefined,
      );
      return { permit, context };
    },
    answer: (permit, result) => limiter.release(permit, ANSWERED, { ...NOTHING, ...result }),
  };
}

describe("concurrency", () => {
  test("no more at once than allowed, first come, first served", async () => {
    const { ask, answer, started } = setUp(2);
    const asked = ["a", "b", "c", "d", "e"].map((name) => ask(name));
    await settle();
    expect(started).toEqual(["a", "b"]);
    expect(asked[2]?.context.events).toEqual([{ type: "throttle", delayMs: 0, bound: "concurrency" }]);
    expect(asked[0]?.context.events).toEqual([]);
    answer((await asked[1]?.permit) as Permit);
    await settle();
    expect(started).toEqual(["a", "b", "c"]);
  });

  test("whoever aborts leaves the line at once, and takes nothing with it", async () => {
    const { ask, answer, started, clock } = setUp(1, [{ requests: 2, windowMs: 1_000 }]);
    const abort = new AbortController();
    const first = await ask("a").permit;
    const second = ask("b", { abortSignal: abort.signal });
    const third = ask("c");
    const reason = { not: "an error" };
    abort.abort(reason);
    await expect(second.permit).rejects.toBe(reason);
    answer(first);
    await third.permit;
    expect(started).toEqual(["a", "c"]);
    expect(clock.sleepers).toBe(0);
  });
});

describe("lanes", () => {
  test("each has a concurrency of its own; one that is full holds up no other", async () => {
    const { ask, answer, started } = setUp(1);
    const other = createLane(1);
    const first = ask("a");
    ask("b");
    ask("c", {}, "POST", other);
    await settle();
    expect(started).toEqual(["a", "c"]);
    answer((await first.permit) as Permit);
    await settle();
    expect(started).toEqual(["a", "c", "b"]);
  });

  test("they take turns under one quota: a single request does not wait behind all those of another", async () => {
    const { ask, answer, started, clock } = setUp(9, [{ requests: 1, windowMs: 1_000 }]);
    answer(await ask("a").permit);
    const waiting = ["b", "c", "d"].map((name) => ask(name));
    const single = ask("e", {}, "POST", createLane(9));
    // Behind one of the others, not behind three.
    expect(single.context.events).toEqual([{ type: "throttle", delayMs: 2_001, bound: "quota" }]);
    for (const { permit } of waiting) void permit.then((one) => answer(one));
    void single.permit.then((one) => answer(one));
    await clock.advance(10_000);
    expect(started).toEqual(["a", "b", "e", "c", "d"]);
    expect(clock.sleepers).toBe(0);
  });

  test("one that is full has no turn before the answer, so nobody reckons with it", async () => {
    const { ask, answer, clock } = setUp(9, [{ requests: 3, windowMs: 1_000 }]);
    const full = createLane(1);
    answer(await ask("a").permit);
    await clock.advance(500);
    answer(await ask("b").permit);
    ask("c", {}, "POST", full);
    ask("d", {}, "POST", full);
    expect(ask("e").context.events).toEqual([{ type: "throttle", delayMs: 501, bound: "quota" }]);
  });

  test("a pause that the service asks one of them for tells all who cannot wait so long", async () => {
    const { ask, answer } = setUp(9, [{ requests: 1, windowMs: 1_000 }]);
    const first = await ask("a").permit;
    const other = ask("b", { remainingMs: () => 5_000 }, "POST", createLane(9));
    answer(first, { rejected: true, pauseMs: 60_000 });
    expect(await failureOf(other.permit)).toMatchObject({ code: "rate_limited", retryAfterMs: 60_000 });
  });
});

describe("quotas", () => {
  test("a full window holds requests until it moves on, and says so", async () => {
    const { ask, answer, started, clock } = setUp(9, [{ requests: 2, windowMs: 60_000 }]);
    for (const name of ["a", "b"]) answer(await ask(name).permit);
    const third = ask("c");
    expect(third.context.events).toEqual([{ type: "throttle", delayMs: 60_001, bound: "quota" }]);
    await clock.advance(60_000);
    expect(started).toEqual(["a", "b"]);
    await clock.advance(1);
    expect(started).toEqual(["a", "b", "c"]);
    expect(clock.sleepers).toBe(0);
  });

  test("what cannot come before the deadline fails at once, naming the time", async () => {
    const { ask, answer, clock } = setUp(9, [{ requests: 1, windowMs: 60_000 }]);
    answer(await ask("a").permit);
    const change = await failureOf(ask("b", { remainingMs: () => 60_000 }).permit);
    expect(change).toMatchObject({
      code: "rate_limited",
      retryAfterMs: 60_001,
      retryable: true,
      outcome: "not_applied",
      operation: "b",
    });
    expect(change.reason).toContain("60.1 s, after the deadline");
    const read = await failureOf(ask("c", { remainingMs: () => 60_000 }, "GET").permit);
    expect(read.outcome).toBeUndefined();
    expect(clock.sleepers).toBe(0);
    // The place in the line counts, too.
    ask("d", { remainingMs: () => 70_000 });
    const behind = await failureOf(ask("e", { remainingMs: () => 70_000 }).permit);
    expect(behind.retryAfterMs).toBeGreaterThanOrEqual(120_000);
  });

  test("an abort while waiting leaves no timer", async () => {
    const { ask, answer, clock } = setUp(9, [{ requests: 1, windowMs: 60_000 }]);
    answer(await ask("a").permit);
    const abort = new AbortController();
    const waiting = ask("b", { abortSignal: abort.signal });
    expect(clock.sleepers).toBe(1);
    abort.abort("enough");
    await expect(waiting.permit).rejects.toBe("enough");
    await settle();
    expect(clock.sleepers).toBe(0);
    await expect(ask("c", { abortSignal: abort.signal }).permit).rejects.toBe("enough");
  });

  test("what was never sent does not count", async () => {
    const { ask, limiter } = setUp(9, [{ requests: 1, windowMs: 60_000 }]);
    limiter.release(await ask("a").permit, { sent: false, response: undefined }, { ...NOTHING });
    await ask("b").permit;
  });

  test("a clock that is set back a day stops nobody for a day", async () => {
    let now = START;
    const clock = createVirtualClock(START);
    const jumping = { now: () => now, sleep: clock.sleep };
    const limiter = createRateLimiter(jumping, [{ requests: 1, windowMs: 60_000 }]);
    const request = prepareRequest(
      "p",
      "https://api.example.com",
      { method: "GET", path: "/x" },
      makeContext(),
    );
    const lane = createLane(9);
    limiter.release((await limiter.acquire(request, lane)) as Permit, ANSWERED, { ...NOTHING });
    now -= 86_400_000;
    const waiting = limiter.acquire(request, lane);
    expect(clock.sleepers).toBe(1);
    now += 60_001;
    await clock.advance(60_001);
    await waiting;
  });
});

describe("what the provider says", () => {
  test("its quotas replace the documented ones", async () => {
    const { ask, answer, started } = setUp(9, [{ requests: 100, windowMs: 60_000 }]);
    answer(await ask("a").permit, { reading: { quotas: [{ requests: 1, windowMs: 60_000 }] } });
    ask("b");
    await settle();
    expect(started).toEqual(["a"]);
  });

  test("a refusal with a time stops everybody until then, and sends away who cannot wait", async () => {
    const { ask, answer, started, clock } = setUp(2);
    const first = await ask("a").permit;
    await ask("b").permit;
    const short = ask("c", { remainingMs: () => 5_000 });
    const long = ask("d");
    answer(first, { rejected: true, pauseMs: 10_000 });
    expect(await failureOf(short.permit)).toMatchObject({ code: "rate_limited", retryAfterMs: 10_000 });
    expect(ask("e").context.events).toEqual([{ type: "throttle", delayMs: 10_000, bound: "server" }]);
    await clock.advance(9_999);
    expect(started).toEqual(["a", "b"]);
    await clock.advance(1);
    await long.permit;
  });

  test("a refusal for years does not stop a client for good", async () => {
    const { ask, answer, clock } = setUp(2);
    answer(await ask("a").permit, { rejected: true, pauseMs: 100_000_000_000 });
    const next = ask("b");
    await clock.advance(3_600_000);
    await next.permit;
  });

  test("nothing left blocks until the time it names, then lets one go after the other", async () => {
    const { ask, answer, started, clock } = setUp(9, [{ requests: 100, windowMs: 60_000 }]);
    answer(await ask("a").permit, { reading: { remaining: 0, freeAt: START + 30_000 } });
    const second = ask("b");
    ask("c");
    await clock.advance(29_999);
    expect(started).toEqual(["a"]);
    await clock.advance(1);
    expect(started).toEqual(["a", "b"]);
    answer(await second.permit, { reading: { remaining: 50 } });
    await settle();
    expect(started).toEqual(["a", "b", "c"]);
  });

  test.each([
    ["a time in the past", { remaining: 0, freeAt: Date.UTC(2015, 9, 15) }],
    ["a time years ahead", { remaining: 0, freeAt: Date.UTC(2100, 0, 1) }],
    ["no time", { remaining: 0 }],
    ["a time with requests left", { remaining: 4_816, freeAt: START + 3_000_000 }],
  ])("%s, as a mock server sends it, blocks nobody", async (_, reading) => {
    const { ask, answer, clock } = setUp(3, [{ requests: 5_000, windowMs: 3_600_000 }]);
    answer(await ask("a").permit, { reading });
    await Promise.all(["b", "c", "d"].map((name) => ask(name).permit));
    expect(clock.sleepers).toBe(0);
  });

  test("nothing left in a window that our own count keeps anyway adds no wait", async () => {
    const { ask, answer, clock } = setUp(9, [
      { requests: 2, windowMs: 60_000 },
      { requests: 100, windowMs: 3_600_000 },
    ]);
    answer(await ask("a").permit);
    answer(await ask("b").permit, { reading: { remaining: 0, freeAt: START + 3_500_000 } });
    const next = ask("c");
    await clock.advance(60_001);
    await next.permit;
  });

  test("few left by the provider's count: no more go than it has", async () => {
    const { ask, answer, started } = setUp(9, [{ requests: 5_000, windowMs: 3_600_000 }]);
    answer(await ask("a").permit, { reading: { remaining: 2 } });
    const asked = ["b", "c", "d", "e"].map((name) => ask(name));
    await settle();
    expect(started).toEqual(["a", "b", "c"]);
    // Its answer may not count the other one yet: nobody goes before that is known.
    answer((await asked[0]?.permit) as Permit, { reading: { remaining: 1 } });
    await settle();
    expect(started).toEqual(["a", "b", "c"]);
    answer((await asked[1]?.permit) as Permit, { reading: { remaining: 0, freeAt: START } });
    await settle();
    expect(started).toEqual(["a", "b", "c", "d", "e"]);
  });
});
