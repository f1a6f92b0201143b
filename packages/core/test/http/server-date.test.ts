import { createVirtualClock } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { parseHttpDate, parseRetryAfter } from "../../src/http/server-date.ts";
import { json, makeClient, makeContext, serve, settle } from "./kit.ts";

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
    ["5, 30", 30_000],
    ["30, 5", 30_000],
    ["soon, 5", 5_000],
    [`5, ${at(90_000)}`, 90_000],
    [`${at(90_000)}, ${at(30_000)}, 100`, 100_000],
  ])("%s", (value, expected) => {
    expect(read(value)).toBe(expected);
  });

  test.each([
    "-1",
    "-100",
    "soon",
    "",
    "1e3",
    "0x10",
    "1,5",
    "12 s",
    "2026-01-01",
    "2026-01-01T00:01:00Z",
    "NaN",
    "Infinity",
  ])("%j says nothing", (value) => {
    expect(read(value)).toBeUndefined();
  });

  test("a date counts from the answer's own date, whatever our clock says", () => {
    expect(read(at(90_000), at(60_000))).toBe(30_000);
    expect(read(at(86_400_000), at(86_390_000))).toBe(10_000);
    expect(read(at(90_000), "garbage")).toBe(90_000);
  });

  test("an HTTP date is nothing else that Date.parse would take", () => {
    expect(parseHttpDate("Thu, 01 Jan 2026 00:00:00 GMT")).toBe(NOW);
    for (const text of [
      "2026",
      "1",
      "Jan 1 2026",
      "Thu, 01 Jan 2026 00:00:00",
      "Thu, 99 Foo 2026 00:00:00 GMT",
      null,
    ]) {
      expect(parseHttpDate(text)).toBeUndefined();
    }
  });
});

/** Promise 4: 100 refusals; nobody sends early, nobody waits beyond the deadline. */
test("nothing is sent before the time that the server named, and nobody waits for longer than it may", async () => {
  const clock = createVirtualClock(NOW);
  const date = (ms: number) => () => new Date(clock.now() + ms).toUTCString();
  const asked = ["5", "0", date(7_000), date(-5_000), "-3", "soon", "100000000"];
  let refuseWith: string | undefined;
  let arrivals: number[] = [];
  const server = await serve((_, response) => {
    arrivals.push(clock.now());
    const after = refuseWith;
    refuseWith = undefined;
    if (after === undefined) json(response, {});
    else json(response, {}, 429, { "retry-after": after, date: new Date(clock.now()).toUTCString() });
  });
  const figures = { early: 0, overdue: 0, refusedAtOnce: 0, obeyed: 0 };
  for (let round = 0; round < 100; round++) {
    const value = asked[round % asked.length];
    refuseWith = typeof value === "function" ? value() : value;
    const client = makeClient(server.url, { clock });
    const send = (): Promise<unknown> =>
      client.send({ method: "POST", path: "/x", body: {} }, makeContext({ remainingMs: () => 60_000 }));
    const refused = await failureOf(send());
    expect(refused).toMatchObject({
      code: "rate_limited",
      status: 429,
      outcome: "not_applied",
      retryable: true,
    });
    const waitMs = refused.retryAfterMs ?? 0;
    const notBefore = clock.now() + waitMs;
    arrivals = [];
    if (waitMs > 60_000) {
      const late = await failureOf(send());
      expect(late).toMatchObject({ code: "rate_limited", retryable: true, outcome: "not_applied" });
      expect(late.retryAfterMs).toBeGreaterThan(60_000);
      expect(late.reason).toMatch(/in [\d.]+ (?:s|min), after the deadline/);
      figures.overdue += arrivals.length;
      figures.refusedAtOnce += 1;
      continue;
    }
    const sent = send();
    if (waitMs > 0) await clock.advance(waitMs - 1);
    await settle();
    if (waitMs > 0) figures.early += arrivals.length;
    await clock.advance(1_000);
    await sent;
    if ((arrivals[0] ?? 0) < notBefore) figures.early += 1;
    figures.obeyed += 1;
  }
  expect(figures).toEqual({ early: 0, overdue: 0, refusedAtOnce: 14, obeyed: 86 });
  expect(clock.sleepers).toBe(0);
});
