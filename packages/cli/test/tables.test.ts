/** Tables for people: they fit the terminal, are in order, and name things by what people call them. */

import { snapshotName } from "@polyvol/backup";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isShortId, shortIds } from "../src/output/format.ts";
import { orderBy, orderOf } from "../src/output/sort.ts";
import { type Column, renderTable, widthOf } from "../src/output/table.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";

const DB = "9d21a6f0-5c3e-4b7a-8f12-6e0c4a7b1d01";
const LONG = "rt-node-eu-central-production-database-17";
const DAY = 86_400_000;

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  const slot = new Date(Math.floor(Date.now() / DAY) * DAY);
  const at = (daysAgo: number): string =>
    new Date(slot.getTime() - daysAgo * DAY).toISOString().replace(".000", "");
  clouds.ocean.seed({
    volumes: [
      { id: DB, name: "db-10", region: "nyc3", size_gigabytes: 100, created_at: at(9) },
      { name: "db-9", region: "nyc3", size_gigabytes: 2048, created_at: at(8), droplet_id: 1001 },
      { name: LONG, region: "nyc3", size_gigabytes: 10, created_at: at(7), tags: ["polyvol-hold"] },
    ],
    snapshots: [
      { name: snapshotName("polyvol", "nightly", DB, slot), resource_id: DB, created_at: at(0) },
      { name: "before-upgrade", resource_id: DB, created_at: at(3), tags: ["polyvol-hold"] },
      {
        name: "left-over",
        resource_id: "11111111-2222-4333-8444-555555555555",
        region: "nyc3",
        min_disk_size: 10,
        created_at: at(5),
        tags: ["polyvol-policy:nightly", "polyvol-volume:old"],
      },
    ],
  });
  clouds.samsung.seed({ volumes: [{ name: "erp" }] });
  const policies = `policies:
  nightly:
    select: { name: "*" }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 7 }
`;
  await clouds.write("backup.yaml", `${await readConfig()}${policies}`);
});
afterAll(() => clouds.close());

async function readConfig(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return await readFile(`${clouds.folder}/polyvol.config.yaml`, "utf8");
}

const LISTS = [
  "volumes list",
  "volumes list --snapshots",
  "snapshots list",
  "backup status -c backup.yaml",
  "backup plan -c backup.yaml",
];

describe.each([40, 60, 80, 200])("on %i columns", (columns) => {
  test.each(LISTS)("%s fits, with every name whole", async (command) => {
    const { out } = await clouds.run(command, ENV, columns);
    const lines = out.split("\n");
    const about = lines.filter((line) => !/^[\w ]+: /.test(line));
    expect(Math.max(...about.map(widthOf))).toBeLessThanOrEqual(columns);
    const whole = lines.map((line) => line.trim()).join("");
    expect(whole).toContain(command.startsWith("snapshots") ? "before-upgrade" : LONG);
    expect(out).not.toContain("…");
  });

  test("a list of snapshots says how old each is, however long their names are", async () => {
    const { out } = await clouds.run("snapshots list", ENV, columns);
    expect(out).toMatch(/^.*\bAGE\b/m);
  });

  test("the page of a doctor is indented and fits", async () => {
    const { out } = await clouds.run("doctor -c backup.yaml", ENV, columns);
    expect(Math.max(...out.split("\n").map(widthOf))).toBeLessThanOrEqual(columns);
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      "documented or configured: 5,000 in 60 minutes and 250 in 1 minute",
    );
  });

  test("what audit says of each finding is whole", async () => {
    const { out } = await clouds.run("backup audit -c backup.yaml", ENV, columns);
    const lines = out.split("\n").filter((line) => !line.endsWith(" Nothing was changed."));
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
    expect(out.replaceAll(/\s+/g, " ")).toContain("old, does not exist any more; no policy deletes them");
  });
});

test("where there is room for all in one line, the id is last and short; wide has the whole of it", async () => {
  const { out } = await clouds.run("volumes list --cloud ocean", ENV, 100);
  expect(out).toMatch(/^CLOUD +NAME +SIZE +STATE +HOLD +REGION +AGE +ID\n/);
  expect(out).toMatch(/\nocean +db-10 .* 9d21a6f0\n/);
  const wide = await clouds.run("volumes list --cloud ocean -o wide", ENV, 40);
  expect(wide.out).toMatch(
    /\nocean +db-10 .* \d{4}-\d\d-\d\d 00:00Z .* 9d21a6f0-5c3e-4b7a-8f12-6e0c4a7b1d01\n/,
  );
});

