import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { snapshotName } from "@polyvol/backup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";

const POLICIES = `policies:
  nightly:
    select: { name: ["web", "erp"] }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { hourly: 4 }
`;
const DAILY = `policies:
  daily:
    select: { cloud: ocean, name: db }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { last: 2, keepOldest: false }
`;
const COLD = `policies:
  cold:
    select: { cloud: ocean, name: cold }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { last: 1 }
`;
const COLD_ID = "6f1c0000-0000-4000-8000-000000000002";
const DB = "6f1c0000-0000-4000-8000-000000000001";
const DAY = 86_400_000;

function taken(policy: string, resource_id: string, at: number) {
  const slot = new Date(at);
  const name = snapshotName("polyvol", policy, resource_id, slot);
  const created_at = slot.toISOString().replace(".000", "");
  return { name, resource_id, created_at, tags: [`polyvol-policy:${policy}`] };
}

let clouds: Clouds;
let config = "";
beforeAll(async () => {
  clouds = await startClouds();
  const midnight = Math.floor(Date.now() / DAY) * DAY;
  clouds.ocean.seed({
    volumes: [
      { name: "web", region: "nyc3", size_gigabytes: 10 },
      { id: DB, name: "db", region: "nyc3", size_gigabytes: 10 },
      { id: COLD_ID, name: "cold", region: "nyc3", size_gigabytes: 10 },
    ],
    snapshots: [
      ...[1, 2].map((days) => taken("daily", DB, midnight - days * DAY)),
      ...[1, 2, 3, 4].map((days) => taken("cold", COLD_ID, midnight - days * DAY)),
    ],
  });
  clouds.samsung.seed({ volumes: [{ name: "erp", size: 64 }] });
  config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES}`);
  await clouds.write("daily.yaml", `${config}${DAILY}`);
  await clouds.write("cold.yaml", `${config}${COLD}`);
});
afterAll(() => clouds.close());

test("plan, apply, run, status, restore, drill, audit, hold and release, one after the other", async () => {
  const stale = await clouds.run("backup status --grace 1ms");
  expect(stale.code, stale.err).toBe(4);
  expect(stale.out).toMatch(/\nocean +web +nightly +missing +none .*\n\nstale: 0 fresh, 0 late, 2 missing/s);

  const planned = await clouds.run("backup plan --save plan.json --detailed-exitcode");
  expect(planned.code, planned.err).toBe(3);
  expect(planned.out).toMatch(
    /^CLOUD +VOLUME +POLICY +CHANGE +SLOT +WHY\nocean +web +nightly +create +\d{4}-\d\d-\d\d 00:00Z +due; the first one\n/,
  );
  expect(planned.out).toMatch(
    /\n\n2 volumes: 2 to create, 0 to delete, 0 to keep\.\nocean: \d+ requests(, at least .*)?\.\nsamsung: \d+ requests(, at least .*)?\.\n$/,
  );
  expect(planned.err).toBe("Saved as plan.json.\n");
  expect(clouds.samsung.state()).toMatchObject({ snapshots: [] });

  const applied = await clouds.run("backup apply plan.json");
  expect(applied.code, applied.err).toBe(0);
  expect(applied.err).toMatch(/web on ocean: creating polyvol-nightly-.*\n.*web on ocean: done, 1 change\n/s);
  expect(applied.out).toMatch(/\n\n2 volumes: 2 created, 0 deleted, 0 left\.\n$/);
  expect(clouds.samsung.state()).toMatchObject({ snapshots: [{}] });

  const [again, ran, fresh, pending] = await Promise.all([
    clouds.run("backup apply plan.json"),
    clouds.run("backup run -o json"),
    clouds.run("backup status"),
    clouds.run("backup plan --detailed-exitcode"),
  ]);
  expect(again).toMatchObject({ code: 1, out: "" });
  expect(again.err).toContain("the plan does not fit the world any more; plan again");
  expect(ran.code, ran.err).toBe(0);
  expect(JSON.parse(ran.out)).toMatchObject({ ok: true, totals: { created: 0, deleted: 0, left: 0 } });
  expect(fresh.code, fresh.err).toBe(0);
  expect(fresh.out).toContain("fresh: 2 fresh, 0 late, 0 missing, 0 new.\n");
  expect(pending.code, pending.err).toBe(0);

  const restored = await clouds.run("backup restore --cloud ocean --volume web --as web-2 -o json");
  expect(restored.code, restored.err).toBe(0);
  expect(JSON.parse(restored.out)).toMatchObject({ cloud: "ocean", name: "web-2", state: "available" });

  const [first = {}] = (clouds.samsung.state() as { snapshots: { name?: string }[] }).snapshots;
  const name = first.name ?? "";
  const drilled = await clouds.run("backup drill --cloud samsung --volume erp");
  expect(drilled.code, drilled.err).toBe(0);
  expect(drilled.out).toMatch(/\nresult +the snapshot restores\n.*\nreadiness +passed: /s);
  expect(clouds.samsung.state()).toMatchObject({ volumes: [{ name: "erp" }] });

  const held = await clouds.run(`backup hold --cloud samsung --volume erp ${name} -o json`);
  expect(held.code, held.err).toBe(0);
  expect(JSON.parse(held.out)).toMatchObject([{ description: expect.stringContaining("[polyvol hold]") }]);
  const released = await clouds.run(`backup release --cloud samsung --volume erp ${name} -o json`);
  expect(released.code, released.err).toBe(0);
  expect(JSON.stringify(JSON.parse(released.out))).not.toContain("[polyvol hold]");

  const audited = await clouds.run("backup audit");
  expect(audited.code, audited.err).toBe(0);
  expect(audited.out).toMatch(/ocean +volume without policy +volume web-2 +no policy chooses it/);
  const found = [...audited.out.matchAll(/^ocean +volume without policy +volume (\S+)/gm)].map(
    ([, of]) => of,
  );
  expect(found).toEqual(["cold", "db", "web-2"]);
});

test.concurrent("a deletion is shown with its reason before and after", async () => {
  const plan = await clouds.run("backup plan -c daily.yaml");
  expect(plan.code, plan.err).toBe(0);
  expect(plan.out).toMatch(
    /\nocean +db +daily +create +.*\nocean +db +daily +delete +\S+ 00:00Z +no rule keeps it\n/,
  );
  expect(plan.out).toContain("\n\n1 volume: 1 to create, 1 to delete, 1 to keep.\n");
  const run = await clouds.run("backup run -c daily.yaml -o wide");
  expect(run.code, run.err).toBe(0);
  expect(run.out).toMatch(
    /\nocean +db +daily +created +.*\nocean +db +daily +deleted .* no rule of policy daily keeps it: last 2 +polyvol-daily-\S+ +\S/,
  );
  expect(run.out).toMatch(/\n\n1 volume: 1 created, 1 deleted, 0 left\.\n$/);
});

test.concurrent("only pruning, up to the brake, and with the brake lifted for once", async () => {
  const braked = await clouds.run("backup plan -c cold.yaml --prune-only");
  expect(braked.code).toBe(1);
  expect(braked.out).toContain("\n\n1 volume: 0 to create, 2 to delete, 2 to keep.\n");
  expect(braked.err).toMatch(
    /^error: ocean: volume cold: policy cold: only the oldest 2 are deleted: 3 of 4 good .*--lift-brake\)\n$/,
  );
  const lifted = await clouds.run("backup plan -c cold.yaml --prune-only --lift-brake --save cold.json");
  expect(lifted.code, lifted.err).toBe(0);
  expect(lifted.out).toContain("\n\n1 volume: 0 to create, 3 to delete, 1 to keep.\n");
  const refused = await clouds.run("backup apply -c cold.yaml cold.json");
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain("plan.liftBrake");
  const pruned = await clouds.run("backup apply -c cold.yaml cold.json --lift-brake");
  expect(pruned.code, pruned.err).toBe(0);
  expect(pruned.out).toMatch(/\n\n1 volume: 0 created, 3 deleted, 0 left\.\n$/);
  const again = await clouds.run("backup run -c cold.yaml --prune-only");
  expect(again.code, again.err).toBe(0);
  expect(again.out).toBe("1 volume: 0 created, 0 deleted, 0 left.\n");
});

test.concurrent("a policy that was renamed restores what it had before", async () => {
  const id = "6f1c0000-0000-4000-8000-00000000000e";
  const midnight = Math.floor(Date.now() / DAY) * DAY;
  clouds.ocean.seed({
    volumes: [{ id, name: "old", region: "nyc3", size_gigabytes: 10 }],
    snapshots: [taken("before", id, midnight - DAY)],
  });
  const now = COLD.replace("  cold:", "  after:\n    formerIds: before").replace("name: cold", "name: old");
  await clouds.write("after.yaml", `${config}${now}`);
  const drilled = await clouds.run("backup drill --cloud ocean --volume old --policy after -c after.yaml");
  expect(drilled.code, drilled.err).toBe(0);
  const other = await clouds.run("backup drill --cloud ocean --volume old --policy other -c after.yaml");
  expect(other.code).toBe(1);
  expect(other.err).toContain(
    "it has no available snapshot of policy other, of 1 snapshot in all; there are some of policy before",
  );
});

test.concurrent("no room for new snapshots: what can be done is said, and once", async () => {
  for (const last of ["e", "f"]) {
    const id = `6f1c0000-0000-4000-8000-0000000000f${last}`;
    clouds.ocean.seed({
      volumes: [{ id, name: `full-${last}`, region: "nyc3", size_gigabytes: 10 }],
      snapshots: Array.from({ length: 25 }, (_, number) => ({
        name: `by-hand-${last}-${number}`,
        resource_id: id,
        created_at: "2026-01-01T00:00:00Z",
      })),
    });
  }
  await clouds.write("full.yaml", `${config}${COLD.replace("name: cold", 'name: "full-*"')}`);
  const { code, err } = await clouds.run("backup plan -c full.yaml");
  expect(code).toBe(1);
  expect(err).toContain("25 snapshots + 1 new = 26; digitalocean allows 25 of one volume");
  expect(err.match(/^(?:error|next): .*/gm)).toEqual([
    ...["full-e", "full-e", "full-f", "full-f"].map((name) => expect.stringContaining(`volume ${name} (`)),
    expect.stringMatching(
      /free something, .*; polyvol backup run --prune-only -c full\.yaml deletes what no rule keeps$/,
    ),
  ]);
});

test.concurrent("one cloud that fails does not hide the other", async () => {
  const { TOKEN: _, ...missing } = ENV;
  const [plan, status, run] = await Promise.all([
    clouds.run("backup plan", { ...ENV, TOKEN: "wrong-token" }),
    clouds.run("backup status -o json", missing),
    clouds.run("backup run", { ...ENV, SECRET: "wrong-key" }),
  ]);
  expect([plan.code, status.code, run.code]).toEqual([1, 2, 1]);
  expect(plan.out).toContain("1 volume: ");
  expect(plan.err).toMatch(
    /^error: ocean: .*\(unauthenticated.*; no snapshot is taken and none deleted there\n/,
  );
  expect(plan.err).toContain("then: polyvol clouds check --cloud ocean\n");
  expect(JSON.parse(status.out)).toMatchObject({ verdict: "failed", volumes: [{ cloud: "samsung" }] });
  expect(status.err).toContain("found TOKEN, which is not set");
  expect(run.out).toContain("1 volume: ");
  expect(`${plan.err}${run.err}`).not.toMatch(/wrong-token|wrong-key/);
});

test.concurrent("policies that cannot be: file, place, found, allowed", async () => {
  await clouds.write("none.yaml", config);
  await clouds.write("bad.yaml", `${config}${POLICIES.replace("hourly: 4", "hourly: -4")}`);
  await clouds.write("far.yaml", `${config}${DAILY.replace("cloud: ocean", "cloud: moon")}`);
  const [none, bad, far, id, cloud] = await Promise.all([
    clouds.run("backup plan -c none.yaml"),
    clouds.run("backup plan -c bad.yaml"),
    clouds.run("backup run -c far.yaml"),
    clouds.run("backup plan --policy weekly"),
    clouds.run("backup run --cloud ocean"),
  ]);
  expect([none, bad, far, id, cloud].map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  expect(none.err).toContain("none.yaml: policies: found nothing; allowed: ");
  expect(bad.err).toMatch(
    /^error: bad\.yaml:\d+:\d+: policies\.nightly\.retention\.hourly: found -4; allowed: /,
  );
  expect(far.err).toMatch(/policies\.daily\.select\.cloud: found "moon"; allowed: ocean, samsung\n/);
  expect(id.err).toBe("error: --policy: found weekly; allowed: nightly\n");
  expect(cloud.err).toContain("--cloud does not go with this command");
});

test.concurrent("plan files and choices that cannot be", async () => {
  await clouds.write("no-plan.json", '{ "format": "x" }');
  const [plan, gone, both, neither, time, day, where] = await Promise.all([
    clouds.run("backup apply no-plan.json"),
    clouds.run("backup apply gone.json"),
    clouds.run("backup restore --cloud ocean --snapshot 1 --policy nightly --as x"),
    clouds.run("backup drill --cloud ocean"),
    clouds.run("backup drill --cloud ocean --volume web --taken-by friday"),
    // No such day: read as 2 March, something newer would be taken.
    clouds.run("backup drill --cloud ocean --volume web --taken-by 2026-02-30T00:00:00Z"),
    clouds.run("backup plan --save no/such/folder.json"),
  ]);
  expect([plan, gone, both, neither, time, day].map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(plan.err).toContain('error: no-plan.json: format: found "x"; allowed: "polyvol-backup-plan"\n');
  expect(gone.err).toMatch(/^error: gone\.json: found no such file; allowed: a readable JSON file/);
  expect(both.err).toContain("--policy and --taken-by choose among the snapshots of a --volume");
  expect(neither.err).toContain("say what to restore: --volume");
  expect(time.err).toContain("Give a date and time with an offset or Z");
  expect(day.err).toContain("Give a date and time with an offset or Z");
  expect(where).toMatchObject({ code: 1, out: "" });
  expect(where.err).toBe(
    "error: no/such/folder.json cannot be written: there is no folder no/such (ENOENT)\n",
  );
});
