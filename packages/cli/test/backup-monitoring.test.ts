import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { deliver } from "../src/commands/backup/monitoring/deliver.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { closedUrl, type Receiver, startReceiver } from "./receiver.ts";

const POLICIES = `policies:
  nightly:
    select: { cloud: ocean }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { last: 4 }
`;
const FAILING = `    hooks: { before: { command: [sh, -c, "echo no lock; exit 3"] } }
`;
const SECRET = `whsec_${Buffer.from("a key of thirty-two bytes or so").toString("base64")}`;

let clouds: Clouds;
let config: string;
beforeEach(async () => {
  clouds = await startClouds();
  onTestFinished(() => clouds.close());
  clouds.ocean.seed({ volumes: [{ name: "a", region: "nyc3", size_gigabytes: 10 }] });
  config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("polyvol.config.yaml", `${config}${POLICIES}`);
});

const fail = (): Promise<void> => clouds.write("polyvol.config.yaml", `${config}${POLICIES}${FAILING}`);
const targets = ({ received }: Receiver): readonly string[] =>
  received.map(({ method, target }) => `${method} ${target.replace(/rid=[0-9a-f-]{36}/, "rid=ID")}`);

test("a dead man's switch is told of the start and of the success of a run, with one id", async () => {
  const receiver = await startReceiver();
  const run = await clouds.run(`backup run --quiet --ping ${receiver.url}/checks/one/?create=1`);
  expect(run).toMatchObject({ code: 0, err: "" });
  expect(targets(receiver)).toEqual([
    "POST /checks/one/start?create=1&rid=ID",
    "POST /checks/one?create=1&rid=ID",
  ]);
  const ids = receiver.received.map(({ target }) => new URL(target, receiver.url).searchParams.get("rid"));
  expect(new Set(ids).size).toBe(1);
  expect(receiver.received[1]?.body).toBe("1 volume: 1 created, 0 deleted, 0 left.");
});

test("it is told of failures with what went wrong, also of those before any cloud was asked", async () => {
  const receiver = await startReceiver();
  const env = { ...ENV, POLYVOL_PING_URL: receiver.url };
  await fail();
  expect(await clouds.run("backup run -q", env)).toMatchObject({ code: 1 });
  await clouds.write("polyvol.config.yaml", "clouds: {}\n");
  expect(await clouds.run("backup run -q", env)).toMatchObject({ code: 2 });
  const ends = receiver.received.filter(({ target }) => !target.startsWith("/start"));
  expect(ends.map(({ target }) => target.split("?")[0])).toEqual(["/fail", "/fail"]);
  expect(ends[0]?.body).toMatch(
    /^1 volume: 0 created, 0 deleted, 1 left\.\nocean: policy nightly: volume a: the hook "sh" ended with 3: no lock/,
  );
  expect(ends[1]?.body).toContain("polyvol.config.yaml:1:1: clouds: found");
});

test("it is told that a record could not be written: who asked for one does not have it", async () => {
  const receiver = await startReceiver();
  const run = await clouds.run(`backup run -q --record none/runs.jsonl --ping ${receiver.url}`);
  expect(run.code).toBe(1);
  expect(targets(receiver)).toEqual(["POST /start?rid=ID", "POST /fail?rid=ID"]);
  expect(receiver.received[1]?.body).toMatch(
    /^1 volume: 1 created, 0 deleted, 0 left\.\n--record: none\/runs\.jsonl: found a path that cannot be written/,
  );
});

test("checks tell it as well: a late volume is a failure, a drill that proves is none", async () => {
  const receiver = await startReceiver();
  const status = await clouds.run(`backup status -q --grace 1ms --ping ${receiver.url}`);
  expect(status.code).toBe(4);
  await clouds.run("backup run -q");
  const drill = await clouds.run(`backup drill -q --cloud ocean --volume a --ping ${receiver.url}`);
  expect(drill).toMatchObject({ code: 0, err: "" });
  expect(targets(receiver)).toEqual([
    "POST /start?rid=ID",
    "POST /fail?rid=ID",
    "POST /start?rid=ID",
    "POST /?rid=ID",
  ]);
  expect(receiver.received[3]?.body).toBe("drill of a on ocean: the snapshot restores.");
});

