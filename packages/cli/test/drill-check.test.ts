import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecord } from "@polyvol/backup";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createOffsiteWorld, type OffsiteWorld, SERVER } from "./offsite-world.ts";

let clouds: OffsiteWorld;
beforeEach(async () => {
  clouds = await createOffsiteWorld();
});
afterEach(() => clouds.close());

describe("drill --check", () => {
  const drill = `backup drill --cloud ocean --volume db --server ${SERVER}`;

  test("says what was checked, and the record keeps it", async () => {
    await clouds.withPolicy();
    const words = `${drill} --mount --record runs.jsonl --check ${process.execPath}`;
    const passed = await clouds.runThere(words, ["--", "tool.js"]);
    expect(passed.code, passed.err).toBe(0);
    expect(passed.out).toMatch(/command +passed: found ended with 0 in .*; wanted ".*" ends with 0/);
    expect(passed.err).toMatch(/stored db \/dev\/vdb \/run\/emulated\//);
    const { entries } = await readRecord(join(clouds.folder, "runs.jsonl"));
    expect(entries).toMatchObject([{ kind: "drill", ok: true, command: { exitCode: 0 } }]);
    const page = await clouds.runThere("backup report --html page.html --record runs.jsonl");
    expect(page.code, page.err).toBe(0);
    expect(await readFile(join(clouds.folder, "page.html"), "utf8")).toContain(
      "Drills whose data a command has read",
    );
  });

  test("ended by --timeout, it names the temporary volume that it could not remove", async () => {
    await clouds.withPolicy();
    clouds.ocean.faults.add({
      kind: "answer",
      status: 403,
      match: { method: "DELETE", path: "/v2/volumes/*" },
    });
    const words = `${drill} --timeout 1h --check ${process.execPath}`;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    const late = await clouds
      .runThere(words, ["--", "tool.js", "hang"], {}, (text) => {
        if (text.includes("stored")) vi.advanceTimersByTime(3_600_000);
      })
      .finally(() => vi.useRealTimers());
    expect(late.code).toBe(1);
    const [name] = clouds.strays();
    expect(name).toBeDefined();
    expect(late.err).toContain(`error: temporary volume ${name} of a drill on ocean may still be there: `);
  });

  test("bad data is no proof", async () => {
    await clouds.withPolicy();
    const failed = await clouds.runThere(
      `${drill} --environment BREAKS --check ${process.execPath}`,
      ["--", "tool.js"],
      {
        BREAKS: "db",
      },
    );
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(/ended with 3: Fatal: no space left in the repository/);
    expect(clouds.strays()).toEqual([]);
  });

  test.each<[string, string, (readonly string[])?]>([
    ["--server 1", "--server goes with --check."],
    ["--mount", "--mount goes with --check."],
    ["--environment PGHOST", "--environment goes with --check."],
    ["--quiet", "A volume is named by --volume", ["--", "fsck"]],
  ])("%s without it is refused: %s", async (words, message, more = []) => {
    const refused = await clouds.runThere(`backup drill --cloud ocean --volume db ${words}`, more);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(message);
  });
});
