import type { RequestQuota } from "@polyvol/core";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { simulate } from "./simulation.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What is counted is divided by this. By 1, the quotas are those of DigitalOcean. */
const PART = inject("isFull") ? 1 : 10;

/** Counts over sliding windows as the provider does: each request from the moment it arrives. */
function limiterOf(quotas: readonly RequestQuota[]): {
  take(now: number): boolean;
  left(now: number): number;
} {
  const taken: number[] = [];
  const count = (now: number, windowMs: number): number => {
    let from = taken.length;
    while (from > 0 && (taken[from - 1] ?? 0) > now - windowMs) from -= 1;
    return taken.length - from;
  };
  const longest = quotas.reduce((a, b) => (a.windowMs > b.windowMs ? a : b));
  return {
    take: (now) => {
      if (quotas.some(({ requests, windowMs }) => count(now, windowMs) >= requests)) return false;
      taken.push(now);
      return true;
    },
    left: (now) => longest.requests - count(now, longest.windowMs),
  };
}

describe("known quotas", () => {
  const quotas = [
    { requests: 5_000 / PART, windowMs: HOUR_MS },
    { requests: 250 / PART, windowMs: MINUTE_MS },
  ];

  test(`${6_000 / PART} requests at once: none refused, and done within 1 % of what the quotas allow`, async () => {
    const limiter = limiterOf(quotas);
    const answers = await simulate({
      limiter: limiter.take,
      calls: 6_000 / PART,
      latencyMs: [20, 200],
      client: { quotas, maxConcurrency: 16 },
    });
    // An hour for the first five sixths, then four batches for the rest.
    const bound = HOUR_MS + 3 * MINUTE_MS;
    expect(answers.filter(({ status }) => status === 429)).toEqual([]);
    expect(answers.at(-1)?.at).toBeGreaterThanOrEqual(bound);
    expect(answers.at(-1)?.at).toBeLessThanOrEqual(bound * 1.01);
  });

  test("the same with the provider's own count in every answer, at a tenth of the numbers", async () => {
    const tenth = quotas.map(({ requests, windowMs }) => ({ requests: (requests * PART) / 10, windowMs }));
    const limiter = limiterOf(tenth);
    const answers = await simulate({
      limiter: limiter.take,
      calls: 600,
      latencyMs: [20, 200],
      client: {
        quotas: tenth,
        readQuota: (headers, now) => ({
          quotas: tenth.map((quota) => ({ ...quota })),
          remaining: Number(headers.get("remaining")),
          freeAt: now + Number(headers.get("free-in")),
        }),
      },
      // As coarse as DigitalOcean's: whole seconds, of the longest window only.
      headers: (now) => ({
        remaining: String(limiter.left(now - Date.UTC(2026, 0, 1))),
        "free-in": String(MINUTE_MS * 30),
      }),
    });
    expect(answers.filter(({ status }) => status === 429)).toEqual([]);
    expect(answers.at(-1)?.at).toBeLessThanOrEqual((HOUR_MS + 3 * MINUTE_MS) * 1.01);
  });

  test("whatever the quotas, the latency, the concurrency and the number of clients: no request is refused", async () => {
    const quota = fc.record({
      requests: fc.integer({ min: 1, max: 12 }),
      windowMs: fc.integer({ min: 1, max: 2_000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(quota, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 4 }),
        async (given, latencyMs, maxConcurrency, clients) => {
          const answers = await simulate({
            limiter: limiterOf(given).take,
            calls: 30,
            latencyMs: [0, latencyMs],
            client: { quotas: given, maxConcurrency },
            clients,
          });
          expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
        },
      ),
      { numRuns: inject("isFull") ? 60 : 10 },
    );
  });
});
