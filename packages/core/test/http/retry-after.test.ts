import { createVirtualClock } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { parseHttpDate, parseRetryAfter } from "../../src/http/retry-after.ts";
import { failureOf, json, makeClient, makeContext, serve } from "./kit.ts";

const NOW = Date.UTC(2026, 0, 1);
const at = (ms: number): string => new Date(NOW + ms).toUTCString();

function read(value: string, date?: string): number | undefined {
  return parseRetryAfter(new Headers({ "retry-after": value, ...(date === undefined ? {} : { date }) }), NOW);
}

describe("Retry-After", () => {
  test.each([
    ["0", 0],
    ["1", 1_000],
    [" 30 ", 30_000],
    ["1.5", 1_500],
    ["100000000", 100_000_000_000],
    ["9".repeat(400), Number.MAX_SAFE_INTEGER],
    [at(90_000), 90_000],
    [at(-90_000), 0],
    ["Thursday, 01-Jan-26 00:01:00 GMT", 60_000],
    ["Thu Jan  1 00:01:00 2026", 60_000],
  ])("%s", (value, expected) => {
    expect(read(value)).toBe(expected);
  });

  test.each(["-1", "-100", "soon", "", "1e3", "0x10", "1,5", "12 s", "2026-01-01", "2026-01-01T00:01:00Z", "NaN", "Infinity"])(
    "%j says nothing",
    (value) => {
      expect(read(value)).toBeUndefined();
    },
  );

  test("a date counts from the answer's own date, whatever our clock says", () => {
    expect(read(at(90_000), at(60_000))).toBe(30_000);
    expect(read(at(86_400_000), at(86_390_000))).toBe(10_000);
    expect(read(at(90_000), "garbage")).toBe(90_000);
  });

  test("an HTTP date is nothing else that Date.parse would take", () => {
    expect(parseHttpDate("Thu, 01 Jan 2026 00:00:00 GMT")).toBe(NOW);
    for (const text of ["2026", "1", "Jan 1 2026", "Thu, 01 Jan 2026 00:00:00", "Thu, 99 Foo 2026 00:00:00 GMT", null]) {
      expect(parseHttpDate(text)).toBeUndefined();
    }
  });
});

/** Promise 4: 100 answers; nobody sends early, nobody waits beyond the deadline. */
test("a refused client sends nothing before the time that the server named, and waits for no longer than it may", async () => {
  const values = ["5", "0", at(7_000), at(-5_000), "-3", "soon", "100000000"];
  const clock = createVirtualClock(NOW);
  let value = "";
  let refusals = 0;
  const arrivals: number[] = [];
  const server = await serve((_, response) => {
    arrivals.push(clock.now());
    if (refusals > 0) {
      refusals -= 1;
      json(response, {}, 429, { "retry-after": value, date: new Date(clock.now()).toUTCString() });
    } else {
      json(response, {});
    }
  });
  let early = 0;
  let overdue = 0;
  for (let round = 0; round < 100; round++) {
    value = values[round % values.length] ?? "";
    if (value === at(7_000) || value === at(-5_000)) value = new Date(clock.now() + (value === at(7_000) ? 7_000 : -5_000)).toUTCString();
    const client = makeClient(server.url, { clock });
    refusals = 1;
    const send = (): Promise<unknown> =>
      client.send({ method: "POST", path: "/x", body: {} }, makeContext({ deadline: clock.now() + 60_000 }));
    const refused = await failureOf(send());
    expect(refused).toMatchObject({ code: "rate_limited", status: 429, outcome: "not_applied", retryable: true });
    const waitMs = refused.retryAfterMs ?? 0;
    const notBefore = clock.now() + waitMs;
    arrivals.length = 0;
    if (waitMs > 60_000) {
      // Fails at once, naming the time.
      const late = await failureOf(send());
      expect(late).toMatchObject({ code: "rate_limited", retryable: true, outcome: "not_applied" });
      expect(late.retryAfterMs).toBeGreaterThan(60_000);
      expect(late.reason).toMatch(/in \d+ s, after the deadline/);
      if (arrivals.length > 0) overdue += 1;
      continue;
    }
    const sent = send();
    if (waitMs > 0) {
      await clock.advance(waitMs - 1);
      if (arrivals.length > 0) early += 1;
    }
    await clock.advance(waitMs + 1_000);
    await sent;
    if ((arrivals[0] ?? 0) < notBefore) early += 1;
  }
  expect({ early, overdue, sleepers: clock.sleepers }).toEqual({ early: 0, overdue: 0, sleepers: 0 });
});
