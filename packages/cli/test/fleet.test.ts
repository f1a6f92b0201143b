/** `polyvol fleet` on a real Redis, with the emulators as the clouds. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FleetError } from "@polyvol/fleet";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { REDIS_SERVER, type RedisServer, startRedis, WITHOUT_REDIS } from "../../fleet/test/redis-server.ts";
import { errorData } from "../src/errors.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { start } from "./polyvol.ts";

/** No slot comes due while a test runs. */
const POLICIES = `policies:
  yearly:
    select: { name: "*" }
    schedule: { cron: "@yearly", timezone: UTC }
    retention: { yearly: 7 }
`;

async function openFleet(): Promise<Clouds> {
  const clouds = await startClouds();
  onTestFinished(() => clouds.close());
  clouds.ocean.seed({ volumes: ["db", "web"].map((name) => ({ name, region: "nyc3", size_gigabytes: 1 })) });
  clouds.samsung.seed({ volumes: [{ name: "erp", size: 8 }] });
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  const named = config.replaceAll(/^ {2}(ocean|samsung):$/gm, "  $1:\n    account: $1");
  await clouds.write("polyvol.config.yaml", `${named}${POLICIES}`);
  return clouds;
}

test("where the queue is has to be said", async () => {
  const clouds = await openFleet();
  for (const command of ["dispatch", "work", "status"]) {
    const { code, err } = await clouds.run(`fleet ${command}`);
    expect([code, err]).toEqual([
      2,
      "error: --redis or POLYVOL_REDIS_URL: found nothing; allowed: redis://HOST:6379\n",
    ]);
    const { code: refused, err: why } = await clouds.run(`fleet ${command} --redis redis://x --cloud ocean`);
    expect([refused, why]).toEqual([2, expect.stringContaining("--cloud does not go with this command")]);
  }
});

test("a Redis that is away is named without its password", async () => {
  const clouds = await openFleet();
  const env = { ...ENV, POLYVOL_REDIS_URL: "redis://me:planted-password@127.0.0.1:1" };
  for (const command of ["dispatch", "work", "status"]) {
    const { code, out, err } = await clouds.run(`fleet ${command}`, env);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(
      "error: redis://127.0.0.1:1 does not answer: nothing listens there (ECONNREFUSED)\n" +
        "next:  see that Redis runs there and that this machine reaches it, then repeat\n",
    );
  }
});

test("a Redis that refuses the password leads to both places where the address may stand", () => {
  const refused = new FleetError("unauthenticated", "redis://127.0.0.1:1: found a wrong password");
  expect(errorData(refused).next).toBe("check the user and password of --redis or POLYVOL_REDIS_URL");
});

const title = REDIS_SERVER === undefined ? `polyvol fleet (${WITHOUT_REDIS})` : "polyvol fleet";

describe.skipIf(REDIS_SERVER === undefined)(title, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test("what is dispatched is worked on until the worker is told to stop", async () => {
    const clouds = await openFleet();
    const env = { ...ENV, POLYVOL_REDIS_URL: redis.url };
    const first = await clouds.run("fleet dispatch -o json", env);
    expect(JSON.parse(first.out)).toMatchObject({
      added: [{ account: "ocean" }, { account: "samsung" }],
      known: 0,
    });
    expect(await clouds.run("fleet dispatch", env)).toMatchObject({
      code: 0,
      out: "0 jobs put on the queue, 2 known, 0 not due.\n",
    });
    const waiting = await clouds.run("fleet status --grace 9000h", env);
    expect(waiting.code).toBe(0);
    expect(waiting.out).toContain("well: 2 accounts: 0 done, 2 waiting, 0 active");

    const args = ["fleet", "work", "--concurrency", "2", "--record", "runs.jsonl"];
    const worker = start(args, { cwd: clouds.folder, env });
    await worker.saw("ocean: done, 2 volumes, 2 created, 0 deleted");
    await worker.saw("samsung: done, 1 volume, 1 created, 0 deleted");
    worker.child.kill("SIGTERM");
    const { code, out, err } = await worker.ended;
    expect([code, out]).toEqual([0, ""]);
    expect(err).toContain("Waiting for jobs.\n");
    expect(err).not.toMatch(/secret/);
    expect(clouds.ocean.inventory().snapshots).toHaveLength(2);
    expect(clouds.samsung.inventory().snapshots).toHaveLength(1);
    const record = (await readFile(join(clouds.folder, "runs.jsonl"), "utf8")).trimEnd().split("\n");
    expect(record.map((line) => JSON.parse(line))).toMatchObject([{ ok: true }, { ok: true }]);

    const after = await clouds.run("fleet status -o json", env);
    expect(JSON.parse(after.out)).toMatchObject({ verdict: "well", counts: { done: 2, workers: 0 } });
  });

  test("what fails is parked, and the status says so; a log is lines of JSON", async () => {
    const clouds = await openFleet();
    const queue = "--queue failing";
    const env = { ...ENV, POLYVOL_REDIS_URL: redis.url };
    await clouds.run(`fleet dispatch ${queue}`, env);
    // The account goes from the configuration after its job was put on the queue.
    const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
    await clouds.write("polyvol.config.yaml", config.replace("account: samsung", "account: another"));
    const args = ["fleet", "work", "--queue", "failing", "--log-format", "json"];
    const worker = start(args, { cwd: clouds.folder, env });
    await worker.saw('"event":"job.failed"');
    await worker.saw('"event":"job.done"');
    worker.child.kill("SIGTERM");
    const { code, err } = await worker.ended;
    expect(code).toBe(0);
    const lines = err
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const failed = lines.find(({ event }) => event === "job.failed");
    expect(failed).toMatchObject({ level: "error", account: "samsung", parked: true });
    expect(failed.message).toContain(
      "account samsung is not among the accounts of the configuration any more",
    );
    expect(lines.filter(({ event }) => event === "created")).toMatchObject([
      { account: "ocean", cloud: "ocean" },
      { account: "ocean", cloud: "ocean" },
    ]);
    const status = await clouds.run(`fleet status ${queue} --grace 1s`, env);
    expect(status.code).toBe(4);
    expect(status.out).toMatch(/samsung +gone .*is not among the accounts/);
    expect(status.out).toMatch(/another +none +late/);
  });
});
