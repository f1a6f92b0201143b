import { describe, expect, test } from "vitest";
import { isPolicyError, PolicyError, parseRetentionPolicy } from "../../src/index.ts";
import { keptIds } from "./support.ts";

/** The `path: found` of every problem. */
function problemsOf(policy: unknown): string[] {
  try {
    parseRetentionPolicy(policy);
    return [];
  } catch (error) {
    if (!isPolicyError(error)) throw error;
    expect(error.code).toBe("invalid_argument");
    for (const { allowed } of error.problems) expect(allowed).not.toBe("");
    return error.problems.map(({ path, found }) => `${path}: ${found}`);
  }
}

describe("parseRetentionPolicy", () => {
  test("takes every key of the sheet", () => {
    const policy = {
      timezone: "Europe/Berlin",
      last: 1,
      hourly: 2,
      daily: 3,
      weekly: 4,
      monthly: 5,
      yearly: 6,
      within: "1h",
      withinHourly: "2d",
      withinDaily: "3m",
      withinWeekly: "4y",
      withinMonthly: "1y2m3d4h",
      withinYearly: "9999y",
      keepTags: [["gold"], ["env:prod", "db"]],
      keepOldest: false,
    };
    expect(parseRetentionPolicy(policy)).toEqual(policy);
  });

  test("a rule that is undefined is one that is left out", () => {
    const policy = parseRetentionPolicy({ timezone: "UTC", daily: 1, last: undefined, within: undefined });
    const snapshots = [
      { id: "new", time: new Date("2026-11-02T00:00:00Z"), tags: undefined, volume: undefined },
      { id: "old", time: new Date("2026-11-01T00:00:00Z"), state: undefined, held: undefined },
    ];
    expect(keptIds(policy, snapshots)).toEqual(["new"]);
    expect(keptIds({ timezone: "UTC", last: 1, keepOldest: undefined }, snapshots)).toEqual(["new"]);
  });

  test.each(["UTC", "Asia/Kathmandu", "Etc/GMT+5", "America/Argentina/Ushuaia", "Asia/Calcutta"])(
    "knows the zone %s",
    (timezone) => expect(problemsOf({ timezone, last: 1 })).toEqual([]),
  );

  test.each(["", "local", "Berlin", "Europe/Atlantis", "+02:00", "Z", " UTC", 3])(
    "does not know the zone %j",
    (timezone) =>
      expect(problemsOf({ timezone, last: 1 })).toEqual([`policy.timezone: ${JSON.stringify(timezone)}`]),
  );

  test("needs a zone", () => expect(problemsOf({ last: 1 })).toEqual(["policy.timezone: nothing"]));

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("refuses the count %d", (count) =>
    expect(problemsOf({ timezone: "UTC", daily: count })).toEqual([`policy.daily: ${count}`]),
  );

  test.each(["7", "unlimited", null, true, [1]])("refuses the count %j", (count) =>
    expect(problemsOf({ timezone: "UTC", daily: count })).toEqual([`policy.daily: ${JSON.stringify(count)}`]),
  );

  test.each([
    "",
    "7",
    "d",
    "-1d",
    "1d-2h",
    "1.5d",
    "1 d",
    " 1d",
    "2w",
    "1D",
    "1d1d",
    "1min",
    "P1D",
    "٣d",
    7,
    null,
  ])("refuses the span %j", (within) =>
    expect(problemsOf({ timezone: "UTC", within })).toEqual([`policy.within: ${JSON.stringify(within)}`]),
  );

  test.each([
    [[[]], "policy.keepTags[0]: []"],
    [[["a", ""]], 'policy.keepTags[0][1]: ""'],
    [["gold"], 'policy.keepTags[0]: "gold"'],
    ["gold", 'policy.keepTags: "gold"'],
  ])("refuses the tags %j", (keepTags, problem) =>
    expect(problemsOf({ timezone: "UTC", keepTags })).toEqual([problem]),
  );

  test.each([
    {},
    { last: 0, daily: 0, yearly: 0 },
    { within: "0h", withinDaily: "0y0m0d" },
    { keepTags: [] },
    { keepOldest: true },
  ])("refuses a policy that keeps nothing: %j", (rules) => {
    const policy = { timezone: "UTC", ...rules };
    expect(problemsOf(policy)).toEqual([`policy: ${JSON.stringify(policy)}`]);
    expect(() => parseRetentionPolicy(policy)).toThrow("at least one rule");
  });

  test.each([{ last: 1 }, { withinYearly: "1h" }, { keepTags: [["x"]] }, { last: 0, monthly: 1 }])(
    "takes a policy with a single rule: %j",
    (rules) => expect(problemsOf({ timezone: "UTC", ...rules })).toEqual([]),
  );

  test("names every problem at once, unknown keys with the known ones", () => {
    expect(problemsOf({ timezone: "Mars", daily: -7, keepDaily: 7, keepOldest: "yes" })).toEqual([
      'policy.timezone: "Mars"',
      "policy.daily: -7",
      'policy.keepOldest: "yes"',
      "policy.keepDaily: an unknown key",
    ]);
    expect(() => parseRetentionPolicy({ timezone: "UTC", dayly: 1 })).toThrow(
      /allowed: .*daily.*\. Did you mean "daily"\?$/,
    );
    expect(() => parseRetentionPolicy({ timezone: "Europe/Berlni", daily: 1 })).toThrow(
      'allowed: an IANA time zone name such as "Europe/Berlin" or "UTC". Did you mean "Europe/Berlin"?',
    );
  });

  test.each([null, undefined, [], "daily", 7])("refuses %j", (value) =>
    expect(problemsOf(value)).toHaveLength(1),
  );

  test("cuts what it shows", () => {
    const [problem] = problemsOf({ timezone: "x".repeat(1000), last: 1 });
    expect(problem?.length).toBeLessThan(100);
  });

  test("says what it found also of what is no JSON", () => {
    const itself: unknown[] = [];
    itself.push(itself);
    const found = (last: unknown): unknown => problemsOf({ timezone: "UTC", last })[0];
    expect(found(5n)).toBe("policy.last: 5n");
    expect(found(Symbol("x"))).toBe("policy.last: symbol");
    expect(found(itself)).toBe("policy.last: what is no JSON (object)");
    expect(found(Object.create(null))).toBe("policy.last: {}");
  });
});

test("an error of another copy of the package is told by its brand", async () => {
  const address = new URL("../../src/retention/policy-error.ts?another-copy", import.meta.url).href;
  const copy = (await import(/* @vite-ignore */ address)) as { readonly PolicyError: typeof PolicyError };
  const error: unknown = new copy.PolicyError("failed_precondition", "unsafe");
  expect(error).not.toBeInstanceOf(PolicyError);
  expect(isPolicyError(error)).toBe(true);
  expect(isPolicyError(new Error("unsafe"))).toBe(false);
  expect(isPolicyError(undefined)).toBe(false);
});
