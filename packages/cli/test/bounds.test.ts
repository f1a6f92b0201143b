import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type Clouds, startClouds } from "./clouds.ts";

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({
    volumes: ["db", "web"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 })),
  });
  const text = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  const { ocean = {} } = (parse(text) as { clouds: Record<string, Record<string, unknown>> }).clouds;
  const options = { ...(ocean["options"] as object), quotas: [{ requests: 24, windowMs: 3_600_000 }] };
  const policies = (every: string): object => ({
    nightly: { select: { name: "*" }, schedule: { every, timezone: "UTC" }, retention: { last: 1 } },
  });
  const write = (file: string, every: string): Promise<void> =>
    clouds.write(file, stringify({ clouds: { ocean: { ...ocean, options } }, policies: policies(every) }));
  await write("polyvol.config.yaml", "1d");
  await write("often.yaml", "15min");
});
afterAll(() => clouds.close());

const WARNING =
  /^warning: account \S+ \(ocean\): \d+ requests in each 15 minutes, at 24 in 60 minutes: at least \d+(?:\.\d)? minutes, longer than the 15 minutes from slot to slot; slots will be missed, on however many machines: take longer intervals, fewer volumes, or a larger quota$/m;

test("plan says where the bound of an account lies, and run says it before it does anything", async () => {
  const plan = await clouds.run("backup plan -c often.yaml");
  // A warning changes no exit code.
  expect(plan.code).toBe(0);
  expect(plan.err).toMatch(WARNING);
  const data = JSON.parse((await clouds.run("backup plan -c often.yaml -o json")).out);
  expect(data.bounds).toMatchObject([{ clouds: ["ocean"], intervalMs: 900_000, tooLarge: true }]);
  const run = await clouds.run("backup run -c often.yaml");
  expect(run.code).toBe(0);
  const [first = ""] = run.err.split("\n");
  expect(first).toMatch(WARNING);
});

test("nothing is said of an account that fits", async () => {
  const plan = await clouds.run("backup plan");
  expect([plan.code, plan.err]).toEqual([0, ""]);
});
