import { readFile, rename } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type DeviceLayer, readRecord } from "@polyvol/backup";
import { createEmulatedDevices, type EmulatedDevices } from "@polyvol/emulators";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Machine } from "../src/context.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { runHere, type Written } from "./in-process.ts";
import { PROCESS_ENV } from "./polyvol.ts";

const SERVER = "1001";
/** Says where the data is, and what it was asked for: `process.argv[1]`. */
const TOOL = `
const { POLYVOL_VOLUME_NAME: volume, POLYVOL_DEVICE: device, POLYVOL_MOUNT: mount = "no mount" } = process.env;
if (volume === process.env.BREAKS) { console.error("Fatal: no space left in the repository"); process.exit(3); }
if (process.argv[2] === "hang") setInterval(() => 0, 1000);
console.log(["stored", volume, device, mount].join(" "));
`;

let clouds: Clouds;
let devices: EmulatedDevices & DeviceLayer;
let machine: Machine;
beforeEach(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({
    volumes: ["web", "db"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 })),
  });
  await clouds.write("tool.js", TOOL);
  devices = createEmulatedDevices({
    inventory: () => clouds.ocean.inventory(),
    serverId: SERVER,
    links: ({ name }) => [`scsi-0DO_Volume_${name}`],
  });
  // Nobody answers there: discard.
  machine = { devices, metadataUrl: "http://127.0.0.1:9" };
});
afterEach(() => clouds.close());

/** Adds a policy, with these lines below `offsite`, and has it make its snapshots. */
async function withPolicy(...lines: readonly string[]): Promise<void> {
  const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  const offsite =
    lines.length === 0 ? "" : `    offsite:\n${lines.map((line) => `      ${line}\n`).join("")}`;
  await clouds.write(
    "polyvol.config.yaml",
    `${config}policies:
  nightly:
    select: { cloud: ocean, name: [ "web", "db" ] }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 2 }
${offsite}`,
  );
  const ran = await clouds.run("backup run");
  expect(ran.code, ran.err).toBe(0);
}

const COMMAND = `command: [${JSON.stringify(process.execPath)}, tool.js]`;

/** Runs the command line on a server: the words of it, and more that may have blanks. */
function run(
  words: string,
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  onText?: (text: string) => void,
): Promise<Written> {
  const place = { folder: clouds.folder, env: { ...PROCESS_ENV, ...ENV, ...env } };
  return runHere([...words.split(" "), ...more], place, onText, machine);
}

const strays = (): string[] =>
  clouds.ocean
    .inventory()
    .volumes.map(({ name }) => name)
    .filter((name) => name.startsWith("polyvol-"));