test("by cloud and name as people count; snapshots by time; --sort and its reverse, in data as in tables", async () => {
  const names = async (command: string): Promise<readonly string[]> => {
    const { out, err } = await clouds.run(`${command} -o json`);
    expect(err).toBe("");
    return (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
  };
  expect(await names("volumes list")).toEqual(["db-9", "db-10", LONG, "erp"]);
  expect(await names("volumes list --sort size")).toEqual(["erp", LONG, "db-10", "db-9"]);
  expect(await names("volumes list --sort -size --cloud ocean")).toEqual(["db-9", "db-10", LONG]);
  expect(await names("volumes list --sort attached-to --cloud ocean")).toEqual(["db-9", "db-10", LONG]);
  expect((await names("snapshots list")).slice(1)).toEqual(["before-upgrade", "left-over"]);
  expect((await names("snapshots list --sort name"))[0]).toBe("before-upgrade");
  const wrong = await clouds.run("volumes list --sort colour");
  expect(wrong).toMatchObject({ code: 2, out: "" });
  expect((await clouds.run("volumes list --sort nme")).err).toContain('Did you mean "name"?');
  expect(wrong.err).toMatch(/^error: --sort: found colour; allowed: cloud, name, size, state, .*attached-to/);
});

test("the newest good snapshot is there when it is asked for, and costs nothing when it is not", async () => {
  const sent = (): number =>
    clouds.ocean.log.entries().filter(({ target }) => target.includes("snapshots")).length;
  const before = sent();
  const plain = await clouds.run("volumes list --cloud ocean -o json");
  expect(sent()).toBe(before);
  expect(JSON.parse(plain.out)[0]).not.toHaveProperty("lastSnapshot");
  const { out } = await clouds.run("volumes list --cloud ocean --snapshots");
  expect(out).toMatch(/^CLOUD .* LAST SNAPSHOT /);
  expect(out).toMatch(/\nocean +db-9 .* none /);
  expect(out).toMatch(/\nocean +db-10 .* \d{4}-\d\d-\d\d 00:00Z /);
  const data = JSON.parse((await clouds.run("volumes list --cloud ocean --snapshots -o json")).out);
  expect(data).toMatchObject([
    { name: "db-9", lastSnapshot: null },
    { name: "db-10", lastSnapshot: { id: expect.any(String) } },
    {},
  ]);
});

test("snapshots name their volume, also one that is gone", async () => {
  const { out } = await clouds.run("snapshots list --cloud ocean");
  expect(out).toMatch(/\nocean +db-10 +before-upgrade /);
  expect(out).toMatch(/\nocean +old \(gone\) +left-over /);
  const data = JSON.parse((await clouds.run("snapshots list --cloud ocean -o json")).out);
  expect(data).toMatchObject([
    { volumeName: "db-10" },
    { volumeName: "db-10", held: true },
    { volumeName: "old" },
  ]);
});

test("any table fits any terminal, unless a single word of it does not", () => {
  const row = fc.record({
    name: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 60 }),
    a: fc.string({ maxLength: 30 }),
    b: fc.string({ maxLength: 12 }),
  });
  const columns: readonly Column<{ name: string; a: string; b: string }>[] = [
    { title: "name", text: ({ name }) => name, whole: true },
    { title: "about", text: ({ a }) => a, cutTo: 8 },
    { title: "n", text: ({ b }) => b, align: "right", rank: 1 },
    { title: "state", text: ({ b }) => b },
  ];
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), fc.integer({ min: 16, max: 120 }), (rows, width) => {
      const lines = renderTable(rows, columns, { width }).split("\n");
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test("short ids tell rows apart, and other ids stay whole", () => {
  expect(shortIds([DB, "server-7"])).toEqual(["9d21a6f0", "server-7"]);
  const alike = DB.replace("5c3e", "5c3f");
  expect(shortIds([DB, alike, DB])).toEqual(["9d21a6f0-5c3e", "9d21a6f0-5c3f", "9d21a6f0-5c3e"]);
  expect(["9d21a6f0", "9d21a6f0-5c3e", DB, "9d21a6f", "9d21a6fx", "database"].map(isShortId)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("an order is total: rows without a value come last, the others as they are or reversed", async () => {
  const columns: readonly Column<{ n: number }>[] = [
    { title: "the n", text: ({ n }) => (n === 0 ? "" : String(n)), by: ({ n }) => n },
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ n: fc.nat(9) })), fc.boolean(), async (rows, descending) => {
      const order = await orderOf(
        columns,
        `${descending ? "-" : ""}the-n`,
        orderBy(({ n }) => n),
      );
      const sorted = rows.toSorted(order).map(({ n }) => n);
      const known = sorted.filter((n) => n !== 0);
      expect(known).toEqual(known.toSorted((a, b) => (descending ? b - a : a - b)));
      expect(sorted.slice(known.length).every((n) => n === 0)).toBe(true);
    }),
  );
});

test("names are in the order in which people count, and any two of them are in some order", () => {
  const order = orderBy<string>((name) => name);
  const names = ["db-10", "db-9", "DB-9", "db", "a2b10", "a2b9", "10", "9", "", "데이터", "db-09"];
  expect(names.toSorted(order)).toEqual([
    "",
    "9",
    "10",
    "a2b9",
    "a2b10",
    "db",
    "db-09",
    "DB-9",
    "db-9",
    "db-10",
    "데이터",
  ]);
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
      expect(Math.sign(order(a, b))).toBe(-Math.sign(order(b, a)) || 0);
      if (order(a, b) <= 0 && order(b, c) <= 0) expect(order(a, c)).toBeLessThanOrEqual(0);
      expect(order(a, b) === 0).toBe(a === b);
    }),
  );
});
