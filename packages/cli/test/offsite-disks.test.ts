/** The commands on real block devices: what the emulator has attached is a loop device with data. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLinuxDevices, type DeviceLayer, readRecord } from "@polyvol/backup";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLoopDisks, hasLoopDevices } from "../../backup/test/mount/loop-disks.ts";
import { type Clouds, ENV, startClouds } from "./clouds.ts";
import { runHere, type Written } from "./in-process.ts";
import { PROCESS_ENV } from "./polyvol.ts";

const SERVER = "1001";
const GIB = 1024 ** 3;

/** Whether this machine lets us have loop devices, and has the programs. */
function canHaveDisks(): boolean {
  const ran = (program: string, ...args: readonly string[]): boolean =>
    spawnSync(program, args, { stdio: "ignore" }).status === 0;
  return hasLoopDevices() && ["mkfs.ext4", "fsck.ext4"].every((each) => ran(each, "-V"));
}

let clouds: Clouds;
let here = "";
let image = "";
const { devices, plug } = createLoopDisks((id) => {
  const file = join(here, id);
  // Its holes stay holes: Node would write a gibibyte of zeros.
  execFileSync("cp", ["--sparse=always", image, file]);
  return file;
});

function devicesHere(): DeviceLayer {
  const linux = createLinuxDevices({ stateDir: join(here, "state") });
  return {
    ...linux,
    async list() {
      const { volumes } = clouds.ocean.inventory();
      const attached = volumes.filter(({ serverIds }) => serverIds.includes(SERVER));
      plug(attached.map(({ id }) => id));
      const names = new Map(attached.map(({ id, name }) => [devices.get(id), `scsi-0DO_Volume_${name}`]));
      return (await linux.list()).map((each) => {
        const link = names.get(each.path);
        return link === undefined ? each : { ...each, links: [link] };
      });
    },
  };
}

function run(words: string, more: readonly string[] = []): Promise<Written> {
  const place = { folder: clouds.folder, env: { ...PROCESS_ENV, ...ENV } };
  return runHere([...words.split(" "), ...more], place, undefined, { devices: devicesHere() });
}

describe.skipIf(!canHaveDisks())("on disks (needs root, loop devices and e2fsprogs)", () => {
  beforeEach(async () => {
    here = mkdtempSync(join(tmpdir(), "polyvol-disks-"));
    image = join(here, "image");
    writeFileSync(image, "");
    truncateSync(image, GIB);
    execFileSync("mkfs.ext4", ["-q", "-F", "-d", new URL("transcripts", import.meta.url).pathname, image]);
    clouds = await startClouds();
    clouds.ocean.seed({
      volumes: [{ name: "db", region: "nyc3", size_gigabytes: 1 }],
      snapshots: [{ name: "by hand", volume_name: "db" }],
    });
  });
  afterEach(async () => {
    plug([]);
    await clouds.close();
    rmSync(here, { recursive: true });
  });

  const strays = (): number => clouds.ocean.inventory().volumes.length - 1;

  test("a drill has fsck read the filesystem, and says how many bytes that took", async () => {
    const words = `backup drill --cloud ocean --volume db --server ${SERVER} --record runs.jsonl -o json --check sh`;
    const sound = await run(words, ["--", "-c", 'fsck.ext4 -fn "$POLYVOL_DEVICE"']);
    expect(sound.code, sound.err).toBe(0);
    const report = JSON.parse(sound.out);
    expect(report).toMatchObject({ ok: true, command: { program: "sh", exitCode: 0 } });
    // Its tables, and not all of the disk.
    expect(report.command.bytesRead).toBeGreaterThan(65_536);
    expect(report.command.bytesRead).toBeLessThan(GIB / 2);
    expect(strays()).toBe(0);

    execFileSync("debugfs", ["-w", "-R", "clri world.ts", image], { stdio: "ignore" });
    const broken = await run(words, ["--", "-c", 'fsck.ext4 -fn "$POLYVOL_DEVICE"']);
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.out)).toMatchObject({ ok: false, command: { exitCode: 4 } });
    expect(broken.err).toContain("Filesystem still has errors");
    const { entries } = await readRecord(join(clouds.folder, "runs.jsonl"));
    expect(entries.map(({ ok }) => ok)).toEqual([true, false]);
    expect(strays()).toBe(0);
  });

  test("files are read from a mount, and nobody can write to the device", async () => {
    const script = 'head -n 1 "$POLYVOL_MOUNT/world.ts"; echo over > "$POLYVOL_DEVICE"';
    const words = `backup offsite --cloud ocean --volume db --server ${SERVER} --mount`;
    const refused = await run(words, ["--", "sh", "-c", script]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/ended with \d+: .*(?:I\/O error|not permitted|Read-only)/);
    const own = await readFile(new URL("transcripts/world.ts", import.meta.url), "utf8");
    const [line = ""] = own.split("\n");
    expect(refused.err).toContain(line);
    expect(strays()).toBe(0);
  });

  test("a command that holds the mount is ended before the disk goes", async () => {
    const script = 'cd "$POLYVOL_MOUNT"; sleep 1000 & echo left it';
    const words = `backup offsite --cloud ocean --volume db --server ${SERVER} --mount`;
    const done = await run(words, ["--", "sh", "-c", script]);
    expect(done.code, done.err).toBe(0);
    expect(strays()).toBe(0);
    expect(devices.size).toBe(1);
    plug([]);
  });
});
