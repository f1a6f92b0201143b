import * as fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { growsWithItsInput } from "../../../../scripts/test/growth.ts";
import { evaluateRetention, type RetentionPolicy, type RetentionState } from "../../src/index.ts";
import { type Question, question } from "./arbitraries.ts";
import { modelKeeps } from "./model.ts";

const runs = { numRuns: inject("isFull") ? 500 : 150 };

function kept({ policy, snapshots, now }: Question): Set<string> {
  return new Set(evaluateRetention(policy, snapshots, { now }).kept.map(({ snapshot }) => snapshot.id));
}

describe("retention, for any policy, zone and snapshots", () => {
  test("keeps what the slow model keeps", () => {
    fc.assert(
      fc.property(question, (asked) => {
        expect([...kept(asked)].sort()).toEqual(
          [...modelKeeps(asked.policy, asked.snapshots, asked.now)].sort(),
        );
      }),
      { numRuns: inject("isFull") ? 800 : 300 },
    );
  });

  test("does not depend on the order of the input, in reasons neither", () => {
    const shuffled = question.chain((asked) =>
      fc.tuple(
        fc.constant(asked),
        fc.shuffledSubarray([...asked.snapshots], { minLength: asked.snapshots.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([{ policy, snapshots, now }, others]) => {
        expect(evaluateRetention(policy, others, { now })).toEqual(
          evaluateRetention(policy, snapshots, { now }),
        );
      }),
      runs,
    );
  });

  test("judges volumes as if each were alone", () => {
    fc.assert(
      fc.property(
        question,
        fc.array(fc.constantFrom("v", "w"), { minLength: 40, maxLength: 40 }),
        (asked, volumes) => {
          const snapshots = asked.snapshots.map((each, index) => ({
            ...each,
            volume: volumes[index] ?? "v",
          }));
          const apart = ["v", "w"].flatMap((name) => [
            ...kept({ ...asked, snapshots: snapshots.filter(({ volume }) => volume === name) }),
          ]);
          expect([...kept({ ...asked, snapshots })]).toEqual(apart);
        },
      ),
      runs,
    );
  });

  test("puts every good snapshot in one of two lists, with a reason if it stays, and keeps the newest", () => {
    fc.assert(
      fc.property(question, ({ policy, snapshots, now }) => {
        const result = evaluateRetention(policy, snapshots, { now });
        const all = [
          ...result.kept.map(({ snapshot }) => snapshot.id),
          ...result.removed.map(({ id }) => id),
        ];
        expect(all.sort()).toEqual(snapshots.map(({ id }) => id).sort());
        expect(result.kept.every(({ reasons }) => reasons.length > 0)).toBe(true);
        const newest = Math.max(...snapshots.map(({ time }) => time.getTime()));
        expect(result.kept[0]?.snapshot.time.getTime()).toBe(newest);
      }),
      runs,
    );
  });

  test("keeps no more by a count than the count", () => {
    fc.assert(
      fc.property(question, ({ policy, snapshots, now }) => {
        const { kept: stay } = evaluateRetention(policy, snapshots, { now });
        for (const rule of ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const) {
          const used = stay.filter(({ reasons }) => reasons.some((reason) => reason.rule === rule)).length;
          expect(used).toBeLessThanOrEqual(policy[rule] ?? 0);
        }
      }),
      runs,
    );
  });

  test("never removes more for a rule added, a count raised, or the oldest kept", () => {
    const more = fc.tuple(question, question).map(([asked, { policy: extra }]) => {
      const wider: Record<string, unknown> = { ...asked.policy, keepOldest: true };
      for (const [key, value] of Object.entries(extra)) {
        const own = wider[key];
        if (own === undefined) wider[key] = value;
        else if (typeof own === "number" && typeof value === "number") wider[key] = own + value;
        else if (key === "keepTags")
          wider[key] = [...(asked.policy.keepTags ?? []), ...(extra.keepTags ?? [])];
      }
      return { asked, wider: wider as unknown as RetentionPolicy };
    });
    fc.assert(
      fc.property(more, ({ asked, wider }) => {
        const stay = kept({ ...asked, policy: wider });
        expect([...kept(asked)].filter((id) => !stay.has(id))).toEqual([]);
      }),
      runs,
    );
  });

  test("lets bad snapshots alone and judges the good ones as if the bad were not there", () => {
    const states = fc.array(
      fc.constantFrom<RetentionState>("available", "restoring", "creating", "deleting", "error", "unknown"),
      { minLength: 40, maxLength: 40 },
    );
    fc.assert(
      fc.property(question, states, (asked, picked) => {
        const snapshots = asked.snapshots.map((each, index) => ({
          ...each,
          state: picked[index] ?? "available",
        }));
        const good = snapshots.filter(({ state }) => state === "available" || state === "restoring");
        const bad = snapshots.filter((each) => !good.includes(each));
        const result = evaluateRetention(asked.policy, snapshots, { now: asked.now });
        expect(result.ignored.map(({ id }) => id).sort()).toEqual(bad.map(({ id }) => id).sort());
        expect(result.removed.some(({ state }) => state !== "available")).toBe(false);
        const alone = evaluateRetention(asked.policy, good, { now: asked.now });
        expect(result.kept).toEqual(alone.kept);
      }),
      runs,
    );
  });

  test("a hold keeps its snapshot and changes nothing else", () => {
    fc.assert(
      fc.property(question, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (asked, holds) => {
        const snapshots = asked.snapshots.map((each, index) => ({ ...each, held: holds[index] ?? false }));
        const held = snapshots.filter((each) => each.held).map(({ id }) => id);
        expect(kept({ ...asked, snapshots })).toEqual(new Set([...kept(asked), ...held].sort(byAge(asked))));
      }),
      runs,
    );
  });

  test("deciding again on what was kept removes nothing that counts alone kept", () => {
    fc.assert(
      fc.property(question, ({ policy, snapshots, now }) => {
        const counts: RetentionPolicy = {
          timezone: policy.timezone,
          daily: 3,
          weekly: 2,
          monthly: 2,
          keepOldest: false,
        };
        const once = evaluateRetention(counts, snapshots, { now }).kept.map(({ snapshot }) => snapshot);
        const twice = evaluateRetention(counts, once, { now }).kept.map(({ snapshot }) => snapshot);
        expect(twice).toEqual(once);
      }),
      runs,
    );
  });
});

function byAge({ snapshots }: Question): (a: string, b: string) => number {
  const times = new Map(snapshots.map(({ id, time }) => [id, time.getTime()]));
  return (a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0) || (a < b ? -1 : 1);
}

describe("speed", () => {
  test("100,000 snapshots by every rule take as long as eight times an eighth of them", () => {
    const policy = {
      timezone: "Europe/Berlin",
      last: 9,
      hourly: 99,
      daily: 99,
      weekly: 99,
      monthly: 99,
      yearly: 99,
    };
    const evaluate = (count: number): void => {
      const snapshots = Array.from({ length: count }, (_, hour) => ({
        id: `s${hour}`,
        time: new Date(1.6e12 + hour * 3_600_000),
        volume: `v${hour % 50}`,
      }));
      const result = evaluateRetention({ ...policy, withinDaily: "2y" }, snapshots, { now: new Date(9e12) });
      expect(result.kept.length + result.removed.length).toBe(count);
    };
    expect(growsWithItsInput(evaluate, 100_000 / 8)).toBe(true);
  });
});
