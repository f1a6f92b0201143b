import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test as anyTest, expect } from "vitest";
import { type BlockDevice, createLinuxDevices } from "../../src/index.ts";
import { parseMountInfo } from "../../src/mount/linux/block-devices.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Elsewhere there is neither /proc nor util-linux. */
const test = anyTest.skipIf(process.platform !== "linux");

const MIB = 1024 ** 2;

/** A machine of files, as the kernel and udev show one. */
function machine(
  files: Readonly<Record<string, string | Buffer>>,
  links: Readonly<Record<string, string>> = {},
): string {
  const root = temporaryFolder();
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
  const devices = await createLinuxDevices({ root, stateDir: temporaryFolder() }).list();
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

test.for(["proc/self/mountinfo", "proc/swaps", `${BLOCK}/vda/holders`])(
  "a disk is not shown as one that nobody uses where %s cannot be read",
  async (path) => {
    const root = machine({ [`${BLOCK}/vda/size`]: "8" });
    mkdirSync(join(root, dirname(path)), { recursive: true });
    symlinkSync(basename(path), join(root, path));
    const devices = createLinuxDevices({ root, stateDir: temporaryFolder() });
    await expect(devices.list()).rejects.toMatchObject({ code: "ELOOP" });
  },
);

test("a disk that cannot be opened to see who uses it is not one that nobody uses", async () => {
  const disk = join(temporaryFolder(), "disk");
  const devices = createLinuxDevices({ stateDir: temporaryFolder() });
  expect(await devices.isInUse?.(disk)).toBe(false);
  symlinkSync("disk", disk);
  await expect(devices.isInUse?.(disk)).rejects.toMatchObject({ code: "ELOOP" });
});

test("a machine that shows no block devices is no Linux", async () => {
  const devices = createLinuxDevices({ root: temporaryFolder() });
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
  const stateDir = join(temporaryFolder(), "state");
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
  const stateDir = join(temporaryFolder(), "state");
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

test("a process that cannot be looked at is not one that has ended", async () => {
  const stateDir = join(temporaryFolder(), "state");
  await createLinuxDevices({ stateDir }).claim("a");
  const root = temporaryFolder();
  const shown = join(root, "proc", String(process.pid));
  mkdirSync(shown, { recursive: true });
  symlinkSync("stat", join(shown, "stat"));
  expect(await createLinuxDevices({ root, stateDir }).claimOf("a")).toBe("unknown");
});

(process.getuid?.() === 0 ? test : test.skip)("a folder of another user is not used", async () => {
  const stateDir = temporaryFolder();
  spawnSync("chown", ["65534", stateDir]);
  await expect(createLinuxDevices({ stateDir }).claim("a")).rejects.toMatchObject({
    code: "failed_precondition",
    reason: `${stateDir}: found what another user has made, allowed: a folder of this user`,
  });
});