test("a notification is sent only when something needs attention, and its signature is the standard's", async () => {
  const receiver = await startReceiver();
  const env = { ...ENV, POLYVOL_NOTIFY_URL: `${receiver.url}/hook`, POLYVOL_NOTIFY_SECRET: SECRET };
  expect(await clouds.run("backup run -q", env)).toMatchObject({ code: 0, err: "" });
  expect(receiver.received).toEqual([]);
  clouds.ocean.seed({ volumes: [{ name: "b", region: "nyc3", size_gigabytes: 10 }] });
  await fail();
  await clouds.run("backup run -q", env);
  expect(targets(receiver)).toEqual(["POST /hook"]);
  const [{ headers, body }] = receiver.received as [Receiver["received"][number]];
  const document = new Webhook(SECRET).verify(body, headers as Record<string, string>);
  expect(document).toMatchObject({
    type: "polyvol.attention",
    text: expect.stringContaining("no lock"),
    data: {
      command: "backup run",
      exitCode: 1,
      problems: [{ cloud: "ocean", policyId: "nightly", volumeName: "b", effect: "nothing_done" }],
    },
  });
  expect(() => new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>)).toThrow();
  expect(JSON.stringify(receiver.received)).not.toContain("-secret");
});

test("a secret can stand in a file, and one that is no key is refused before anything is done", async () => {
  const receiver = await startReceiver();
  await fail();
  await clouds.write("key", `${SECRET}\n`);
  await clouds.run(`backup run -q --notify ${receiver.url} --notify-secret-file key`);
  expect(receiver.received[0]?.headers["webhook-signature"]).toMatch(/^v1,/);
  await clouds.write("short", "too short\n");
  await clouds.write("empty", "\n");
  const refusals = ["short", "empty", "absent"].map(async (file) => {
    const { code, err } = await clouds.run(
      `backup run --notify ${receiver.url} --notify-secret-file ${file}`,
    );
    return [code, err];
  });
  expect(await Promise.all(refusals)).toEqual([
    [2, "error: --notify-secret-file: found a key of 9 bytes, allowed: 24 and more\n"],
    [2, "error: --notify-secret-file: empty: found an empty file; allowed: a file with a secret\n"],
    [2, "error: --notify-secret-file: absent: found no such file; allowed: a file with a secret\n"],
  ]);
  expect(receiver.received).toHaveLength(1);
});

test("an address that is none is refused without being shown", async () => {
  for (const address of ["hc.example/uuid-secret", "ftp://hc.example/uuid-secret"]) {
    const { code, err } = await clouds.run(`backup run --ping ${address}`);
    expect([code, err]).toEqual([
      2,
      "error: --ping: found a text that is no address; allowed: https://… or http://…\n",
    ]);
  }
  // As a variable that is set to nothing, it is not there.
  expect(await clouds.run("backup run -q", { ...ENV, POLYVOL_PING_URL: "" })).toMatchObject({ code: 0 });
});

test("receivers that answer with errors, redirect or are away are named and harm nothing", async () => {
  const broken = await startReceiver((_, response) => {
    response.statusCode = 500;
    response.end();
  });
  const elsewhere = await startReceiver();
  const moved = await startReceiver((_, response) => {
    response.writeHead(302, { location: `${elsewhere.url}/secret` }).end();
  });
  const run = await clouds.run(
    `backup run -q --ping ${broken.url}/secret --notify ${moved.url}/secret-of-another`,
  );
  const host = new URL(broken.url).host;
  expect(run).toMatchObject({
    code: 0,
    err: `warning: the ping was not delivered: ${host} answered 500. The backup itself is not affected.\n`,
  });
  // Start and success, three attempts each.
  expect(broken.received).toHaveLength(6);
  await fail();
  clouds.ocean.seed({ volumes: [{ name: "b", region: "nyc3", size_gigabytes: 10 }] });
  const away = await closedUrl();
  const failed = await clouds.run(`backup run -q --notify ${moved.url}/secret --ping ${away}/secret`);
  expect(failed.code).toBe(1);
  expect(failed.err).toContain(
    `warning: the notification was not delivered: ${new URL(moved.url).host} answered 302, a redirect to ` +
      `${new URL(elsewhere.url).host}, which is not followed: give the last address. `,
  );
  expect(failed.err).toContain(
    `warning: the ping was not delivered: ${new URL(away).host} could not be reached (ECONNREFUSED).`,
  );
  expect(failed.err).not.toContain("secret");
  expect(elsewhere.received).toEqual([]);
});

test("a receiver that hangs is given up", async () => {
  const hanging = await startReceiver(() => undefined);
  const delivery = { url: new URL(`${hanging.url}/secret`), body: "", headers: {} };
  expect(await deliver(delivery, { attemptMs: 20, totalMs: 60 })).toBe(
    `${delivery.url.host} gave no answer in time`,
  );
});
