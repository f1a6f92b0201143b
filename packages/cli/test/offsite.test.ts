import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { readRecord } from "@polyvol/backup";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { COMMAND, createOffsiteWorld, type OffsiteWorld, SERVER } from "./offsite-world.ts";

let clouds: OffsiteWorld;
beforeEach(async () => {
  clouds = await createOffsiteWorld();
});
afterEach(() => clouds.close());

describe("by policy", () => {
  test("takes what is due, tells the record, and has nothing to do after that", async () => {
    await clouds.withPolicy(COMMAND, "every: 1d", "mount: true");
    const close = await clouds.onDroplet(SERVER, "nyc3");
    const first = await clouds.runThere("backup offsite --record runs.jsonl");
    await close();
    expect(first.code, first.err).toBe(0);
    expect(first.out).toContain("2 volumes: 2 off-site, 0 failed.");
    expect(first.err).toMatch(/stored web \/dev\/vdb \/run\/emulated\/polyvol-drill-/);
    expect(first.err).toMatch(/db on ocean, policy nightly: off-site in /);
    expect(clouds.strays()).toEqual([]);
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
    const again = await clouds.runThere("backup offsite --record runs.jsonl -o json");
    expect(again.code, again.err).toBe(0);
    const report = JSON.parse(again.out);
    expect(report).toMatchObject({ ok: true, volumes: [{ outcome: "not_due" }, { outcome: "not_due" }] });
  });

  test("a run says what is due, by the record, and without one nothing", async () => {
    await clouds.withPolicy(COMMAND);
    const told = await clouds.runThere("backup run --record runs.jsonl");
    expect(told.code, told.err).toBe(0);
    expect(told.err).toContain("2 volumes are due off-site: polyvol backup offsite takes them there.");
    await clouds.runThere(`backup offsite --cloud ocean --server ${SERVER} --record runs.jsonl`);
    for (const words of [
      "backup run --record runs.jsonl",
      "backup run",
      "backup run --quiet --record new.jsonl",
    ]) {
      expect((await clouds.runThere(words)).err).not.toContain("off-site");
    }
  });

  test("a record that was put aside, with nothing written since, is read", async () => {
    await clouds.withPolicy(COMMAND);
    const words = `backup offsite --cloud ocean --server ${SERVER} --record runs.jsonl`;
    expect((await clouds.runThere(words)).code).toBe(0);
    await rename(join(clouds.folder, "runs.jsonl"), join(clouds.folder, "runs.jsonl.1"));
    const again = await clouds.runThere(`${words} -o json`);
    expect(again.code, again.err).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({
      volumes: [{ outcome: "not_due" }, { outcome: "not_due" }],
    });
  });

  test("its age is in status, in the metrics and in the report", async () => {
    await clouds.withPolicy(COMMAND);
    const unknown = await clouds.runThere("backup status");
    expect(unknown.code, unknown.err).toBe(0);
    expect(unknown.out).toContain("Off-site: unknown without a record (--record).");
    await clouds.runThere(`backup offsite --cloud ocean --server ${SERVER} --record runs.jsonl`);
    const known = await clouds.runThere("backup status --record runs.jsonl");
    expect(known.code, known.err).toBe(0);
    expect(known.out).toContain("OFF-SITE");
    expect(known.out).toContain("Off-site: 2 fresh, 0 late, 0 never, 0 new.");
    const metrics = await clouds.runThere("backup status -o prometheus --record runs.jsonl");
    expect(metrics.out).toMatch(
      /^polyvol_offsite_last_success_timestamp_seconds\{cloud="ocean",policy="nightly",volume="db",volume_id="[^"]+"\} \d+/m,
    );
    const told = await clouds.runThere("backup report -o json --record runs.jsonl");
    expect(JSON.parse(told.out)).toMatchObject({
      offsites: [{ kind: "offsite", ok: true }, { kind: "offsite" }],
      proofs: [{ by: "offsite" }, { by: "offsite" }],
    });
    const page = await clouds.runThere("backup report --html page.html --record runs.jsonl");
    expect(page.code, page.err).toBe(0);
    expect(await readFile(join(clouds.folder, "page.html"), "utf8")).toContain(
      '<h2 id="offsite">Off-site</h2>',
    );
  });

  test("a full repository is the tool's own failure, in its own words, and the other volume is taken", async () => {
    await clouds.withPolicy(COMMAND, "environment: [BREAKS]");
    const failed = await clouds.runThere(
      `backup offsite --cloud ocean --server ${SERVER} --record runs.jsonl`,
      [],
      {
        BREAKS: "db",
      },
    );
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(
      /error: ocean: policy nightly: volume db: the command ".*" ended with 3: Fatal: no space left in the repository/,
    );
    expect(failed.out).toContain("2 volumes: 1 off-site, 1 failed.");
    expect(clouds.strays()).toEqual([]);
  });

  test("a command that hangs is ended when its time is over", async () => {
    await clouds.withPolicy(`command: [${JSON.stringify(process.execPath)}, tool.js, hang]`, "timeout: 1s");
    const late = await clouds.runThere(`backup offsite --cloud ocean --server ${SERVER}`);
    expect(late.code).toBe(1);
    expect(late.err).toMatch(/took longer than 1s and was ended \(offsite\.timeout gives it longer\)/);
    expect(late.err).toContain("Without --record nobody knows what has left before: everything is due.");
    expect(clouds.strays()).toEqual([]);
  });

  test("and at Ctrl-C all ends in order", async () => {
    await clouds.withPolicy(`command: [${JSON.stringify(process.execPath)}, tool.js, hang]`);
    const words = `backup offsite --cloud ocean --server ${SERVER}`;
    const stopped = await clouds.runThere(words, [], {}, (text) => {
      if (text.includes("stored")) process.emit("SIGINT");
    });
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain("Stopped. Run again: it goes on with what is due.");
    expect(stopped.out).toMatch(/1 failed, 1 left\./);
    expect(clouds.strays()).toEqual([]);
  });

  test("on no server of the cloud, nothing is begun, and what to do is said", async () => {
    await clouds.withPolicy(COMMAND);
    const nowhere = await clouds.runThere("backup offsite --record runs.jsonl");
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toMatch(
      /error: digitalocean findServer: which server this is could not be read from/,
    );
    expect(nowhere.err).toContain("--server ID");
    expect(clouds.strays()).toEqual([]);
  });

  test("a server of another region reaches nothing, and is named", async () => {
    await clouds.withPolicy(COMMAND);
    const close = await clouds.onDroplet("1001", "sfo3");
    const far = await clouds.runThere("backup offsite --record runs.jsonl");
    await close();
    expect(far.code).toBe(1);
    expect(far.out).toContain("2 volumes: 0 off-site, 0 failed, 2 elsewhere.");
    expect(far.err).toContain("this server reaches none of the volumes that are due");
    expect(far.err).toContain("it is in nyc3, and the server 1001 in sfo3");
  });

  test("a record that cannot be read is said, and everything is due", async () => {
    await clouds.withPolicy(COMMAND);
    const odd = await clouds.runThere(`backup offsite --cloud ocean --server ${SERVER} --record tool.js`);
    expect(odd.code).toBe(1);
    expect(odd.err).toMatch(/error: --record: tool\.js: found .*; everything is due/);
    expect(odd.out).toContain("2 off-site");
  });
});

describe("by hand", () => {
  const tool = ["--", process.execPath, "tool.js"];

  test("one volume", async () => {
    await clouds.withPolicy();
    const words = `backup offsite --cloud ocean --volume db --server ${SERVER} --mount -o json`;
    const done = await clouds.runThere(words, tool);
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
    await clouds.withPolicy();
    const failed = await clouds.runThere(
      `backup offsite --cloud ocean --volume ${volume} --server ${SERVER}`,
      more,
    );
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(message);
    expect(clouds.strays()).toEqual([]);
  });
});
