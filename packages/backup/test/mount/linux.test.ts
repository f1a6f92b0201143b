import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test as anyTest, describe, expect, onTestFinished } from "vitest";
import { type BlockDevice, createLinuxDevices } from "../../src/index.ts";
import { parseMountInfo } from "../../src/mount/linux/block-devices.ts";
import { attachLoop, detachLoop } from "./loop-disks.ts";

/** Elsewhere there is neither /proc nor util-linux. */
const test = anyTest.skipIf(process.platform !== "linux");

const MIB = 1024 ** 2;
/** XFS wants 300 MiB; files are sparse. */
const SIZE = 320 * MIB;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "polyvol-mount-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A machine of files, as the kernel and udev show one. */
function machine(
  files: Readonly<Record<string, string | Buffer>>,
  links: Readonly<Record<string, string>> = {},
): string {
  const root = folder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  mkdirSync(join(root, "dev/disk/by-id"), { recursive: true });
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, "dev/disk/by-id", name));
  return root;
}

const BLOCK = "sys/class/block";
const page = Buffer.concat([Buffer.from([0, 0x80, 0, 6]), Buffer.from("data-1")]);

test("the disks of a machine: by-id names, serial numbers of all buses, sizes, and who uses them", async () => {
  const root = machine(
    {
      [`${BLOCK}/vda/size`]: "52428800\n",
      [`${BLOCK}/vda/dev`]: "252:0\n",
      [`${BLOCK}/vda/vda1/partition`]: "1\n",
      [`${BLOCK}/vda/vda1/dev`]: "252:1\n",
      [`${BLOCK}/vda1/partition`]: "1\n",
      [`${BLOCK}/vda1/size`]: "52426752\n",
      [`${BLOCK}/vdb/size`]: "20971520\n",
      [`${BLOCK}/vdb/serial`]: "5d1c9a1e-73c1-4c1a-9",
      [`${BLOCK}/vdb/diskseq`]: "14\n",
      [`${BLOCK}/vdb/dev`]: "252:16\n",
      [`${BLOCK}/sda/size`]: "2097152\n",
      [`${BLOCK}/sda/dev`]: "8:0\n",
      [`${BLOCK}/sda/device/vpd_pg80`]: page,
      [`${BLOCK}/sdb/size`]: "2097152\n",
      [`${BLOCK}/sdb/holders/dm-0/dev`]: "253:0\n",
      [`${BLOCK}/nvme1n1/size`]: "2097152\n",
      [`${BLOCK}/nvme1n1/device/serial`]: "vol0123  \n",
      [`${BLOCK}/sdc/size`]: "2097152\n",
      [`${BLOCK}/loop0/size`]: "0\n",
      [`${BLOCK}/dm-0/size`]: "2097152\n",
      "proc/self/mountinfo": "29 1 252:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n",
      "proc/swaps": "Filename\tType\n/dev/sdc partition 1 0 -2\n",
    },
    {
      "scsi-0DO_Volume_data-1": "../../sda",
      "virtio-5d1c9a1e-73c1-4c1a-9": "../../vdb",
      "virtio-5d-part1": "../../vdb1",
    },
  );
  const devices = await createLinuxDevices({ root, stateDir: folder() }).list();
  const wanted: readonly BlockDevice[] = [
    { path: "/dev/nvme1n1", identity: "/dev/nvme1n1", links: [], serial: "vol0123", sizeBytes: 1024 * MIB },
    {
      path: "/dev/sda",
      identity: "/dev/sda",
      links: ["scsi-0DO_Volume_data-1"],
      serial: "data-1",
      sizeBytes: 1024 * MIB,
    },
    { path: "/dev/sdb", identity: "/dev/sdb", links: [], sizeBytes: 1024 * MIB, usedBy: "held by dm-0" },
    { path: "/dev/sdc", identity: "/dev/sdc", links: [], sizeBytes: 1024 * MIB, usedBy: "used as swap" },
    { path: "/dev/vda", identity: "/dev/vda", links: [], sizeBytes: 25_600 * MIB, usedBy: "mounted at /" },
    {
      ...{ path: "/dev/vdb", identity: "/dev/vdb 14", links: ["virtio-5d1c9a1e-73c1-4c1a-9"] },
      ...{ serial: "5d1c9a1e-73c1-4c1a-9", sizeBytes: 10_240 * MIB },
    },
  ];
  expect(devices).toEqual(wanted);
});

test("a machine that shows no block devices is no Linux", async () => {
  const devices = createLinuxDevices({ root: folder() });
  await expect(devices.list()).rejects.toMatchObject({ code: "unsupported" });
  await expect(devices.prepare?.({ mount: false })).rejects.toMatchObject({ code: "unsupported" });
});

test("what cannot give a device is refused before a volume is made", async () => {
  const withRights = (rights: string): string =>
    machine({ [`${BLOCK}/vda/size`]: "8", "proc/self/status": `Name:\tnode\nCapEff:\t${rights}\n` });
  const plain = createLinuxDevices({ root: withRights("0000000000000000") });
  await expect(plain.prepare?.({ mount: true })).rejects.toMatchObject({
    code: "permission_denied",
    reason: "making a device read-only and mounting it needs root, or the capability CAP_SYS_ADMIN",
  });
  const root = createLinuxDevices({ root: withRights("000001ffffffffff") });
  await expect(root.prepare?.({ mount: true })).resolves.toBeUndefined();
});

