import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { polyvol } from "./polyvol.ts";

const POLICIES = `policies:
  nightly:
    select: { name: "*" }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 4 }
`;

const DB = "506f78a4-e098-11e5-ad9f-000f53306ae1";

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ id: DB, name: "db", region: "nyc3", size_gigabytes: 1 }] });
  clouds.ocean.seed({ snapshots: [{ name: "first", resource_id: DB }] });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES}`);
});
afterAll(() => clouds.close());

const REDIS = "--redis redis://127.0.0.1:1";

test.concurrent.each([
  ["backup report --days 401", "--days: found 401, allowed: a whole number from 1 to 400"],
  [`fleet status ${REDIS} --queue a/b`, '--queue: found "a/b"; allowed: 1 to 64 letters'],
  ["fleet status --redis nowhere", "--redis: found a text that is no address of Redis; allowed: redis://"],
  ["volumes create x --cloud ocean --size 99999", ' volumes.create "x": --size: found 99999 GiB, allowed '],
  ["volumes create x --cloud ocean --size 1 --tag a*=b", ' "x": --tag: found "a*" = "b", allowed: '],
  ["volumes create x --cloud samsung --size 8 --type=", ' volumes.create: --type: found "", allowed: '],
  ["backup restore --cloud ocean --volume db --as DB", ' volumes.create "DB": --as: found "DB", allowed '],
  // Of an argument, the name is the library's.
  ["volumes create X --cloud ocean --size 1", ' volumes.create "X": name: found "X", allowed '],
])("%s names what was typed", async (command, words) => {
  const [text, data] = await Promise.all([clouds.run(command), clouds.run(`${command} -o json`)]);
  expect(text).toMatchObject({ code: 2, out: "" });
  expect(text.err).toContain(words);
  expect(JSON.parse(data.err.split("\n").at(-2) ?? "").error.message).toContain(words);
});

test("what a variable gives is named by it", async () => {
  const { code, err } = await clouds.run("fleet status", { ...ENV, POLYVOL_REDIS_URL: "nowhere" });
  expect(err).toMatch(/^error: POLYVOL_REDIS_URL: found a text that is no address of Redis; /);
  expect(code).toBe(2);
});

test("what a library says of the command is what was typed", async () => {
  const npx = { npm_config_user_agent: "npm/11.19.1 node/v24.5.0 linux x64", npm_command: "exec" };
  const { err } = await polyvol(["volumes", "list"], { cwd: dirname(clouds.folder), env: npx });
  expect(err).toMatch(/ or write one with: npx polyvol config init\n$/);
});

test("nobody is asked about what a provider cannot do", async () => {
  const { code, out, err } = await clouds.run("volumes revert --cloud ocean db first");
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("a volume cannot be set back to a snapshot here; create a new volume from it");
  expect(err).not.toContain("Nobody can be asked");
});
