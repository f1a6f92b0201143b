/** The recipes of docs/offsite.md: an image of a disk goes into a repository and comes out again, equal by hash. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../examples/unattended/offsite/", import.meta.url));
const has = (program: string): boolean => spawnSync(program, ["--help"]).status === 0;
const MIB = 1024 ** 2;
const IMAGE_BYTES = 48 * MIB;

let here = "";
let device = "";
let env: NodeJS.ProcessEnv = {};
beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), "polyvol-recipes-"));
  device = join(here, "device");
  writeFileSync(device, randomBytes(IMAGE_BYTES));
  writeFileSync(join(here, "password"), "only for this test\n");
  env = {
    PATH: process.env["PATH"],
    HOME: here,
    RESTIC_REPOSITORY: join(here, "repository"),
    RESTIC_PASSWORD_FILE: join(here, "password"),
    BORG_REPO: join(here, "repository"),
    BORG_PASSCOMMAND: `cat ${join(here, "password")}`,
  };
});
afterEach(() => rmSync(here, { recursive: true }));

/** Runs a recipe as polyvol does, on the snapshot of this id. */
function store(recipe: string, snapshotId: string, takenAt: string, more: NodeJS.ProcessEnv = {}): void {
  const own = {
    POLYVOL_CLOUD: "main",
    POLYVOL_VOLUME_ID: "506f78a4",
    POLYVOL_VOLUME_NAME: "db",
    POLYVOL_SNAPSHOT_ID: snapshotId,
    POLYVOL_SNAPSHOT_NAME: snapshotId,
    POLYVOL_TAKEN_AT: takenAt,
    POLYVOL_DEVICE: device,
    ...more,
  };
  execFileSync(join(folder, recipe), { env: { ...env, ...own }, stdio: "pipe" });
}

function tool(program: string, ...args: readonly string[]): Buffer {
  return execFileSync(program, args, { env, cwd: here, stdio: "pipe", maxBuffer: 2 * IMAGE_BYTES });
}

const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

function sizeOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

/** Writes 64 KiB anew, and returns the content. */
function change(): Buffer {
  const content = readFileSync(device);
  randomBytes(65_536).copy(content, 20 * MIB);
  writeFileSync(device, content);
  return content;
}

interface Recipe {
  readonly program: string;
  readonly init: readonly string[];
  /** Arguments that write what was stored of a snapshot to standard output. */
  readonly out: (snapshotId: string, file: string) => readonly string[];
}

interface RepositorySnapshot {
  readonly id: string;
  readonly parent?: string;
  readonly time: string;
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  restic: {
    program: "restic",
    init: ["init", "--quiet"],
    out: (_, file) => ["dump", "--quiet", "latest", file],
  },
  borg: {
    program: "borg",
    init: ["init", "--encryption", "repokey"],
    out: (id, file) => ["extract", "--stdout", `::main-506f78a4-${id}`, file],
  },
};

