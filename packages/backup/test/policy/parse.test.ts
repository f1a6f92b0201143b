import { describe, expect, test } from "vitest";
import { type PolicyDefinition, parsePolicies, policiesJsonSchema } from "../../src/index.ts";
import { problemsOf } from "../support/problems.ts";

const SIMPLE: PolicyDefinition = {
  select: { name: "*" },
  schedule: { cron: "0 3 * * *", timezone: "Europe/Berlin" },
  retention: { daily: 7 },
};

/** Problems of one policy with these keys replaced. */
const withKeys = (keys: Record<string, unknown>): string[] =>
  problemsOf(() => parsePolicies({ nightly: { ...SIMPLE, ...keys } }));

describe("parsePolicies", () => {
  test("fills in the defaults; retention takes the zone of the schedule", () => {
    const [policy] = parsePolicies({ nightly: SIMPLE });
    expect(policy).toMatchObject({
      id: "nightly",
      select: { names: ["*"] },
      retention: { daily: 7, timezone: "Europe/Berlin" },
      prefix: "polyvol",
      allowEmpty: false,
      allowAttached: true,
      concurrency: 8,
      brakes: { maxShare: 0.5, minAgeMs: 0 },
      hooks: {},
    });
  });

  test("an id that no object shows is refused beside others, and not left out", () => {
    const both: unknown = JSON.parse(`{ "__proto__": {}, "nightly": ${JSON.stringify(SIMPLE)} }`);
    expect(problemsOf(() => parsePolicies(both))).toEqual(['policies.__proto__: "__proto__"']);
  });

  test("takes every key", () => {
    const [policy] = parsePolicies({
      "a-1": {
        select: { cloud: ["x", "y"], name: ["db-*", "web-?"], id: "8f3c", tags: ["env:prod", "gold"] },
        schedule: { every: "6h", timezone: "UTC", anchor: "2026-01-01T01:00:00Z" },
        retention: { timezone: "Asia/Seoul", last: 3, within: "2d" },
        prefix: "backup-{cloud}-{volume}",
        allowEmpty: true,
        allowAttached: false,
        concurrency: 1,
        brakes: { maxShare: 1, minAge: "2h" },
        hooks: {
          before: { command: ["/usr/sbin/freeze", "--on"], timeout: "30s", environment: ["FREEZE_MODE"] },
          after: { command: ["/usr/sbin/freeze", "--off"] },
        },
        offsite: {
          command: ["/usr/local/bin/offsite"],
          every: "7d",
          timeout: "6h",
          mount: true,
          environment: ["RESTIC_PASSWORD_FILE"],
        },
      },
    });
    expect(policy).toMatchObject({
      select: { clouds: ["x", "y"], names: ["db-*", "web-?"], ids: ["8f3c"], tags: ["env:prod", "gold"] },
      retention: { timezone: "Asia/Seoul" },
      brakes: { maxShare: 1, minAgeMs: 7_200_000 },
      hooks: {
        before: { command: ["/usr/sbin/freeze", "--on"], timeoutMs: 30_000, environment: ["FREEZE_MODE"] },
        after: { timeoutMs: 60_000, environment: [] },
      },
      offsite: {
        command: ["/usr/local/bin/offsite"],
        everyMs: 604_800_000,
        timeoutMs: 21_600_000,
        mount: true,
        environment: ["RESTIC_PASSWORD_FILE"],
      },
    });
    const [least] = parsePolicies({ nightly: { ...SIMPLE, offsite: { command: ["x"] } } });
    expect(least?.offsite).toEqual({
      command: ["x"],
      everyMs: 86_400_000,
      timeoutMs: 86_400_000,
      mount: false,
      environment: [],
    });
  });

  test("sorts by id, so the order of the file does not matter", () =>
    expect(parsePolicies({ b: SIMPLE, a: SIMPLE }).map(({ id }) => id)).toEqual(["a", "b"]));

  test.each(["a b", "ä", "", "-a", "a-", "a_b", "a.b", "x".repeat(33)])("refuses the id %j", (id) =>
    expect(problemsOf(() => parsePolicies({ [id]: SIMPLE }))).toHaveLength(1),
  );

  test("refuses ids that differ by capitals only", () =>
    expect(problemsOf(() => parsePolicies({ Daily: SIMPLE, daily: SIMPLE }))).toEqual([
      'policies.daily: "daily" beside "Daily"',
    ]));

  test.each([null, undefined, [], "nightly", 1])("refuses %j", (value) =>
    expect(problemsOf(() => parsePolicies(value))).toHaveLength(1),
  );

  test("takes former ids, and refuses those that another policy has or had", () => {
    const [policy] = parsePolicies({ nightly: { ...SIMPLE, formerIds: ["daily", "n-1"] } });
    expect(policy?.formerIds).toEqual(["daily", "n-1"]);
    expect(parsePolicies({ nightly: SIMPLE })[0]?.formerIds).toEqual([]);
    const refused = problemsOf(() =>
      parsePolicies({
        a: { ...SIMPLE, formerIds: ["b", "old", "A"] },
        b: { ...SIMPLE, formerIds: "Old" },
        c: { ...SIMPLE, formerIds: "not an id" },
      }),
    );
    expect(refused).toEqual([
      'policies.a.formerIds: "b"',
      'policies.a.formerIds: "A"',
      'policies.b.formerIds: "Old"',
      'policies.c.formerIds: "not an id"',
    ]);
  });

  test("refuses no policy at all", () =>
    expect(problemsOf(() => parsePolicies({}))).toEqual(["policies: {}"]));

  const wrong: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ["an unknown key", { retain: 7 }, "policies.nightly.retain: an unknown key"],
    ["a negative count", { retention: { daily: -7 } }, "policies.nightly.retention.daily: -7"],
    ["an empty policy", { retention: {} }, "policies.nightly.retention: {}"],
    ["rules that keep nothing", { retention: { daily: 0 } }, 'policies.nightly.retention: {"daily":0}'],
    [
      "an unknown zone",
      { schedule: { cron: "0 3 * * *", timezone: "Europe/Atlantis" } },
      'policies.nightly.schedule.timezone: "Europe/Atlantis"',
    ],
    ["no zone", { schedule: { cron: "0 3 * * *" } }, "policies.nightly.schedule.timezone: nothing"],
    [
      "both kinds of schedule",
      { schedule: { cron: "0 3 * * *", every: "1h", timezone: "UTC" } },
      'policies.nightly.schedule: {"cron":"0 3 * * *","every":"1h","timezone":"UTC"}',
    ],
    [
      "a date that never comes",
      { schedule: { cron: "0 0 30 2 *", timezone: "UTC" } },
      'policies.nightly.schedule.cron: "0 0 30 2 *"',
    ],
    ["a selector of nothing", { select: {} }, "policies.nightly.select: {}"],
    ["an empty list", { select: { name: [] } }, "policies.nightly.select.name: []"],
    ["an empty text", { select: { id: "" } }, 'policies.nightly.select.id: ""'],
    ["a wrong key of select", { select: { volume: "x" } }, "policies.nightly.select.volume: an unknown key"],
    ["a share of 0", { brakes: { maxShare: 0 } }, "policies.nightly.brakes.maxShare: 0"],
    ["a share above 1", { brakes: { maxShare: 1.1 } }, "policies.nightly.brakes.maxShare: 1.1"],
    ["months as an age", { brakes: { minAge: "1m" } }, 'policies.nightly.brakes.minAge: "1m"'],
    ["no place to work", { concurrency: 0 }, "policies.nightly.concurrency: 0"],
    ["a prefix with a dot", { prefix: "my.backup" }, 'policies.nightly.prefix: "my.backup"'],
    ["a prefix that begins with a name", { prefix: "{volume}" }, 'policies.nightly.prefix: "{volume}"'],
    ["a prefix with another field", { prefix: "a-{slot}" }, 'policies.nightly.prefix: "a-{slot}"'],
    [
      "a hook as a text",
      { hooks: { before: { command: "sync" } } },
      'policies.nightly.hooks.before.command: "sync"',
    ],
    [
      "a hook with a NUL in its program",
      { hooks: { before: { command: ["sy\0nc"] } } },
      'policies.nightly.hooks.before.command[0]: "sy\\u0000nc"',
    ],
    [
      "off-site with a NUL in an argument",
      { offsite: { command: ["x", "a\0b"] } },
      'policies.nightly.offsite.command[1]: "a\\u0000b"',
    ],
    ["off-site without a command", { offsite: { every: "1d" } }, "policies.nightly.offsite.command: nothing"],
    [
      "off-site every month",
      { offsite: { command: ["x"], every: "1m" } },
      'policies.nightly.offsite.every: "1m"',
    ],
    [
      "off-site with a variable that is none",
      { offsite: { command: ["x"], environment: ["A=b"] } },
      'policies.nightly.offsite.environment[0]: "A=b"',
    ],
    [
      "off-site with retention, which is the tool's",
      { offsite: { command: ["x"], retention: { daily: 7 } } },
      "policies.nightly.offsite.retention: an unknown key",
    ],
    ["a hook of nothing", { hooks: { after: { command: [] } } }, "policies.nightly.hooks.after.command: []"],
    [
      "a hook that wants credentials",
      { hooks: { after: { command: ["x"], environment: ["DIGITALOCEAN_TOKEN"] } } },
      'policies.nightly.hooks.after.environment[0]: "DIGITALOCEAN_TOKEN"',
    ],
    [
      "a hook that wants a secret",
      { hooks: { after: { command: ["x"], environment: ["MY_DB_PASSWORD"] } } },
      'policies.nightly.hooks.after.environment[0]: "MY_DB_PASSWORD"',
    ],
  ];
  test.each(wrong)("refuses %s", (_name, keys, problem) => expect(withKeys(keys)).toEqual([problem]));

  test("names all problems of all policies at once", () =>
    expect(
      problemsOf(() =>
        parsePolicies({ a: { ...SIMPLE, retention: { daily: -1 } }, b: { ...SIMPLE, allowEmpty: "yes" } }),
      ),
    ).toEqual(["policies.a.retention.daily: -1", 'policies.b.allowEmpty: "yes"']));

  test("a key __proto__ is an id like any other, and a bad one", () =>
    expect(problemsOf(() => parsePolicies(JSON.parse('{"__proto__": {"x": 1}}')))).toHaveLength(1));
});

test("the JSON Schema for editors names every key", () => {
  const schema = policiesJsonSchema();
  const policy = schema["additionalProperties"] as {
    properties: Record<string, unknown>;
    required: string[];
  };
  expect(Object.keys(policy.properties).sort()).toEqual([
    "allowAttached",
    "allowEmpty",
    "brakes",
    "concurrency",
    "formerIds",
    "hooks",
    "offsite",
    "prefix",
    "retention",
    "schedule",
    "select",
  ]);
  expect(policy.required.sort()).toEqual(["retention", "schedule", "select"]);
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});
