import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, polyvol } from "./polyvol.ts";

const SNAPSHOTS = [
  { id: "c", time: "2026-11-20T03:00:00Z", volume: "db" },
  { id: "b", time: "2026-11-19T03:00:00Z", volume: "db", tags: ["env:prod"] },
  { id: "a", time: "2026-11-18T03:00:00+09:00", volume: "db" },
];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-explain-"));
  await write("policy.json", { timezone: "UTC", daily: 2, keepOldest: false });
  await write("snapshots.json", SNAPSHOTS);
  await write("negative.json", { timezone: "UTC", daily: -1, weely: 2 });
  await write("empty.json", { timezone: "UTC" });
  await write("tags.json", { timezone: "UTC", keepTags: [["gold"]] });
  await write("zone.json", { timezone: "Mars/Base", last: 1 });
  await write("times.json", [SNAPSHOTS[0], { id: "x", time: "yesterday" }]);
  await write("twice.json", [SNAPSHOTS[0], SNAPSHOTS[0]]);
  await writeFile(join(folder, "broken.json"), "[{");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, value: unknown): Promise<void> =>
  writeFile(join(folder, name), JSON.stringify(value));

function explain(policy: string, snapshots: string, ...more: readonly string[]): Promise<Ended> {
  const files = ["--policy", `${policy}.json`, "--snapshots", `${snapshots}.json`];
  return polyvol(["backup", "explain", ...files, ...more], { cwd: folder });
}

test.concurrent("what is kept and why, as data and for people, without any configuration", async () => {
  const [json, yaml, table] = await Promise.all([
    explain("policy", "snapshots", "--output", "json"),
    explain("policy", "snapshots", "-o", "yaml"),
    explain("policy", "snapshots"),
  ]);
  expect(json).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(json.out)).toEqual({
    kept: [
      { id: "c", reasons: ["daily 2026-11-20 (1 of 2)"] },
      { id: "b", reasons: ["daily 2026-11-19 (2 of 2)"] },
    ],
    removed: [{ id: "a" }],
  });
  expect(yaml.out).toMatch(/^kept:\n {2}- id: c\n/);
  expect(table.out).toMatch(
    /^VOLUME +SNAPSHOT +TIME +FATE +WHY\ndb +c +2026-11-20 03:00Z +kept +daily .*\ndb +b .* kept .*\ndb +a .* removed +no rule keeps it\n\n/,
  );
  expect(table.out).toContain("3 snapshots: 2 kept, 1 removed.\n");
});

test.concurrent("files that cannot be: file, path, found, allowed", async () => {
  const all = await Promise.all([
    explain("negative", "snapshots"),
    explain("empty", "snapshots"),
    explain("tags", "snapshots"),
    explain("zone", "snapshots"),
    explain("policy", "times"),
    explain("policy", "twice"),
    explain("policy", "broken"),
    explain("none", "snapshots"),
    polyvol(["backup", "explain"], { cwd: folder }),
  ]);
  expect(all.map(({ code, out }) => [code, out])).toEqual(all.map(() => [2, ""]));
  const [negative, empty, tags, zone, times, twice, broken, none, nothing] = all.map(({ err }) => err);
  expect(negative).toContain("error: negative.json: daily: found -1; allowed: a whole number, 0");
  expect(negative).toContain("error: negative.json: weely: found an unknown key; allowed: ");
  expect(empty).toMatch(/^error: empty\.json: found .*; allowed: at least one rule that keeps something/);
  expect(tags).toContain("tags.json");
  expect(zone).toContain('error: zone.json: timezone: found "Mars/Base"; allowed: an IANA time zone');
  expect(times).toContain('error: times.json: [1].time: found "yesterday"; allowed: an ISO 8601');
  expect(twice).toContain('error: twice.json: [1].id: found "c"; allowed: each id once');
  expect(broken).toMatch(
    /^error: broken\.json: found text that is not JSON \(.*\); allowed: JSON with a list of snap/,
  );
  expect(broken?.match(/^error: /gm)).toHaveLength(1);
  expect(none).toMatch(/^error: none\.json: found no such file; allowed: a readable JSON file with the keys/);
  expect(nothing).toContain("say which snapshots: --volume");
});

test.concurrent("the only policy of a configuration is meant where none is named; of several, one has to be", async () => {
  const policy = {
    select: { name: "*" },
    schedule: { cron: "0 3 * * *", timezone: "UTC" },
    retention: { daily: 2, keepOldest: false },
  };
  const clouds = { ocean: { provider: "digitalocean", region: "nyc3" } };
  await write("one.config.json", { clouds, policies: { nightly: policy } });
  await write("two.config.json", { clouds, policies: { nightly: policy, weekly: policy } });
  const [one, two] = await Promise.all(
    ["one", "two"].map((name) =>
      polyvol(["-c", `${name}.config.json`, "backup", "explain", "--snapshots", "snapshots.json"], {
        cwd: folder,
      }),
    ),
  );
  expect(one).toMatchObject({ code: 0, err: "" });
  expect(one?.out).toContain("3 snapshots: 2 kept, 1 removed.");
  expect(two?.code).toBe(2);
  expect(two?.err).toContain("say which policy: --policy with one of nightly, weekly, or a file that ends");
});

test.concurrent("help of backup and of its commands loads neither adapters nor the library", async () => {
  const list =
    'import { registerHooks } from "node:module"; registerHooks({ load: (url, context, next) => { process.stderr.write(url + "\\n"); return next(url, context); } });';
  const node = [`--import=data:text/javascript,${encodeURIComponent(list)}`];
  const helps = await Promise.all(
    [
      ["backup", "--help"],
      ["backup", "run", "--help"],
    ].map((args) => polyvol(args, { node })),
  );
  for (const { code, out, err } of helps) {
    expect(code).toBe(0);
    expect(out).toContain("Example");
    expect(err).not.toMatch(/packages\/(?!cli\/)|src\/demo\//);
  }
});
