/** Off-site: bytes of a volume, by a snapshot of a policy and a temporary volume, into restic's repository and out again. */
import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MountedSnapshot, parsePolicies, run, withSnapshot } from "@polyvol/backup";
import { describe, expect, onTestFinished, test } from "vitest";
import { report } from "../../src/report.ts";
import { type CinderCloud, openCloud } from "../src/cloud.ts";
import { GIB, hashOf, scribble } from "../src/data.ts";
import { createHypervisor, type Hypervisor } from "../src/hypervisor.ts";
import { createRepository, type Repository, resticVersion } from "../src/restic.ts";
import { readServer } from "../src/server.ts";

const POLICIES = parsePolicies({
  hourly: {
    select: { name: "data" },
    schedule: { cron: "0 * * * *", timezone: "UTC" },
    retention: { daily: 7 },
  },
});
const PIECE_BYTES = 256 * 1024;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "polyvol-offsite-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

interface Stage {
  readonly cloud: CinderCloud;
  readonly hypervisor: Hypervisor;
  readonly repository: Repository;
  readonly volumeId: string;
  /** The file of the volume. */
  readonly file: string;
  /** Reads the newest snapshot on this machine. */
  read<T>(mount: boolean, reader: (mounted: MountedSnapshot) => Promise<T>): Promise<T>;
}

async function setStage(): Promise<Stage> {
  const cloud = await openCloud();
  const hypervisor = createHypervisor(cloud, randomUUID(), folder());
  onTestFinished(() => hypervisor.close());
  const { id: volumeId } = await cloud.storage().volumes.create({ name: "data", sizeGiB: 1 });
  return {
    ...{ cloud, hypervisor, volumeId, repository: createRepository(folder()) },
    file: cloud.fileOf("volume", volumeId),
    read: (mount, reader) =>
      withSnapshot(cloud.storage(), { from: { volumeId }, serverId: hypervisor.serverId, mount }, reader, {
        devices: hypervisor.devices,
      }),
  };
}

/** Nothing is left but the volume: no temporary one, and nothing attached. */
function expectTidy({ cloud, hypervisor }: Stage): void {
  expect(cloud.holds().volumes).toMatchObject([{ name: "data", status: "available" }]);
  expect(hypervisor.attached()).toEqual([]);
}

const RESTIC = resticVersion();
const CLOUD = readServer();
if (CLOUD !== undefined && RESTIC === undefined) {
  process.stdout.write("No restic here (`apt-get install restic`): the off-site tests are skipped.\n");
}

describe.skipIf(CLOUD === undefined || RESTIC === undefined)("off-site from a real Cinder, by restic", () => {
  test("a device goes into a repository and comes out of it equal; a second run stores what has changed", async () => {
    const stage = await setStage();
    const { cloud, file, repository, volumeId } = stage;
    scribble(file);
    const hashes: Record<string, string> = { "the volume when its snapshot was taken": await hashOf(file) };
    expect((await run(POLICIES, { real: cloud.storage() })).problems).toEqual([]);
    // The snapshot is read, not the volume.
    scribble(file);
    const other = await hashOf(file);
    let foundBy: string | undefined;
    const first = await stage.read(false, async ({ device, ...mounted }) => {
      foundBy = mounted.foundBy;
      hashes["the device"] = await hashOf(device);
      return await repository.store(device);
    });
    hashes["out of the repository"] = await repository.hashOf(first.snapshotId);
    expectTidy(stage);

    // The volume as it was, but for one piece.
    await cloud.storage().volumes.revert(volumeId, cloud.holds().snapshots[0]?.id ?? "");
    const opened = openSync(file, "r+");
    writeSync(opened, randomBytes(PIECE_BYTES), 0, PIECE_BYTES, GIB / 2);
    closeSync(opened);
    const changed = await hashOf(file);
    await cloud.storage().snapshots.create({ volumeId, name: "later" });
    const second = await stage.read(false, ({ device }) => repository.store(device));
    const again = await repository.hashOf(second.snapshotId);
    expectTidy(stage);

    process.stdout.write(
      [...Object.entries(hashes), ["changed since", changed], ["out of the repository, second run", again]]
        .map(([what, hash]) => `  ${hash}  ${what}\n`)
        .join(""),
    );
    const [written, ...rest] = Object.values(hashes);
    report({
      id: "cinder-4-offsite",
      promise: "data",
      what: "1 GiB of a snapshot by a policy, attached, read by restic into a repository and out of it; again after a change of 256 KiB",
      figures: {
        "hashes compared": rest.length + 1,
        differing: rest.filter((hash) => hash !== written).length + (again === changed ? 0 : 1),
        "MiB stored by the first run": Math.round(first.bytesStored / 1024 ** 2),
        "by the second": Math.round(second.bytesStored / 1024 ** 2),
        "volumes left": cloud.holds().volumes.length - 1,
      },
      bar: "differing 0, left 0",
    });
    expect(foundBy).toBe("serial");
    expect(new Set([written, other, changed]).size).toBe(3);
    expect(rest).toEqual([written, written]);
    expect(again).toBe(changed);
    expect([first.bytesRead, second.bytesRead]).toEqual([GIB, GIB]);
    // A chunk of restic's is 8 MiB at most, and a piece lies in two of them at most.
    expect(first.bytesStored).toBeGreaterThanOrEqual(32 * PIECE_BYTES);
    expect(second.bytesStored).toBeLessThanOrEqual(17 * 1024 ** 2);
    expect(second.bytesStored).toBeGreaterThanOrEqual(PIECE_BYTES);
  });

  test("files of a filesystem that was in use come out of the repository equal", async ({ skip }) => {
    const stage = await setStage();
    const { cloud, file, hypervisor, repository } = stage;
    const point = folder();
    skip(!hypervisor.hasDisks || !hasMounted(file, point), "needs root, loop devices and mkfs.ext4");
    onTestFinished(() => {
      execFileSync("umount", [point]);
    });
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `folder-${index % 4}/file-${index}`,
        randomBytes(PIECE_BYTES),
      ]),
    );
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(point, path, ".."), { recursive: true });
      writeFileSync(join(point, path), content);
    }
    execFileSync("sync", ["--file-system", point]);
    // Taken of a mounted filesystem: its journal has to be replayed.
    expect((await run(POLICIES, { real: cloud.storage() })).problems).toEqual([]);
    const stored = await stage.read(true, async ({ path = "" }) => {
      expect(readFileSync(join(path, "folder-1/file-1")).equals(files["folder-1/file-1"] as Buffer)).toBe(
        true,
      );
      return { path, ...(await repository.storeFolder(path)) };
    });
    expectTidy(stage);
    const target = folder();
    repository.restore(stored.snapshotId, target);
    const differing = Object.entries(files).filter(
      ([path, content]) => !readFileSync(join(target, stored.path, path)).equals(content),
    );
    report({
      id: "cinder-5-offsite-files",
      promise: "data",
      what: "files of an ext4 in use: snapshot by a policy, attached, mounted read-only, into restic's repository and out of it",
      figures: { files: Object.keys(files).length, differing: differing.length },
      bar: "differing 0",
    });
    expect(differing).toEqual([]);
  });
});

/** Makes a filesystem in the file of a volume, and mounts it. */
function hasMounted(file: string, point: string): boolean {
  try {
    execFileSync("mkfs.ext4", ["-q", "-F", file], { stdio: "ignore" });
    execFileSync("mount", ["-o", "loop", file, point], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
