/** `-o jsonl`: a line for each resource, written as it comes. */
import { once } from "node:events";
import { bulkSeed } from "@polyvol/emulators/digitalocean";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { runHere } from "./in-process.ts";
import { PROCESS_ENV } from "./polyvol.ts";

const PAGE = 200;
const VOLUMES = 14_000;

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.samsung.seed({ volumes: [{ name: "erp" }] });
});
afterAll(() => clouds.close());

function many(): void {
  clouds.ocean.reset();
  clouds.ocean.seed(bulkSeed({ volumes: VOLUMES, snapshots: 0, until: Date.now() }));
}

function few(): void {
  clouds.ocean.reset();
  clouds.ocean.seed({
    volumes: [
      { id: "a1", name: "db", region: "nyc3", size_gigabytes: 10 },
      { id: "a2", name: "web", region: "nyc3", size_gigabytes: 10, tags: ["polyvol-hold"] },
    ],
    snapshots: [
      { name: "held", resource_id: "a1", tags: ["polyvol-hold"], min_disk_size: 10, size_gigabytes: 1 },
      { name: "free", resource_id: "a1", tags: ["env:prod"], min_disk_size: 10, size_gigabytes: 1 },
      { name: "left", resource_id: "a9", region: "nyc3", min_disk_size: 10, size_gigabytes: 1 },
    ],
  });
}

const linesOf = (out: string): unknown[] =>
  out
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const pagesAsked = (): number =>
  clouds.ocean.log.entries().filter(({ target }) => target.startsWith("/v2/volumes?")).length;

test.each([
  "volumes list",
  "volumes list --snapshots --cloud ocean",
  "volumes list --limit 1",
  "snapshots list",
  "snapshots list --volume db",
])("%s -o jsonl has what -o json has, a line each", async (command) => {
  few();
  const [lines, all] = [await clouds.run(`${command} -o jsonl`), await clouds.run(`${command} -o json`)];
  expect([lines.code, lines.err]).toEqual([all.code, all.err]);
  const whole = JSON.parse(all.out) as unknown[];
  expect(whole.length).toBeGreaterThan(0);
  const found = linesOf(lines.out);
  expect(found).toHaveLength(whole.length);
  expect(found).toEqual(expect.arrayContaining(whole));
});

test("what was written is not kept: no more is read ahead, however long the list", async () => {
  many();
  let written = 0;
  let most = 0;
  const place = { folder: clouds.folder, env: { ...PROCESS_ENV, ...ENV } };
  const { code } = await runHere(["volumes", "list", "--cloud", "ocean", "-o", "jsonl"], place, (text) => {
    written += text.split("\n").length - 1;
    most = Math.max(most, pagesAsked() * PAGE - written);
  });
  expect([code, written]).toEqual([0, VOLUMES]);
  // Twice as many pages as are asked for side by side (16), the one at hand, and where windows overlap a part of one.
  expect(most).toBeLessThanOrEqual(34 * PAGE);
  expect(VOLUMES).toBeGreaterThan(2 * 34 * PAGE);
});

test("a reader that has seen enough ends the listing", async () => {
  many();
  const { child, ended } = clouds.start("volumes list --cloud ocean -o jsonl");
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.stdout?.destroy();
  const { code, err } = await ended;
  expect([code, err]).toEqual([0, ""]);
  expect(pagesAsked() * PAGE).toBeLessThan(VOLUMES);
});

test("a cloud that fails is a line of its own after the others, and a missing volume a failure", async () => {
  few();
  const { code, out } = await clouds.run("volumes list -o jsonl", { ...ENV, TOKEN: "wrong" });
  expect(code).toBe(1);
  expect(linesOf(out)).toMatchObject([
    { cloud: "samsung", name: "erp" },
    { cloud: "ocean", error: { code: "unauthenticated" } },
  ]);
  const missing = await clouds.run("snapshots list --volume nix -o jsonl");
  expect(missing).toMatchObject({ code: 1, out: "" });
  expect(linesOf(missing.err)).toMatchObject([{ error: { code: "not_found" } }]);
});

test("it goes with lists alone, and with nothing that needs all of a list", async () => {
  const [elsewhere, sorted, again] = await Promise.all([
    clouds.run("clouds list -o jsonl"),
    clouds.run("volumes list -o jsonl --sort name"),
    clouds.run("snapshots list -o jsonl --watch"),
  ]);
  expect(elsewhere.err).toContain("-o jsonl goes with polyvol volumes list and polyvol snapshots list only");
  expect(sorted.err).toContain("--sort does not go with -o jsonl");
  expect(again.err).toContain("--watch does not go with -o jsonl");
  for (const { code, out } of [elsewhere, sorted, again]) expect([code, out]).toEqual([2, ""]);
});
