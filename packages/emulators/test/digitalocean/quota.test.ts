import { describe, expect, test } from "vitest";
import { createQuota, UNLIMITED } from "../../src/digitalocean/quota.ts";
import { errorOf, type Reply, serve } from "./harness.ts";

const quotaOf = ({ headers }: Reply): (number | string | null)[] => [
  Number(headers.get("ratelimit-limit")),
  Number(headers.get("ratelimit-remaining")),
  headers.get("retry-after"),
];
const exceeded = [429, "too_many_requests", "API Rate limit exceeded."];

describe("the quota of a token", () => {
  test("is 250 a minute and 5,000 an hour unless told otherwise", async () => {
    const { call } = await serve({ quotaPerMinute: undefined });
    for (let left = 4999; left >= 4750; left -= 1) {
      expect(quotaOf(await call("GET", "/v2/account"))).toEqual([5000, left, null]);
    }
    const over = await call("GET", "/v2/account");
    expect(errorOf(over)).toEqual(exceeded);
    expect(quotaOf(over)).toEqual([5000, 0, "60"]);
  });

  test("slides: a request counts for exactly a minute and an hour", async () => {
    const { call, clock } = await serve({ quotaPerMinute: 2, quotaPerHour: 3 });
    const start = clock.now() / 1000;
    const get = (): Promise<Reply> => call("GET", "/v2/account");
    expect(quotaOf(await get())).toEqual([3, 2, null]);
    await clock.advance(20_000);
    const second = await get();
    expect(quotaOf(second)).toEqual([3, 1, null]);
    expect(Number(second.headers.get("ratelimit-reset"))).toBe(start + 3600);
    expect(quotaOf(await get())).toEqual([3, 0, "40"]);
    await clock.advance(39_999);
    expect(quotaOf(await get())).toEqual([3, 0, "1"]);
    await clock.advance(1);
    expect(quotaOf(await get())).toEqual([3, 0, null]);
    // The hour is used up now; its refusal has no retry-after.
    await clock.advance(120_000);
    const over = await get();
    expect(errorOf(over)).toEqual(exceeded);
    expect(quotaOf(over)).toEqual([3, 0, null]);
    expect(Number(over.headers.get("ratelimit-reset"))).toBe(start + 3600);
    // One unit returns when the oldest request leaves, and what was refused never counted.
    await clock.set((start + 3600) * 1000);
    const again = await get();
    expect(again.status).toBe(200);
    expect(quotaOf(again)).toEqual([3, 0, null]);
    expect(Number(again.headers.get("ratelimit-reset"))).toBe(start + 20 + 3600);
  });

  test("is each token's own, and is on every answer", async () => {
    const { call } = await serve({ tokens: ["T", "U"], quotaPerMinute: 5 });
    expect(quotaOf(await call("GET", "/v2/nowhere"))).toEqual([100, 99, null]);
    expect(quotaOf(await call("POST", "/v2/volumes", {}))).toEqual([100, 98, null]);
    const other = { authorization: "Bearer U" };
    expect(quotaOf(await call("GET", "/v2/volumes", undefined, other))).toEqual([100, 99, null]);
    expect(quotaOf(await call("GET", "/v2/volumes", undefined, { authorization: "" }))).toEqual([
      100,
      100,
      null,
    ]);
    expect(quotaOf(await call("DELETE", "/v2/volumes/00"))).toEqual([100, 97, null]);
  });

  test("refuses a change before anything is changed", async () => {
    const { call, emulator } = await serve({ quotaPerMinute: 1 });
    await call("GET", "/v2/account");
    const over = await call("POST", "/v2/volumes", { name: "data-a", region: "nyc3", size_gigabytes: 10 });
    expect(over.status).toBe(429);
    expect(emulator.state()).toMatchObject({ volumes: [] });
  });

  test("can be off, with integers that never run out", async () => {
    const { call } = await serve({ quotaPerMinute: 0 });
    for (let count = 0; count < 300; count += 1) await call("GET", "/v2/account");
    expect(quotaOf(await call("GET", "/v2/account"))).toEqual([UNLIMITED, UNLIMITED, null]);
  });

  test("can be off for the minute or the hour alone", () => {
    const hourOnly = createQuota(0, 2);
    expect([hourOnly.take(0).refused, hourOnly.take(1).refused, hourOnly.take(2).refused]).toEqual([
      undefined,
      undefined,
      "hour",
    ]);
    const minuteOnly = createQuota(1, 0);
    expect(minuteOnly.take(0).refused).toBeUndefined();
    expect(minuteOnly.take(59_999)).toMatchObject({ refused: "minute", retryAfter: 1 });
    expect(minuteOnly.take(60_000).refused).toBeUndefined();
  });

  test("keeps counting right over many requests", () => {
    const quota = createQuota(10, 5000);
    let passed = 0;
    for (let now = 0; now < 3_600_000; now += 1000) if (quota.take(now).refused === undefined) passed += 1;
    expect(passed).toBe(600);
    expect(quota.take(3_600_000).headers["ratelimit-remaining"]).toBe(String(5000 - 600));
  });
});
