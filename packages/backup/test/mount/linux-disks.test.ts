import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test as anyTest, describe, expect, onTestFinished } from "vitest";
import { createLinuxDevices } from "../../src/index.ts";
import { attachLoop, detachLoop } from "./loop-disks.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Elsewhere there are no such disks. */
const test = anyTest.skipIf(process.platform !== "linux");

const MIB = 1024 ** 2;
/** XFS wants 300 MiB; files are sparse. */
const SIZE = 320 * MIB;

/** A real disk of a file, until the test ends. */
function loopDevice(file: string): string {
  const device = attachLoop(file);
  onTestFinished(() => detachLoop(device));
  return device;
}

function canMount(): boolean {
  if (process.getuid?.() !== 0 || spawnSync("mkfs.ext4", ["-V"]).status !== 0) return false;
  const file = join(mkdtempSync(join(tmpdir(), "polyvol-probe-")), "disk");
  writeFileSync(file, "");
  truncateSync(file, 16 * MIB);
  spawnSync("mkfs.ext4", ["-q", file]);
  const { status } = spawnSync("mount", ["-o", "loop,ro", file, dirname(file)]);
  if (status === 0) spawnSync("umount", [dirname(file)]);
  rmSync(dirname(file), { recursive: true, force: true });
  return status === 0;
}

describe.skipIf(!canMount())("on real disks (needs root, loop devices and mkfs.ext4)", () => {
  /** A disk with an ext4 that holds one file; `dirty`: with a journal that has to be replayed. */
  function disk(how: "clean" | "dirty" | "blank", type = "ext4"): string {
    const file = join(temporaryFolder(), "disk");
    writeFileSync(file, "");
    truncateSync(file, SIZE);
    if (how === "blank") return loopDevice(file);
    spawnSync(`mkfs.${type}`, ["-q", file]);
    const point = temporaryFolder();
    spawnSync("mount", ["-o", "loop", file, point]);
    writeFileSync(join(point, "hello"), "world");
    spawnSync("sync", ["-f", point]);
    // As a snapshot takes it: while it is mounted.
    const copy = join(temporaryFolder(), "copy");
    spawnSync("cp", ["--sparse=always", file, copy]);
    spawnSync("umount", [point]);
    return loopDevice(how === "dirty" ? copy : file);
  }

  const needs = (type: string): [boolean, string] => [
    spawnSync(`mkfs.${type}`, ["-V"]).status !== 0,
    `needs mkfs.${type}`,
  ];

  test.for([
    ["clean", "ext4"],
    ["dirty", "ext4"],
    ["clean", "xfs"],
    ["dirty", "xfs"],
  ] as const)("a %s %s is mounted read-only, and unmounted", async ([how, type], { skip }) => {
    skip(...needs(type));
    const device = disk(how, type);
    const stateDir = temporaryFolder();
    const devices = createLinuxDevices({ stateDir });
    const path = await devices.mount({ device, name: "polyvol-drill-x", mayReplay: true });
    await devices.setReadOnly(device);
    expect(readFileSync(join(path, "hello"), "utf8")).toBe("world");
    expect(() => writeFileSync(join(path, "more"), "")).toThrow("EROFS");
    expect(() => writeFileSync(device, "x")).toThrow("EPERM");
    const [shown] = (await devices.list()).filter((each) => each.path === device);
    expect(shown).toMatchObject({ sizeBytes: SIZE, usedBy: `mounted at ${path}` });
    // Whoever comes next, in another process.
    await createLinuxDevices({ stateDir }).unmount("polyvol-drill-x");
    await devices.unmount("polyvol-drill-x");
    expect((await devices.list()).find((each) => each.path === device)).not.toHaveProperty("usedBy");
  });

  test("what is mounted below a folder that is named by a link is unmounted", async () => {
    const stateDir = join(temporaryFolder(), "link");
    symlinkSync(temporaryFolder(), stateDir);
    const device = disk("clean");
    const devices = createLinuxDevices({ stateDir });
    const path = await devices.mount({ device, name: "x", mayReplay: true });
    onTestFinished(() => void spawnSync("umount", [path]));
    await devices.unmount("x");
    expect((await devices.list()).find((each) => each.path === device)).not.toHaveProperty("usedBy");
  });

  test("a disk that something mounts in a namespace of its own is in use", async () => {
    const device = disk("clean");
    const devices = createLinuxDevices({ stateDir: temporaryFolder() });
    expect(await devices.isInUse?.(device)).toBe(false);
    const point = temporaryFolder();
    const script = `mount -o ro ${device} ${point} && echo mounted && exec cat`;
    const container = spawn("unshare", ["--mount", "sh", "-c", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(container, "exit");
    await once(container.stdout, "data");
    expect((await devices.list()).find((each) => each.path === device)).not.toHaveProperty("usedBy");
    expect(await devices.isInUse?.(device)).toBe(true);
    container.stdin.end();
    await ended;
    await expect.poll(() => devices.isInUse?.(device)).toBe(false);
  });

  test.for(["ext4", "xfs"])("an %s whose journal may not be replayed is refused", async (type, { skip }) => {
    skip(...needs(type));
    const devices = createLinuxDevices({ stateDir: temporaryFolder() });
    const device = disk("dirty", type);
    await expect(devices.mount({ device, name: "x", mayReplay: false })).rejects.toMatchObject({
      code: "failed_precondition",
      reason: expect.stringMatching(/could not be mounted; the journal of its filesystem holds changes/),
    });
    await devices.unmount("x");
  });

  test("a disk without a filesystem, and one that is used elsewhere, are refused", async () => {
    const devices = createLinuxDevices({ stateDir: temporaryFolder() });
    const blank = disk("blank");
    await expect(devices.mount({ device: blank, name: "x", mayReplay: true })).rejects.toMatchObject({
      reason: `the filesystem on ${blank}: found no filesystem, allowed to mount: ext2, ext3, ext4, xfs on the whole volume; all else can be read from the device`,
    });
    const device = disk("clean");
    const path = await devices.mount({ device, name: "one", mayReplay: true });
    await expect(devices.mount({ device, name: "two", mayReplay: true })).rejects.toMatchObject({
      reason: `the device ${device} is in use by something else on this machine`,
    });
    expect(readFileSync(join(path, "hello"), "utf8")).toBe("world");
    await devices.unmount("one");
    await devices.unmount("two");
  });
});