describe.each(Object.entries(RECIPES))("%s", (recipe, { program, init, out }) => {
  const needs = `needs ${program}: apt-get install restic borgbackup`;
  // One repository for all of it: each call of these tools takes the time that their keys are meant to take.
  test.skipIf(!has(program))(`a device goes in and out again, and later what has changed (${needs})`, () => {
    tool(program, ...init);
    const first = readFileSync(device);
    store(recipe, "s1", "2026-05-08T03:00:07.000Z");
    const once = sizeOf(join(here, "repository"));
    expect(once).toBeGreaterThan(IMAGE_BYTES);
    expect(hashOf(tool(program, ...out("s1", "db.img")))).toBe(hashOf(first));

    const second = change();
    store(recipe, "s2", "2026-05-09T03:00:07.000Z");
    const twice = sizeOf(join(here, "repository"));
    // One piece of the tool's or two: none is larger than 8 MiB.
    expect(twice - once).toBeLessThan(17 * MIB);
    expect(hashOf(tool(program, ...out("s2", "db.img")))).toBe(hashOf(second));

    // Asked for the same snapshot again, it stores nothing again.
    store(recipe, "s2", "2026-05-09T03:00:07.000Z");
    expect(sizeOf(join(here, "repository")) - twice).toBeLessThan(MIB);

    rmSync(device);
    expect(() => store(recipe, "s3", "2026-05-10T03:00:07.000Z")).toThrow(/device/);

    mkdirSync(join(here, "mount"));
    writeFileSync(join(here, "mount", "hello.txt"), "hello");
    store(recipe, "s4", "2026-05-11T03:00:07.000Z", { POLYVOL_MOUNT: join(here, "mount") });
    const path = program === "restic" ? "/hello.txt" : "hello.txt";
    expect(tool(program, ...out("s4", path)).toString()).toBe("hello");

    if (program === "borg") {
      // As the page says it: what another volume has in the repository stays.
      const other = { POLYVOL_MOUNT: join(here, "mount"), POLYVOL_VOLUME_ID: "6b1f" };
      store(recipe, "s5", "2026-05-11T02:00:07.000Z", other);
      tool("borg", "prune", "--glob-archives", "main-506f78a4-*", "--keep-last", "1");
      const names = tool("borg", "list", "--short").toString().trim().split("\n");
      expect(names.sort()).toEqual(["main-506f78a4-s4", "main-6b1f-s5"]);

      // As a volume of OpenStack may be called: neither an option nor a placeholder of borg.
      writeFileSync(device, "hello");
      const named = { POLYVOL_VOLUME_NAME: "-{hostname} {db}" };
      store(recipe, "s6", "2026-05-12T03:00:07.000Z", named);
      const comments = tool("borg", "list", "--format", "{comment}{NL}").toString();
      expect(comments).toContain("volume -{hostname} {db} 506f78a4\n");
      if (process.getuid?.() !== 0) return;
      // Mounted elsewhere, as it is each time, what has not changed is known (U) and not read.
      const said = join(here, "said");
      const list = `[ "$1" = create ] && { shift; set -- create --list "$@"; }`;
      mkdirSync(join(here, "bin"));
      const inside = `#!/bin/sh\n${list}\nPATH=\${PATH#*:} exec borg "$@" 2>> "${said}"\n`;
      writeFileSync(join(here, "bin", "borg"), inside, { mode: 0o755 });
      const PATH = `${join(here, "bin")}:${env["PATH"]}`;
      // The newest file borg always reads again.
      writeFileSync(join(here, "mount", "later.txt"), "later");
      store(recipe, "s7", "2026-05-13T03:00:07.000Z", { PATH, POLYVOL_MOUNT: join(here, "mount") });
      renameSync(join(here, "mount"), join(here, "elsewhere"));
      store(recipe, "s8", "2026-05-14T03:00:07.000Z", { PATH, POLYVOL_MOUNT: join(here, "elsewhere") });
      expect(readFileSync(said, "utf8")).toContain("U hello.txt");
      return;
    }
    // Mounted elsewhere, as it is each time, the volume is known again, so that files which have not changed are not read.
    renameSync(join(here, "mount"), join(here, "elsewhere"));
    store(recipe, "s5", "2026-05-12T03:00:07.000Z", { POLYVOL_MOUNT: join(here, "elsewhere") });
    const snapshots = () =>
      JSON.parse(tool("restic", "snapshots", "--json").toString()) as RepositorySnapshot[];
    const idOf = (time: string) => snapshots().find((each) => each.time === time)?.id;
    expect(snapshots().find(({ time }) => time === "2026-05-12T03:00:07Z")?.parent).toBe(
      idOf("2026-05-11T03:00:07Z"),
    );

    // As the page says it: by the tag of the volume, whatever the paths are.
    tool("restic", "forget", "--quiet", "--group-by", "host,tags", "--keep-last", "1");
    expect(snapshots().map(({ time }) => time)).toEqual(["2026-05-12T03:00:07Z"]);
  });
});
