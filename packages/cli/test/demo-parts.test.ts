import { evaluateRetention } from "@polyvol/backup";
import type { LogEntry } from "@polyvol/emulators";
import { expect, test } from "vitest";
import { createCalendar, DAY_MS } from "../src/demo/calendar.ts";
import { createPolicies, type Rules } from "../src/demo/policies.ts";
import { keptSlots } from "../src/demo/retention.ts";
import { createTally } from "../src/demo/tally.ts";
import type { TrueState } from "../src/demo/true-state.ts";

const RULES: readonly Rules[] = [{ daily: 7, weekly: 4 }, { last: 2 }, { weekly: 3 }, { daily: 1, last: 5 }];

test("the demo counts retention by itself, and comes to what the library comes to", () => {
  const first = Date.parse("2026-10-20T03:00:00Z");
  for (const rules of RULES) {
    for (let nights = 1; nights <= 40; nights += 1) {
      // Every eleventh night is missing.
      const slots = Array.from({ length: nights }, (_, night) => first + night * DAY_MS).filter(
        (_, night) => night % 11 !== 10,
      );
      const { kept } = evaluateRetention(
        { ...rules, timezone: "UTC" },
        slots.map((slot) => ({ id: String(slot), time: new Date(slot) })),
        { now: new Date(first + nights * DAY_MS) },
      );
      expect([...keptSlots(slots, rules)].sort(), `${JSON.stringify(rules)} after ${nights} nights`).toEqual(
        kept.map(({ snapshot }) => snapshot.time.getTime()).sort(),
      );
    }
  }
});

test("seven days and the newest of each of four weeks, by hand", () => {
  // 1 October 2026 is a Thursday; the Sundays are 4, 11, 18, 25.
  const slots = Array.from({ length: 30 }, (_, day) => Date.UTC(2026, 9, day + 1, 3));
  const days = [...keptSlots(slots, { daily: 7, weekly: 4 })].map((slot) => new Date(slot).getUTCDate());
  expect(days.sort((a, b) => a - b)).toEqual([11, 18, 24, 25, 26, 27, 28, 29, 30]);
});

test("at every hour the nights end two to four hours ago, each half an hour after its slot", () => {
  for (let now = Date.UTC(2026, 10, 21); now < Date.UTC(2026, 10, 22); now += 7 * 60_000) {
    const { hour, nights } = createCalendar(now);
    expect(nights).toHaveLength(30);
    const last = nights.at(-1) ?? 0;
    expect(now - last).toBeGreaterThan(2 * 3_600_000);
    expect(now - last).toBeLessThan(4 * 3_600_000);
    for (const { newestSlot, id } of createPolicies(hour)) {
      const slot = newestSlot(last);
      expect(last - slot).toBeLessThan(id === "nightly" ? DAY_MS / 24 : 7 * DAY_MS);
      expect(newestSlot(now), "nothing has come due since").toBe(slot);
    }
    expect(new Date(createPolicies(hour)[1]?.newestSlot(now) ?? 0).getUTCDay()).toBe(0);
  }
});

test("faults are counted by kind, with what became of the snapshots that they struck", () => {
  const entry = (id: string | undefined, name: string, target = "/v1/snapshots"): LogEntry =>
    ({
      method: "POST",
      target,
      requestBody: JSON.stringify({ name }),
      ...(id === undefined ? {} : { fault: { id, kind: "cut-after" } }),
    }) as LogEntry;
  const snapshot = (name: string): TrueState["snapshots"][number] =>
    ({ id: name, name }) as TrueState["snapshots"][number];
  const tally = createTally();
  const lost = "answer lost, the request took effect";
  const faults = tally.add(
    [
      entry(`${lost}/1`, "once"),
      entry(`${lost}/1`, "twice"),
      entry(`${lost}/1`, "twice"),
      entry(`${lost}/1`, "never"),
      entry(`${lost}/1`, "a volume", "/v1/volumes"),
      entry("outage", "once"),
      entry(undefined, "never"),
    ],
    { volumes: [], snapshots: ["once", "twice", "twice"].map(snapshot) },
  );
  expect(faults).toBe(5);
  expect(tally.requests()).toBe(7);
  expect(tally.rows().filter(({ injected }) => injected > 0)).toEqual([
    { fault: lost, injected: 5, creates: 3, duplicated: 1, lost: 1 },
  ]);
});
