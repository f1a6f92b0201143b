/** `--watch`: again and again, calmly, until it is ended. */
import { join } from "node:path";
import { createVirtualClock } from "@polyvol/core/driver";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadBackupSetup, rememberSetup } from "../src/commands/backup/setup.ts";
import { createContext } from "../src/context.ts";
import { CONFIGURATION, FAILED } from "../src/errors.ts";
import { listenForInterrupts } from "../src/interruption.ts";
import { pauseAfter, repeat } from "../src/watch.ts";
import { type Clouds, startClouds } from "./clouds.ts";

describe("when it looks", () => {
  /** Looks until `ms` have passed, and says when it looked. */
  async function looksWithin(
    ms: number,
    { code = () => 0, requestsPerLook = 1 }: { code?: (look: number) => number; requestsPerLook?: number },
  ): Promise<{ readonly at: readonly number[]; readonly code: number }> {
    const clock = createVirtualClock(0);
    const ending = new AbortController();
    const at: number[] = [];
    let requests = 0;
    const ended = repeat(
      async () => {
        at.push(clock.now() / 1000);
        requests += requestsPerLook;
        return code(at.length);
      },
      { everyMs: 30_000, clock, signal: ending.signal, requests: () => requests },
    );
    await clock.advance(ms);
    ending.abort(new Error("Ctrl-C"));
    return { at, code: await ended };
  }

  test("at its interval, and it ends with 0 when it is ended", async () => {
    expect(await looksWithin(100_000, {})).toEqual({ at: [0, 30, 60, 90], code: 0 });
  });

  test("never more than 600 requests an hour, however many a look takes", async () => {
    const { at } = await looksWithin(3_600_000, { requestsPerLook: 50 });
    expect(at.slice(0, 3)).toEqual([0, 300, 600]);
    expect(at.length * 50).toBeLessThanOrEqual(650);
  });

  test("less and less at what fails, and again as usual once it does not", async () => {
    const { at } = await looksWithin(1_400_000, { code: (look) => (look <= 6 ? FAILED : 0) });
    expect(at).toEqual([0, 60, 180, 420, 720, 1020, 1320, 1350, 1380]);
    expect(pauseAfter(600_000, 1, 5)).toBe(600_000);
  });

  test("not at a configuration that is wrong, but again where it was right before", async () => {
    expect(await looksWithin(100_000, { code: () => CONFIGURATION })).toEqual({
      at: [0],
      code: CONFIGURATION,
    });
    const once = await looksWithin(200_000, { code: (look) => (look === 2 ? CONFIGURATION : 0) });
    expect(once).toEqual({ at: [0, 30, 90, 120, 150, 180], code: 0 });
  });
});

describe("as a command", () => {
  let clouds: Clouds;
  beforeAll(async () => {
    clouds = await startClouds();
    clouds.ocean.seed({ volumes: [{ name: "db", region: "nyc3", size_gigabytes: 10 }] });
  });
  afterAll(() => clouds.close());

  test("Ctrl-C is its usual end", async () => {
    const { child, ended, saw } = clouds.start("volumes list --cloud ocean --watch 1h");
    await saw("available");
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /^Every 60 min, until Ctrl-C\. \d{4}-\d\d-\d\d \d\d:\d\dZ\n\nCLOUD +NAME .*\nocean +db .*\n$/,
    );
  });

  test("where nobody reads any more, nothing more is asked", async () => {
    const { child, ended } = clouds.start("volumes list --cloud ocean --watch 1h");
    child.stdout?.destroy();
    expect((await ended).code).toBe(0);
  });

  test("data is a line for each look", async () => {
    const { child, ended, saw } = clouds.start("volumes list --cloud ocean --watch 1h -o json");
    await saw("available");
    child.kill("SIGTERM");
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([[{ name: "db" }]]);
  });

  test("what could not be connected at first is connected at a later look", async () => {
    const options = `options: { baseUrl: "${clouds.urls.ocean}" }`;
    const cloud = `{ provider: digitalocean, region: nyc3, credentials: { token: { file: late } }, ${options} }`;
    const policy = `{ select: { name: "*" }, schedule: { cron: "@yearly", timezone: UTC }, retention: { last: 1 } }`;
    await clouds.write("late.yaml", `clouds: { ocean: ${cloud} }\npolicies: { yearly: ${policy} }\n`);
    const interrupts = listenForInterrupts();
    onTestFinished(() => interrupts.release());
    const given = { runId: () => "", machine: {}, interrupts, ended: interrupts.signal };
    const context = createContext({ config: join(clouds.folder, "late.yaml") }, given);
    const setup = rememberSetup(() => loadBackupSetup(context));
    await expect(context.connect("ocean")).rejects.toThrow("which does not exist");
    expect((await setup()).clouds.get("ocean")).toBeInstanceOf(Error);
    await clouds.write("late", "T-secret");
    expect((await context.connect("ocean")).provider).toBe("digitalocean");
    const whole = await setup();
    expect(whole.clouds.get("ocean")).not.toBeInstanceOf(Error);
    expect(await setup()).toBe(whole);
  });

  test("a status goes on looking where a cloud cannot be connected yet", async () => {
    const policy = `{ select: { name: "*" }, schedule: { cron: "@yearly", timezone: UTC }, retention: { last: 1 } }`;
    const cloud = "{ provider: digitalocean, region: nyc3, credentials: { token: { file: later } } }";
    await clouds.write("later.yaml", `clouds: { ocean: ${cloud} }\npolicies: { yearly: ${policy} }\n`);
    const { child, ended, saw } = clouds.start("backup status --watch 1h -c later.yaml");
    await saw("later, which does not exist");
    child.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });

  test("an interval that would press, and a column that is none, are refused before any request", async () => {
    const before = clouds.ocean.log.entries().length;
    expect((await clouds.run("volumes list --watch 1s")).err).toContain("Give a time from 5s.");
    expect((await clouds.run("volumes list --watch --sort colour")).code).toBe(2);
    expect(clouds.ocean.log.entries()).toHaveLength(before);
  });
});
