/** What is held is shown as held, and is not deleted by hand without a further word. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { snapshotName } from "@polyvol/backup";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BLIND, type Clouds, ENV, startClouds } from "./clouds.ts";

const DB = "6f1c0000-0000-4000-8000-000000000001";
const ERP = "6f1c0000-0000-4000-8000-0000000000e1";
const HELD = "6f1c0000-0000-4000-8000-0000000000a1";
const FREE = "6f1c0000-0000-4000-8000-0000000000a2";

let clouds: Clouds;
beforeEach(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({
    tags: ["Polyvol-Hold"],
    volumes: [
      { id: DB, name: "db", region: "nyc3", size_gigabytes: 10 },
      { name: "archive", region: "nyc3", size_gigabytes: 10, tags: ["polyvol-hold"] },
    ],
    snapshots: [
      { id: HELD, name: "held", resource_id: DB, tags: ["polyvol-hold"] },
      { id: FREE, name: "free", resource_id: DB, tags: ["env:prod", "env:test"] },
    ],
  });
  clouds.samsung.seed({
    volumes: [{ id: ERP, name: "erp" }],
    snapshots: [
      { id: HELD, name: "held", volume_id: ERP, description: "for the auditors [polyvol hold]" },
      { id: FREE, name: "free", volume_id: ERP },
    ],
  });
});
afterEach(() => clouds.close());

const left = (cloud: "ocean" | "samsung"): number =>
  (clouds[cloud].state() as { snapshots: readonly unknown[] }).snapshots.length;
const NEXT =
  "next:  polyvol backup release takes a hold off; --held deletes what is or may be held all the same\n";

describe.each(["ocean", "samsung"] as const)("on %s", (cloud) => {
  const volume = cloud === "ocean" ? "db" : "erp";

  test("lists and single snapshots show holds", async () => {
    const list = await clouds.run(`snapshots list --cloud ${cloud}`);
    expect(list.out).toMatch(/^CLOUD +VOLUME +NAME +MIN SIZE +STATE +HOLD +AGE +/);
    expect(list.out).toMatch(/ held +\S+ \S+ +available +held /);
    const data = JSON.parse((await clouds.run(`snapshots list --cloud ${cloud} -o json`)).out) as {
      readonly name: string;
      readonly held: boolean;
    }[];
    expect(Object.fromEntries(data.map(({ name, held }) => [name, held]))).toEqual({
      held: true,
      free: false,
    });
    expect((await clouds.run(`snapshots get --cloud ${cloud} ${HELD}`)).out).toMatch(/\nhold +held\n/);
  });

  test("a held snapshot stays, and so do the others of the command, until that is said", async () => {
    const refused = await clouds.run(`snapshots delete --cloud ${cloud} ${HELD} ${FREE} --yes`);
    expect(refused).toEqual({
      code: 1,
      out: "",
      err: `error: ${cloud}: snapshot held (${HELD}) is held; nothing was deleted\n${NEXT}`,
    });
    expect(left(cloud)).toBe(2);
    const done = await clouds.run(`snapshots delete --cloud ${cloud} ${HELD} ${FREE} --yes --held`);
    expect(done.code, done.err).toBe(0);
    expect(left(cloud)).toBe(0);
  });

  test("a volume does not take held snapshots along", async () => {
    const refused = await clouds.run(`volumes delete --cloud ${cloud} ${volume} --delete-snapshots --yes`);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`snapshot held (${HELD}) is held; nothing was deleted`);
    expect(left(cloud)).toBe(2);
    const done = await clouds.run(
      `volumes delete --cloud ${cloud} ${volume} --delete-snapshots --yes --held`,
    );
    expect(done.code, done.err).toBe(0);
    expect(left(cloud)).toBe(0);
  });

  test("what is not held goes without a further word", async () => {
    const done = await clouds.run(`snapshots delete --cloud ${cloud} ${FREE} --yes`);
    expect(done.code, done.err).toBe(0);
    expect(left(cloud)).toBe(1);
  });
});

test("a new description keeps the hold that the old one had", async () => {
  const updated = await clouds.run(`snapshots update --cloud samsung ${HELD} --description nightly -o json`);
  expect(JSON.parse(updated.out)).toMatchObject({ description: "nightly [polyvol hold]", held: true });
});

test("a volume with the tag of a hold is shown as held, and stays", async () => {
  const list = await clouds.run("volumes list --cloud ocean");
  expect(list.out).toMatch(/archive +10 GiB +available +held /);
  const refused = await clouds.run("volumes delete --cloud ocean archive --yes");
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/^error: ocean: volume archive \(.*\) is held; nothing was deleted\n/);
});

test("a plan counts what is held", async () => {
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write(
    "policies.yaml",
    `${config}policies:
  nightly:
    select: { cloud: ocean, name: db }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { last: 2 }
`,
  );
  const slot = new Date(Date.UTC(2026, 0, 1));
  const tags = ["polyvol-policy:nightly", "polyvol-hold"];
  const name = snapshotName("polyvol", "nightly", DB, slot);
  clouds.ocean.seed({ snapshots: [{ name, resource_id: DB, created_at: "2026-01-01T00:00:07Z", tags }] });
  const planned = await clouds.run("backup plan -c policies.yaml");
  expect(planned.out).toContain("1 volume: 1 to create, 0 to delete, 3 to keep (1 held).\n");
  expect(planned.out).toMatch(/\nocean +db +nightly +keep +2026-01-01 00:00Z +held\n/);
});

test("several tags of one key are all shown", async () => {
  const shown = await clouds.run(`snapshots get --cloud ocean ${FREE}`);
  expect(shown.out).toMatch(/\ntags +env=prod, env=test\n/);
});

describe("a token that is shown no tags", () => {
  const env = { ...ENV, TOKEN: BLIND };

  test("fails clouds check, which names the scope", async () => {
    const checked = await clouds.run("clouds check --cloud ocean", env);
    expect(checked.code).toBe(1);
    expect(checked.out).toMatch(/\nocean +digitalocean +permission_denied\b/);
    expect(checked.err).toContain("the credentials cannot see tags: they need the scope tag:read");
    expect((await clouds.run("clouds check")).code).toBe(0);
  });

  test("deletes no snapshot without a further word, since it may be held", async () => {
    const refused = await clouds.run(`snapshots delete --cloud ocean ${FREE} --yes`, env);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      `whether snapshot free (${FREE}) is held cannot be seen, for want of the scope tag:read; nothing was deleted`,
    );
    expect(left("ocean")).toBe(2);
    expect((await clouds.run(`snapshots delete --cloud ocean ${FREE} --yes --held`, env)).code).toBe(0);
    expect(left("ocean")).toBe(1);
  });

  test("deletes no volume without a further word, since it may be held", async () => {
    const refused = await clouds.run("volumes delete --cloud ocean archive --yes", env);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /^error: ocean: whether volume archive \(.*\) is held cannot be seen, for want of the scope tag:read; nothing/,
    );
    expect(refused.err).toContain("the provider's console the tag polyvol-hold off a volume");
    expect((await clouds.run("volumes delete --cloud ocean archive --yes --held", env)).code).toBe(0);
  });

  test.each(["volumes", "snapshots"])("lists no %s by tags as if there were none", async (kind) => {
    const listed = await clouds.run(`${kind} list --cloud ocean --tag env=prod`, env);
    expect(listed).toMatchObject({ code: 1, out: "" });
    expect(listed.err).toContain("they need the scope tag:read (permission_denied)");
  });

  test("explains no snapshot as one that goes, since it may be held", async () => {
    await clouds.write("policy.json", '{ "timezone": "UTC", "last": 1 }');
    const created = ["2026-01-01T00:00:07Z", "2026-01-02T00:00:07Z"];
    const seen = created.map((created_at) => {
      const name = snapshotName("polyvol", "nightly", DB, new Date(created_at.replace(":07", ":00")));
      return { name, resource_id: DB, created_at, tags: ["polyvol-policy:nightly"] };
    });
    clouds.ocean.seed({ snapshots: seen });
    const explain = "backup explain --cloud ocean --policy ./policy.json --volume db -o json";
    const removed = async (variables = ENV): Promise<number> =>
      JSON.parse((await clouds.run(explain, variables)).out).removed.length;
    expect(await removed()).toBe(3);
    expect(await removed(env)).toBe(0);
  });

  test("holds, and says that it cannot see it", async () => {
    const held = await clouds.run(`backup hold --cloud ocean ${FREE}`, env);
    expect(held.code).toBe(1);
    expect(held.err).toContain("the hold was written, and cannot be seen");
    const seen = await clouds.run(`snapshots get --cloud ocean ${FREE} -o json`);
    expect(JSON.parse(seen.out)).toMatchObject({ held: true });
  });
});
