import { describe, expect, inject, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import type { Clock } from "../../src/clock.ts";
import { systemClock } from "../../src/clock.ts";
import { createSkew } from "../../src/http/server-date.ts";
import { randomFrom } from "../random-from.ts";
import { json, makeClient, makeContext, serve, type TestServer } from "./kit.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;
/** What time it is, for the servers and for a clock that is right. */
const NOW = Date.UTC(2026, 6, 14, 9);
const THRESHOLD = 30_000;
/** How far off a time stamp may be for this server. */
const TOLERANCE = 60_000;
const CALLS = inject("isFull") ? 200 : 30;

/** A server that refuses time stamps which are far off its own clock. */
function signedServer(
  answer: { readonly headers?: (now: number) => Record<string, string> } = {},
): Promise<TestServer> {
  return serve((request, response) => {
    const now = NOW;
    const stamp = Number(request.headers["x-timestamp"]);
    const date = new Date(now).toUTCString();
    const right = Math.abs(stamp - now) <= TOLERANCE;
    json(response, {}, right ? 200 : 401, { date, ...answer.headers?.(now) });
  });
}

interface JumpingClock extends Clock {
  offsetMs: number;
}

function jumpingClock(offsetMs = 0): JumpingClock {
  const clock: JumpingClock = { offsetMs, now: () => NOW + clock.offsetMs, sleep: systemClock.sleep };
  return clock;
}

function signedClient(url: string, clock: Clock, threshold: number | undefined = THRESHOLD) {
  return makeClient(url, {
    clock,
    ...(threshold === undefined ? {} : { correctSkewAboveMs: threshold }),
    authorize: async ({ headers, timestampMs }) => {
      headers["x-timestamp"] = String(timestampMs);
    },
  });
}

/** Promise 11. */
describe("a clock that is off", () => {
  const offsets = inject("isFull")
    ? [-24 * HOUR, -HOUR, -5 * 60 * SECOND, -SECOND, 0, SECOND, 5 * 60 * SECOND, HOUR, 24 * HOUR]
    : [-24 * HOUR, -SECOND, 0, 5 * 60 * SECOND];

  test.each(offsets)(
    `by %i ms: ${CALLS} signed calls, 20 at once, no failure, and no more sent twice than were in flight`,
    async (offsetMs) => {
      const server = await signedServer();
      const client = signedClient(server.url, jumpingClock(offsetMs));
      await runCalls(CALLS, 20, () => client.send({ method: "POST", path: "/x", body: {} }, makeContext()));
      const extra = server.seen.length - CALLS;
      // 16 are in flight at once.
      expect(extra).toBeLessThanOrEqual(Math.abs(offsetMs) > TOLERANCE ? 16 : 0);
    },
  );

  test("and jumps while calls are under way", async () => {
    const server = await signedServer();
    const clock = jumpingClock();
    const client = signedClient(server.url, clock);
    const jumps = [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, 0, 10 * 60 * SECOND];
    let done = 0;
    await runCalls(200, 20, async () => {
      await client.send({ method: "POST", path: "/x", body: {} }, makeContext());
      done += 1;
      if (done % 30 === 0) clock.offsetMs = jumps[done / 30 - 1] ?? 0;
    });
    expect(done).toBe(200);
    expect(server.seen.length - 200).toBeLessThanOrEqual(jumps.length * 16);
  });

  test("is not corrected where nobody asked for it", async () => {
    const server = await signedServer();
    const client = makeClient(server.url, {
      clock: jumpingClock(HOUR),
      authorize: ({ headers, timestampMs }) => {
        headers["x-timestamp"] = String(timestampMs);
      },
    });
    expect(await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()))).toMatchObject({
      status: 401,
    });
    expect(server.seen).toHaveLength(1);
  });

  test("costs one more request and then no more", async () => {
    const server = await signedServer();
    const client = signedClient(server.url, jumpingClock(-HOUR));
    for (let each = 0; each < 5; each++) await client.send({ method: "GET", path: "/x" }, makeContext());
    expect(server.seen).toHaveLength(6);
  });
});

describe("dates that prove nothing", () => {
  test.each<[string, (now: number) => Record<string, string>]>([
    ["an answer out of a cache", (now) => ({ age: "3600", date: new Date(now).toUTCString() })],
    ["no date that can be read", () => ({ date: "an hour ago" })],
  ])("%s", async (_, headers) => {
    const server = await signedServer({ headers });
    const client = signedClient(server.url, jumpingClock(HOUR));
    expect(await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()))).toMatchObject({
      status: 401,
    });
    expect(server.seen).toHaveLength(1);
  });

  test("a refusal for another reason is not sent again", async () => {
    for (const status of [400, 401, 403, 404, 500]) {
      const server = await serve((_, response) =>
        json(response, {}, status, { date: new Date(NOW).toUTCString() }),
      );
      const client = signedClient(server.url, jumpingClock());
      await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()));
      expect(server.seen).toHaveLength(1);
    }
  });

  test("another status with a wild date is not sent again, and teaches nothing", async () => {
    const stamps: number[] = [];
    const server = await serve(({ headers }, response) => {
      stamps.push(Number(headers["x-timestamp"]) - NOW);
      json(response, {}, 500, { date: "Thu, 01 Jan 1998 00:00:00 GMT" });
    });
    const client = signedClient(server.url, jumpingClock());
    for (let each = 0; each < 2; each++)
      await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()));
    expect(stamps).toEqual([0, 0]);
  });

  test("a redirect's date is never used", async () => {
    const elsewhere = await serve((_, response) =>
      json(response, {}, 401, { date: "Thu, 01 Jan 1998 00:00:00 GMT" }),
    );
    let own = 0;
    const server = await serve((_, response) => {
      own += 1;
      response.writeHead(302, { location: elsewhere.url, date: "Thu, 01 Jan 1998 00:00:00 GMT" }).end();
    });
    const follow: typeof fetch = (input, init) => fetch(input, { ...init, redirect: "follow" });
    for (const transport of [fetch, follow]) {
      const client = makeClient(server.url, { correctSkewAboveMs: THRESHOLD, fetch: transport });
      await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()));
    }
    expect(own).toBe(2);
  });

  test("a server whose date is always wild is asked twice at most", async () => {
    const random = randomFrom(3);
    const server = await serve((_, response) =>
      json(response, {}, 401, { date: new Date(Math.floor(random() * 2e12)).toUTCString() }),
    );
    const client = signedClient(server.url, jumpingClock());
    await failureOf(client.send({ method: "GET", path: "/x" }, makeContext()));
    expect(server.seen).toHaveLength(2);
  });
});

test("requests in flight at a jump all learn the same", () => {
  const skew = createSkew(THRESHOLD);
  const now = Date.UTC(2026, 0, 1);
  const answer = (offsetMs: number): Headers => new Headers({ date: new Date(now + offsetMs).toUTCString() });
  expect(skew.explains(0, answer(HOUR), now)).toBe(true);
  const learnt = skew.current;
  expect(learnt).toBe(HOUR + 500);
  expect(skew.explains(0, answer(HOUR + 2 * SECOND), now)).toBe(true);
  expect(skew.current).toBe(learnt);
  expect(skew.explains(learnt, answer(HOUR), now)).toBe(false);
});

async function runCalls(count: number, atOnce: number, call: () => Promise<unknown>): Promise<void> {
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
