import { describe, expect, test } from "vitest";
import { evaluateRetention, type RetentionSnapshot } from "../../src/index.ts";
import { keptIds, NOW, reasonsById } from "./support.ts";

const timezone = "UTC";

function on(day: number, id: string, extra: Partial<RetentionSnapshot> = {}): RetentionSnapshot {
  return { id, time: new Date(Date.UTC(2026, 10, day)), ...extra };
}

describe("holds", () => {
  test("keep a snapshot whatever the rules say, first of its reasons", () => {
    const snapshots = [on(3, "c", { held: true }), on(2, "b"), on(1, "a", { held: true })];
    expect(reasonsById({ timezone, last: 1 }, snapshots)).toEqual({
      c: ["hold", "last (1 of 1)"],
      a: ["hold"],
    });
  });

  test("are seen in the tag polyvol-hold, as a record and as texts", () => {
    const snapshots = [
      on(9, "z"),
      on(5, "record", { tags: { "polyvol-hold": "" } }),
      on(4, "value", { tags: ["polyvol-hold:audit"] }),
      on(3, "bare", { tags: ["polyvol-hold"] }),
      on(2, "other", { tags: ["polyvol-holder"] }),
      on(1, "constructor", { tags: {} }),
    ];
    expect(keptIds({ timezone, last: 1 }, snapshots)).toEqual(["z", "record", "value", "bare"]);
  });

  test("are seen in whatever capitals a provider shows the tag", () => {
    const snapshots = [
      on(9, "z"),
      on(5, "record", { tags: { "Polyvol-Hold": "" } }),
      on(4, "value", { tags: ["POLYVOL-HOLD:Audit"] }),
      on(3, "other", { tags: ["Polyvol-Holder"] }),
    ];
    expect(keptIds({ timezone, last: 1 }, snapshots)).toEqual(["z", "record", "value"]);
  });

  test("change nothing for other snapshots: a held one uses up rules as any other", () => {
    const snapshots = [on(3, "c"), on(2, "b"), on(1, "a")];
    const held = [on(3, "c", { held: true }), on(2, "b"), on(1, "a")];
    expect(keptIds({ timezone, last: 2 }, held)).toEqual(keptIds({ timezone, last: 2 }, snapshots));
  });
});

describe("keepTags", () => {
  const snapshots = [
    on(5, "e"),
    on(4, "d", { tags: { env: "prod", gold: "" } }),
    on(3, "c", { tags: ["gold"] }),
    on(2, "b", { tags: ["env:prod"] }),
    on(1, "a", { tags: ["env:test", "silver:"] }),
  ];

  test("outer lists are alternatives, inner lists need all", () => {
    expect(
      reasonsById({ timezone, last: 1, keepTags: [["gold", "env:prod"], ["silver"]] }, snapshots),
    ).toEqual({
      e: ["last (1 of 1)"],
      d: ["tags gold and env:prod"],
      a: ["tag silver"],
    });
  });

  test("a tag matches whole: a bare key is not every value of it", () => {
    expect(keptIds({ timezone, last: 1, keepTags: [["env"]] }, snapshots)).toEqual(["e"]);
    expect(keptIds({ timezone, last: 1, keepTags: [["gold:"]] }, snapshots)).toEqual(["e", "d", "c"]);
  });

  test("keep in whatever capitals, and by any of several tags of one key", () => {
    const tagged = [
      on(5, "e"),
      on(4, "d", { tags: ["keep:legal", "keep:audit"] }),
      on(3, "c", { tags: { Gold: "Yes" } }),
    ];
    const keepTags = [["KEEP:audit"], ["gold:yes"]];
    expect(keptIds({ timezone, last: 1, keepTags }, tagged)).toEqual(["e", "d", "c"]);
  });

  test("do not use up counts", () => {
    expect(keptIds({ timezone, last: 2, keepTags: [["env:test"]] }, snapshots)).toEqual(["e", "d", "a"]);
  });

  test("alone, the newest good one stays as well", () => {
    expect(reasonsById({ timezone, keepTags: [["env:prod"]] }, snapshots)).toEqual({
      e: ["newest good one"],
      d: ["tag env:prod"],
      b: ["tag env:prod"],
    });
  });

  test("alone and matching nothing, they are refused, naming the volumes", () => {
    const policy = { timezone, keepTags: [["golf"], ["x", "y"]] };
    const inVolumes = snapshots.map((each, index) => ({ ...each, volume: `v${index % 2}` }));
    expect(() => evaluateRetention(policy, inVolumes, { now: NOW })).toThrow(
      expect.objectContaining({
        code: "failed_precondition",
        message: expect.stringMatching(/volume v0, volume v1 .*golf, or x and y/),
      }),
    );
    expect(() => evaluateRetention(policy, [on(1, "held", { held: true })], { now: NOW })).toThrow(/refused/);
  });

  test("matching nothing beside a rule that keeps something is no trouble, nor is a volume without good ones", () => {
    expect(keptIds({ timezone, last: 1, keepTags: [["golf"]] }, snapshots)).toEqual(["e"]);
    expect(keptIds({ timezone, keepTags: [["golf"]] }, [on(1, "a", { state: "creating" })])).toEqual([]);
    expect(keptIds({ timezone, keepTags: [["golf"]] }, [])).toEqual([]);
  });
});

describe("states", () => {
  test("pending, failed, going and unknown ones neither count nor go", () => {
    const snapshots = [
      on(9, "creating", { state: "creating" }),
      on(8, "error", { state: "error" }),
      on(7, "deleting", { state: "deleting", held: true }),
      on(6, "unknown", { state: "unknown" }),
      on(3, "c", { state: "available" }),
      on(2, "b"),
      on(1, "a"),
    ];
    const result = evaluateRetention({ timezone, last: 1, within: "1d" }, snapshots, { now: NOW });
    expect(result.kept.map(({ snapshot }) => snapshot.id)).toEqual(["c"]);
    expect(result.removed.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(result.ignored.map(({ id }) => id)).toEqual(["creating", "error", "deleting", "unknown"]);
  });

  test("one being restored from counts and stays", () => {
    const snapshots = [on(3, "c", { state: "restoring" }), on(2, "b"), on(1, "a", { state: "restoring" })];
    expect(reasonsById({ timezone, last: 1 }, snapshots)).toEqual({
      c: ["being restored from", "last (1 of 1)"],
      a: ["being restored from"],
    });
  });
});

describe("bad snapshots", () => {
  test("an id that comes twice, an invalid date, an invalid now", () => {
    const policy = { timezone, last: 1 };
    const twice = [on(1, "a", { volume: "v" }), on(2, "a", { volume: "w" })];
    expect(() => evaluateRetention(policy, twice, { now: NOW })).toThrow('snapshots[1].id: found "a"');
    const undated = [{ id: "a", time: new Date(Number.NaN) }];
    expect(() => evaluateRetention(policy, undated, { now: NOW })).toThrow(
      "snapshots[0].time: found an invalid date",
    );
    expect(() => evaluateRetention(policy, [], { now: new Date("soon") })).toThrow(
      "now: found an invalid date",
    );
  });

  test("the input is neither changed nor copied", () => {
    const snapshots = Object.freeze([on(1, "a"), on(2, "b")]);
    const { kept } = evaluateRetention({ timezone, last: 2 }, snapshots, { now: NOW });
    expect(kept.map(({ snapshot }) => snapshot)).toEqual([snapshots[1], snapshots[0]]);
    expect(kept[0]?.snapshot).toBe(snapshots[1]);
  });
});