/** A metadata service that answers as the Droplet of this id. */
async function onDroplet(id: string, region: string): Promise<() => Promise<unknown>> {
  const server = createServer((request, response) => {
    response.end(request.url === "/metadata/v1/id" ? id : region);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  machine = { devices, metadataUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  return () => new Promise((resolve) => server.close(resolve));
}

describe("by policy", () => {
  test("takes what is due, tells the record, and has nothing to do after that", async () => {
    await withPolicy(COMMAND, "every: 1d", "mount: true");
    const close = await onDroplet(SERVER, "nyc3");
    const first = await run("backup offsite --record runs.jsonl");
    await close();
    expect(first.code, first.err).toBe(0);
    expect(first.out).toContain("2 volumes: 2 off-site, 0 failed.");
    expect(first.err).toMatch(/stored web \/dev\/vdb \/run\/emulated\/polyvol-drill-/);
    expect(first.err).toMatch(/db on ocean, policy nightly: off-site in /);
    expect(strays()).toEqual([]);
    const { entries, aside } = await readRecord(join(clouds.folder, "runs.jsonl"));
    expect(aside).toEqual([]);
    expect(entries).toMatchObject(
      Array.from({ length: 2 }, () => ({
        kind: "offsite",
        ok: true,
        policyId: "nightly",
        volumeName: expect.stringMatching(/web|db/),
        command: { program: process.execPath, exitCode: 0 },
      })),
    );
    // Nothing is due, so that nobody has to know which server this is.
    const again = await run("backup offsite --record runs.jsonl -o json");
    expect(again.code, again.err).toBe(0);
    const report = JSON.parse(again.out);
    expect(report).toMatchObject({ ok: true, volumes: [{ outcome: "not_due" }, { outcome: "not_due" }] });
  });

  test("a run says what is due, by the record, and without one nothing", async () => {
    await withPolicy(COMMAND);
    const told = await run("backup run --record runs.jsonl");
    expect(told.code, told.err).toBe(0);
    expect(told.err).toContain("2 volumes are due off-site: polyvol backup offsite takes them there.");
    await run(`backup offsite --cloud ocean --server ${SERVER} --record runs.jsonl`);
    for (const words of [
      "backup run --record runs.jsonl",
      "backup run",
      "backup run --quiet --record new.jsonl",
    ]) {
      expect((await run(words)).err).not.toContain("off-site");
    }
  });

  test("a record that was put aside, with nothing written since, is read", async () => {
    await withPolicy(COMMAND);
    const words = `backup offsite --cloud ocean --server ${SERVER} --record runs.jsonl`;
    expect((await run(words)).code).toBe(0);
    await rename(join(clouds.folder, "runs.jsonl"), join(clouds.folder, "runs.jsonl.1"));
    const again = await run(`${words} -o json`);
    expect(again.code, again.err).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({
      volumes: [{ outcome: "not_due" }, { outcome: "not_due" }],
    });
  });

  test("its age is in status, in the metrics and in the report", async () => {
    await withPolicy(COMMAND);
    const unknown = await run("backup status");
    expect(unknown.code, unknown.err).toBe(0);
    expect(unknown.out).toContain("Off-site: unknown without a record (--record).");
    await run(`backup offsite --cloud ocean --server ${SERVER} --record runs.jsonl`);
    const known = await run("backup status --record runs.jsonl");
    expect(known.code, known.err).toBe(0);
    expect(known.out).toContain("OFF-SITE");
    expect(known.out).toContain("Off-site: 2 fresh, 0 late, 0 never, 0 new.");
    const metrics = await run("backup status -o prometheus --record runs.jsonl");
    expect(metrics.out).toMatch(
      /^polyvol_offsite_last_success_timestamp_seconds\{cloud="ocean",policy="nightly",volume="db",volume_id="[^"]+"\} \d+/m,
    );
    const told = await run("backup report -o json --record runs.jsonl");
    expect(JSON.parse(told.out)).toMatchObject({
      offsites: [{ kind: "offsite", ok: true }, { kind: "offsite" }],
      proofs: [{ by: "offsite" }, { by: "offsite" }],
    });
    const page = await run("backup report --html page.html --record runs.jsonl");
    expect(page.code, page.err).toBe(0);
    expect(await readFile(join(clouds.folder, "page.html"), "utf8")).toContain(
      '<h2 id="offsite">Off-site</h2>',
    );
  });

  test("a full repository is the tool's own failure, in its own words, and the other volume is taken", async () => {
    await withPolicy(COMMAND, "environment: [BREAKS]");
    const failed = await run(`backup offsite --cloud ocean --server ${SERVER} --record runs.jsonl`, [], {
      BREAKS: "db",
    });
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(
      /error: ocean: policy nightly: volume db: the command ".*" ended with 3: Fatal: no space left in the repository/,
    );
    expect(failed.out).toContain("2 volumes: 1 off-site, 1 failed.");
    expect(strays()).toEqual([]);
  });

  test("a command that hangs is ended when its time is over", async () => {
    await withPolicy(`command: [${JSON.stringify(process.execPath)}, tool.js, hang]`, "timeout: 1s");
    const late = await run(`backup offsite --cloud ocean --server ${SERVER}`);
    expect(late.code).toBe(1);
    expect(late.err).toMatch(/took longer than 1s and was ended \(offsite\.timeout gives it longer\)/);
    expect(late.err).toContain("Without --record nobody knows what has left before: everything is due.");
    expect(strays()).toEqual([]);
  });

  test("and at Ctrl-C all ends in order", async () => {
    await withPolicy(`command: [${JSON.stringify(process.execPath)}, tool.js, hang]`);
    const words = `backup offsite --cloud ocean --server ${SERVER}`;
    const stopped = await run(words, [], {}, (text) => {
      if (text.includes("stored")) process.emit("SIGINT");
    });
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain("Stopped. Run again: it goes on with what is due.");
    expect(stopped.out).toMatch(/1 failed, 1 left\./);
    expect(strays()).toEqual([]);
  });

  test("on no server of the cloud, nothing is begun, and what to do is said", async () => {
    await withPolicy(COMMAND);
    const nowhere = await run("backup offsite --record runs.jsonl");
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toMatch(
      /error: digitalocean findServer: which server this is could not be read from/,
    );
    expect(nowhere.err).toContain("--server ID");
    expect(strays()).toEqual([]);
  });

  test("a server of another region reaches nothing, and is named", async () => {
    await withPolicy(COMMAND);
    const close = await onDroplet("1001", "sfo3");
    const far = await run("backup offsite --record runs.jsonl");
    await close();
    expect(far.code).toBe(1);
    expect(far.out).toContain("2 volumes: 0 off-site, 0 failed, 2 elsewhere.");
    expect(far.err).toContain("this server reaches none of the volumes that are due");
    expect(far.err).toContain("it is in nyc3, and the server 1001 in sfo3");
  });

  test("a record that cannot be read is said, and everything is due", async () => {
    await withPolicy(COMMAND);
    const odd = await run(`backup offsite --cloud ocean --server ${SERVER} --record tool.js`);
    expect(odd.code).toBe(1);
    expect(odd.err).toMatch(/error: --record: tool\.js: found .*; everything is due/);
    expect(odd.out).toContain("2 off-site");
  });

  test.each<[string, string, (readonly string[])?]>([
    [
      "backup offsite --mount",
      "--mount goes with --volume or --snapshot; else offsite.mount of a policy says it.",
    ],
    ["backup offsite --taken-by 2026-01-01T00:00:00Z", "--taken-by goes with --volume or --snapshot."],
    ["backup offsite", "a command goes with --volume or --snapshot", ["--", "true"]],
    ["backup offsite --policy weekly", "--policy: found weekly; allowed: nightly"],
    ["backup offsite --volume db", "say what to run on the data, after --"],
    ["backup offsite --volume db --all", "--all goes with policies", ["--", "true"]],
    [
      "backup offsite --snapshot 1 --policy nightly",
      "--policy and --taken-by choose among the snapshots of a --volume",
      ["--", "true"],
    ],
    [
      "backup offsite --volume db --policy a --policy b",
      "--policy: with --volume, one at most",
      ["--", "true"],
    ],
  ])("%s is refused: %s", async (words, message, more = []) => {
    await withPolicy(COMMAND);
    const refused = await run(words, more);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(message);
  });

  test("with a server of any of several clouds", async () => {
    const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
    await clouds.write(
      "polyvol.config.yaml",
      `${config}policies: { nightly: { select: { name: db }, schedule: { every: 6h, timezone: UTC }, retention: { daily: 1 }, offsite: { ${COMMAND} } } }`,
    );
    const refused = await run("backup offsite --server 1001");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(
      "--server is a server of one cloud: say with --cloud of which: ocean or samsung.",
    );
  });

  test("without a policy that says what to run", async () => {
    await withPolicy();
    const refused = await run("backup offsite");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(
      'no policy says what to run off-site; allowed: "offsite" in at least one of nightly',
    );
  });

  test("with an `offsite` that is wrong", async () => {
    const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
    await clouds.write(
      "polyvol.config.yaml",
      `${config}policies: { nightly: { select: { name: db }, schedule: { every: 6h, timezone: UTC }, retention: { daily: 1 }, offsite: { command: [], every: 1m } } }`,
    );
    const refused = await run("backup offsite");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("policies.nightly.offsite.command");
    expect(refused.err).toContain("policies.nightly.offsite.every");
  });
});

describe("by hand", () => {
  const tool = ["--", process.execPath, "tool.js"];

  test("one volume", async () => {
    await withPolicy();
    const words = `backup offsite --cloud ocean --volume db --server ${SERVER} --mount -o json`;
    const done = await run(words, tool);
    expect(done.code, done.err).toBe(0);
    expect(JSON.parse(done.out)).toMatchObject({
      ok: true,
      volumes: [{ volumeName: "db", outcome: "done", command: { exitCode: 0 } }],
    });
  });

  test.each<[string, readonly string[], RegExp]>([
    ["db", ["--", "no-such-program"], /the command "no-such-program" could not start: .*ENOENT/],
    ["nosuch", tool, /no volume has the name or the id "nosuch"/],
  ])("volume %s and %s", async (volume, more, message) => {
    await withPolicy();
    const failed = await run(`backup offsite --cloud ocean --volume ${volume} --server ${SERVER}`, more);
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(message);
    expect(strays()).toEqual([]);
  });
});

describe("drill --check", () => {
  const drill = `backup drill --cloud ocean --volume db --server ${SERVER}`;

  test("says what was checked, and the record keeps it", async () => {
    await withPolicy();
    const words = `${drill} --mount --record runs.jsonl --check ${process.execPath}`;
    const passed = await run(words, ["--", "tool.js"]);
    expect(passed.code, passed.err).toBe(0);
    expect(passed.out).toMatch(/command +passed: found ended with 0 in .*; wanted ".*" ends with 0/);
    expect(passed.err).toMatch(/stored db \/dev\/vdb \/run\/emulated\//);
    const { entries } = await readRecord(join(clouds.folder, "runs.jsonl"));
    expect(entries).toMatchObject([{ kind: "drill", ok: true, command: { exitCode: 0 } }]);
    const page = await run("backup report --html page.html --record runs.jsonl");
    expect(page.code, page.err).toBe(0);
    expect(await readFile(join(clouds.folder, "page.html"), "utf8")).toContain(
      "Drills whose data a command has read",
    );
  });

  test("ended by --timeout, it names the temporary volume that it could not remove", async () => {
    await withPolicy();
    clouds.ocean.faults.add({
      kind: "answer",
      status: 403,
      match: { method: "DELETE", path: "/v2/volumes/*" },
    });
    const words = `${drill} --timeout 1h --check ${process.execPath}`;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    const late = await run(words, ["--", "tool.js", "hang"], {}, (text) => {
      if (text.includes("stored")) vi.advanceTimersByTime(3_600_000);
    }).finally(() => vi.useRealTimers());
    expect(late.code).toBe(1);
    const [name] = strays();
    expect(name).toBeDefined();
    expect(late.err).toContain(`error: temporary volume ${name} of a drill on ocean may still be there: `);
  });

  test("bad data is no proof", async () => {
    await withPolicy();
    const failed = await run(`${drill} --environment BREAKS --check ${process.execPath}`, ["--", "tool.js"], {
      BREAKS: "db",
    });
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(/ended with 3: Fatal: no space left in the repository/);
    expect(strays()).toEqual([]);
  });

  test.each<[string, string, (readonly string[])?]>([
    ["--server 1", "--server goes with --check."],
    ["--mount", "--mount goes with --check."],
    ["--environment PGHOST", "--environment goes with --check."],
    ["--quiet", "A volume is named by --volume", ["--", "fsck"]],
  ])("%s without it is refused: %s", async (words, message, more = []) => {
    const refused = await run(`backup drill --cloud ocean --volume db ${words}`, more);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(message);
  });
});
