import { describe, expect, test } from "vitest";
import { quotasFor, readQuota } from "../src/quota.ts";

const NOW = Date.UTC(2026, 6, 14, 9);
const SECONDS = NOW / 1000;

function read(headers: Record<string, string>, fixed = false, status = 200): unknown {
  return readQuota(new Headers(headers), NOW, status, fixed);
}

test("the burst quota is 5 % of the hourly one", () => {
  expect(quotasFor(5000)).toEqual([
    { requests: 5000, windowMs: 3_600_000 },
    { requests: 250, windowMs: 60_000 },
  ]);
  expect(quotasFor(10)[1]).toEqual({ requests: 1, windowMs: 60_000 });
});

describe("headers", () => {
  test("all three", () => {
    expect(
      read({
        "ratelimit-limit": "1200",
        "ratelimit-remaining": "1193",
        "ratelimit-reset": String(SECONDS + 60),
      }),
    ).toEqual({ quotas: quotasFor(1200), remaining: 1193, freeAt: NOW + 60_000 });
  });

  test("the reset is counted from the answer's own date", () => {
    const date = new Date(NOW - 30_000).toUTCString();
    expect(read({ date, "ratelimit-reset": String(SECONDS) })).toEqual({ freeAt: NOW + 30_000 });
  });

  test("retry-after comes before the reset, which speaks of the hour", () => {
    const reset = String(SECONDS + 3000);
    expect(read({ "retry-after": "9", "ratelimit-remaining": "0", "ratelimit-reset": reset })).toEqual({
      remaining: 0,
      freeAt: NOW + 9_000,
    });
    expect(read({ "retry-after": "soon", "ratelimit-reset": reset })).toEqual({});
    expect(read({ "retry-after": "99999999" })).toEqual({});
  });

  test("quotas that the user has set stay", () => {
    expect(read({ "ratelimit-limit": "5000", "ratelimit-remaining": "1" }, true)).toEqual({ remaining: 1 });
  });

  const nothing: readonly Record<string, string>[] = [
    {},
    { "ratelimit-limit": "many", "ratelimit-remaining": "-1", "ratelimit-reset": "1e9" },
    { "ratelimit-limit": "0" },
    { "ratelimit-limit": "9".repeat(16) },
    { "ratelimit-reset": String(SECONDS - 1) },
    { "ratelimit-reset": String(SECONDS + 2 * 3600) },
    { "ratelimit-reset": String(NOW) },
  ];
  test.each(nothing)("%j say nothing", (headers) => {
    expect(read(headers)).toEqual({});
  });

  test("more left than there is at all is no reading", () => {
    expect(read({ "ratelimit-limit": "1000", "ratelimit-remaining": "1001" })).toEqual({
      quotas: quotasFor(1000),
    });
  });

  test("far less than is documented is believed of a refusal, and where the user has set the quotas", () => {
    const odd = { "ratelimit-limit": "1", "ratelimit-remaining": "0" };
    expect(read(odd)).toEqual({});
    expect(read(odd, false, 429)).toEqual({ quotas: quotasFor(1), remaining: 0 });
    expect(read(odd, true)).toEqual({ remaining: 0 });
  });
});