test("mounts are read with the blanks in their paths, and odd lines are left out", () => {
  const text = "36 35 98:0 / /mnt/my\\040data rw - ext4 /dev/my\\134disk rw\n\nodd\n";
  expect(parseMountInfo(text)).toEqual([{ numbers: "98:0", path: "/mnt/my data", source: "/dev/my\\disk" }]);
});

test("tasks of several processes follow each other, and one that waits can be stopped", async () => {
  const stateDir = join(folder(), "state");
  const [one, other] = [createLinuxDevices({ stateDir }), createLinuxDevices({ stateDir })];
  const order: string[] = [];
  const giveUp = new AbortController();
  let waiting: readonly Promise<unknown>[] = [];
  const first = one.alone?.(async () => {
    const stopped = other.alone?.(async () => order.push("never"), { abortSignal: giveUp.signal });
    const second = other.alone?.(async () => order.push("second"));
    waiting = [Promise.resolve(second), expect(stopped).rejects.toThrow("no longer wanted")];
    giveUp.abort(new Error("no longer wanted"));
    await waiting[1];
    order.push("first");
    throw new Error("failed in its turn");
  });
  await expect(first).rejects.toThrow("failed in its turn");
  await Promise.all(waiting);
  expect(order).toEqual(["first", "second"]);
});

test("a name is claimed once, and whoever has claimed it is told from a process that has ended", async () => {
  const stateDir = join(folder(), "state");
  const devices = createLinuxDevices({ stateDir });
  expect(await devices.claimOf("a")).toBe("unknown");
  expect(await devices.claim("a")).toBe(true);
  expect(await devices.claim("a")).toBe(false);
  expect(await devices.claimOf("a")).toBe("live");
  // Another process that had this number before.
  const record = JSON.parse(readFileSync(join(stateDir, "a.claim"), "utf8")) as object;
  writeFileSync(join(stateDir, "a.claim"), JSON.stringify({ ...record, startTicks: "1" }));
  expect(await devices.claimOf("a")).toBe("ended");
  // Its number says nothing about a process of another container.
  writeFileSync(
    join(stateDir, "a.claim"),
    JSON.stringify({ ...record, startTicks: "1", pidNamespace: "pid:[1]" }),
  );
  expect(await devices.claimOf("a")).toBe("unknown");
  writeFileSync(join(stateDir, "a.claim"), "half a rec");
  expect(await devices.claimOf("a")).toBe("unknown");
  await devices.release("a", "left");
  expect(await devices.claimOf("a")).toBe("ended");
  await devices.release("a", "removed");
  await devices.release("a", "removed");
  expect(await devices.claimOf("a")).toBe("unknown");
});

const isRoot = process.getuid?.() === 0;

(isRoot ? test : test.skip)("a folder of another user is not used", async () => {
  const stateDir = folder();
  spawnSync("chown", ["65534", stateDir]);
  await expect(createLinuxDevices({ stateDir }).claim("a")).rejects.toMatchObject({
    code: "failed_precondition",
    reason: `${stateDir}: found what another user has made, allowed: a folder of this user`,
  });
});

/** A real disk of a file, until the test ends. */
function loopDevice(file: string): string {
  const device = attachLoop(file);
  onTestFinished(() => detachLoop(device));
  return device;
}

function canMount(): boolean {
  if (!isRoot || spawnSync("mkfs.ext4", ["-V"]).status !== 0) return false;
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
    const file = join(folder(), "disk");
    writeFileSync(file, "");
    truncateSync(file, SIZE);
    if (how === "blank") return loopDevice(file);
    spawnSync(`mkfs.${type}`, ["-q", file]);
    const point = folder();
    spawnSync("mount", ["-o", "loop", file, point]);
    writeFileSync(join(point, "hello"), "world");
    spawnSync("sync", ["-f", point]);
    // As a snapshot takes it: while it is mounted.
    const copy = join(folder(), "copy");
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
    const stateDir = folder();
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
    const stateDir = join(folder(), "link");
    symlinkSync(folder(), stateDir);
    const device = disk("clean");
    const devices = createLinuxDevices({ stateDir });
    const path = await devices.mount({ device, name: "x", mayReplay: true });
    onTestFinished(() => void spawnSync("umount", [path]));
    await devices.unmount("x");
    expect((await devices.list()).find((each) => each.path === device)).not.toHaveProperty("usedBy");
  });

  test("a disk that something mounts in a namespace of its own is in use", async () => {
    const device = disk("clean");
    const devices = createLinuxDevices({ stateDir: folder() });
    expect(await devices.isInUse?.(device)).toBe(false);
    const point = folder();
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
    const devices = createLinuxDevices({ stateDir: folder() });
    const device = disk("dirty", type);
    await expect(devices.mount({ device, name: "x", mayReplay: false })).rejects.toMatchObject({
      code: "failed_precondition",
      reason: expect.stringMatching(/could not be mounted; the journal of its filesystem holds changes/),
    });
    await devices.unmount("x");
  });

  test("a disk without a filesystem, and one that is used elsewhere, are refused", async () => {
    const devices = createLinuxDevices({ stateDir: folder() });
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
