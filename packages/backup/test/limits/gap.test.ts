import { describe, expect, test } from "vitest";
import { type Policy, parsePolicies, type ScheduleDefinition } from "../../src/index.ts";
import { closeSlots, showCloseSlots } from "../../src/limits/gap.ts";

const TEN_MINUTES = 600_000;
const NOW = new Date("2026-06-01T00:00:00Z");

function policies(one: ScheduleDefinition, other: ScheduleDefinition): [Policy, Policy] {
  const define = (schedule: ScheduleDefinition) => ({
    select: { name: "*" },
    schedule,
    retention: { last: 1 },
  });
  const [a, b] = parsePolicies({ a: define(one), b: define(other) });
  if (a === undefined || b === undefined) throw new Error("no policies");
  return [a, b];
}

describe("slots that are too close", () => {
  test.each([
    ["at the same time", { cron: "0 3 * * *", timezone: "UTC" }, { cron: "0 3 * * 0", timezone: "UTC" }, 0],
    [
      "five minutes apart",
      { cron: "0 3 * * *", timezone: "UTC" },
      { cron: "5 3 1 * *", timezone: "UTC" },
      300_000,
    ],
    [
      "ten minutes apart",
      { cron: "0 3 * * *", timezone: "UTC" },
      { cron: "10 3 * * *", timezone: "UTC" },
      undefined,
    ],
    [
      "hourly beside daily",
      { every: "1h", timezone: "UTC" },
      { cron: "30 3 * * *", timezone: "UTC" },
      undefined,
    ],
    [
      "in winter only",
      { every: "1d", timezone: "UTC", anchor: "2026-01-01T03:05:00Z" },
      { cron: "0 3 * * *", timezone: "Europe/London" },
      300_000,
    ],
    [
      "once in years",
      { cron: "0 3 29 2 *", timezone: "UTC" },
      { cron: "0 3 1 3 *", timezone: "UTC" },
      undefined,
    ],
  ] as const)("%s", (_name, one, other, apartMs) => {
    const [a, b] = policies(one, other);
    expect(closeSlots(a, b, TEN_MINUTES, NOW)?.apartMs).toBe(apartMs);
    expect(closeSlots(b, a, TEN_MINUTES, NOW)?.apartMs).toBe(apartMs);
  });

  test("of one policy", () => {
    const [a, b] = policies({ every: "5min", timezone: "UTC" }, { every: "10min", timezone: "UTC" });
    expect(closeSlots(a, a, TEN_MINUTES, NOW)?.apartMs).toBe(300_000);
    expect(closeSlots(b, b, TEN_MINUTES, NOW)).toBeUndefined();
  });

  test("in words", () => {
    const [a, b] = policies({ cron: "0 3 * * *", timezone: "UTC" }, { cron: "5 3 1 * *", timezone: "UTC" });
    const close = closeSlots(a, b, TEN_MINUTES, NOW);
    expect(close === undefined ? "" : showCloseSlots(close, TEN_MINUTES, "digitalocean")).toBe(
      "policy b has a slot at 2026-01-01T03:05:00.000Z, policy a at 2026-01-01T03:00:00.000Z: 5min apart; " +
        "digitalocean allows one snapshot of a volume every 10min",
    );
  });
});
