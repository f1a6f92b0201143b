/** `--log-format json`: everything on standard error is a line of JSON, for those who collect logs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { startReceiver } from "./receiver.ts";

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  const volumes = ["db", "other"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 }));
  clouds.ocean.seed({ volumes });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  const policies = `policies:
  nightly:
    select: { name: db }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { last: 4 }
`;
  await clouds.write("backup.yaml", `${config}${policies}`);
  const hook = `    hooks: { before: { command: [sh, -c, "echo no lock; exit 3"] } }\n`;
  await clouds.write(
    "failing.yaml",
    `${config}${policies.replace("nightly", "failing").replace("name: db", "name: other")}${hook}`,
  );
});
afterAll(() => clouds.close());

type Line = Readonly<Record<string, unknown>>;

/** Every line, each of which has to be an object with time, level, run and message. */
function linesOf(err: string): readonly Line[] {
  const lines = err.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const read = JSON.parse(line) as Line;
    expect(Object.keys(read).slice(0, 3)).toEqual(["time", "level", "runId"]);
    expect(new Date(read["time"] as string).toISOString()).toBe(read["time"]);
    expect(["debug", "info", "warn", "error"]).toContain(read["level"]);
    expect(read["runId"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(read["message"]).not.toBe("");
    return read;
  });
}

test("a run logs its events with cloud, volume and policy, and its requests where they are asked for", async () => {
  const receiver = await startReceiver();
  const { code, err } = await clouds.run(
    `backup run -c backup.yaml --log-format json --verbose --ping ${receiver.url}`,
  );
  expect(code).toBe(0);
  const lines = linesOf(err);
  const own = lines.filter(({ level }) => level === "info");
  expect(own).toMatchObject([
    { event: "planned", volumes: 1, create: 1, delete: 0, message: "planned: 1 change" },
    { event: "creating", cloud: "ocean", volumeName: "db", policyId: "nightly" },
    { event: "created", cloud: "ocean", volumeName: "db", policyId: "nightly" },
    { event: "volume", cloud: "ocean", volumeName: "db", state: "done", message: "db on ocean: done" },
  ]);
  const answers = lines.filter(({ event }) => event === "response");
  expect(answers).toContainEqual(
    expect.objectContaining({ level: "debug", cloud: "ocean", method: "POST", status: 201 }),
  );
  const ids = new Set(lines.map(({ runId }) => runId));
  expect(ids.size).toBe(1);
  expect(receiver.received.map(({ target }) => target.split("rid=")[1])).toEqual([...ids, ...ids]);
  expect(err).not.toContain("T-secret");
});

test("failures are lines with a code and what to do next; problems of a run are there once", async () => {
  const wrong = await clouds.run("volumes get nope --cloud ocean --log-format json");
  expect(wrong).toMatchObject({ code: 1, out: "" });
  expect(linesOf(wrong.err)).toMatchObject([
    { level: "error", code: "not_found", next: expect.stringContaining("volumes list") },
  ]);
  const failed = await clouds.run("backup run -c failing.yaml --log-format json");
  const errors = linesOf(failed.err).filter(({ code }) => code === "operation_failed");
  expect(errors).toMatchObject([
    { level: "error", cloud: "ocean", message: expect.stringContaining("no lock") },
  ]);
});

test("a command line that cannot be understood is a line, too, also where the format is a variable's", async () => {
  const env = { ...ENV, POLYVOL_LOG_FORMAT: "json" };
  for (const [command, used] of [
    ["volumes lst --log-format json", ENV],
    ["backup run --polcy nightly", env],
  ] as const) {
    const { code, out, err } = await clouds.run(command, used);
    expect([code, out]).toEqual([2, ""]);
    expect(linesOf(err)).toMatchObject([
      { level: "error", code: "usage" },
      { level: "info", message: expect.stringContaining("--help") },
    ]);
  }
  const { code, err } = await clouds.run("volumes list --log-format xml");
  expect(code).toBe(2);
  expect(err).toContain("Allowed choices are text, json.");
});

test("what is wrong with an emulator's command line is an error, too", async () => {
  const { code, err } = await clouds.run("--log-format json emulator nowhere");
  expect(linesOf(err)).toMatchObject([
    { level: "error", message: expect.stringMatching(/^unknown provider "nowhere"; known: .* --help\)$/) },
  ]);
  expect(code).toBe(2);
});

test("a receiver that is away is a warning, and quiet says nothing more", async () => {
  const { err } = await clouds.run(
    "backup run -q -c backup.yaml --log-format json --ping http://127.0.0.1:1/x",
  );
  expect(linesOf(err)).toMatchObject([
    { level: "warn", message: expect.stringMatching(/^the ping was not delivered: 127\.0\.0\.1:1 /) },
  ]);
  expect(await clouds.run("backup run -q -c backup.yaml --log-format json")).toMatchObject({
    code: 0,
    err: "",
  });
});
