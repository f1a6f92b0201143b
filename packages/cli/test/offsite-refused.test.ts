import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { COMMAND, createOffsiteWorld, type OffsiteWorld } from "./offsite-world.ts";

let clouds: OffsiteWorld;
beforeEach(async () => {
  clouds = await createOffsiteWorld();
});
afterEach(() => clouds.close());

describe("by policy", () => {
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
    await clouds.withPolicy(COMMAND);
    const refused = await clouds.runThere(words, more);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(message);
  });

  test("with a server of any of several clouds", async () => {
    const config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
    await clouds.write(
      "polyvol.config.yaml",
      `${config}policies: { nightly: { select: { name: db }, schedule: { every: 6h, timezone: UTC }, retention: { daily: 1 }, offsite: { ${COMMAND} } } }`,
    );
    const refused = await clouds.runThere("backup offsite --server 1001");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(
      "--server is a server of one cloud: say with --cloud of which: ocean or samsung.",
    );
  });

  test("without a policy that says what to run", async () => {
    await clouds.withPolicy();
    const refused = await clouds.runThere("backup offsite");
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
    const refused = await clouds.runThere("backup offsite");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("policies.nightly.offsite.command");
    expect(refused.err).toContain("policies.nightly.offsite.every");
  });
});
