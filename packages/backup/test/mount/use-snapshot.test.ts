import type { EmulatedDevices } from "@polyvol/emulators";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import {
  type BlockDevice,
  type DeviceLayer,
  type MountedSnapshot,
  type SnapshotUse,
  type SnapshotUseProgress,
  useSnapshot,
  withSnapshot,
} from "../../src/index.ts";
import { CLOUDS, createMountWorld, type MountWorld, SOURCE_ID } from "../support/mount-world.ts";

const GIB_BYTES = 1024 ** 3;
const KEPT = { outcome: "kept", why: "in use by another process of this server" };

describe.each(CLOUDS)("on %s", (cloud) => {
  let here: MountWorld;
  beforeEach(async () => {
    here = await createMountWorld(cloud);
  });
  afterEach(() => here.world.close());

  const found =
    cloud === "do" ? { foundBy: "name", sizeGiB: 10 } : { foundBy: "only new device", sizeGiB: 8 };

  test("a snapshot is read from a device of its own, which is gone afterwards", async () => {
    const { devices, options, request, serverId, storage } = here;
    const seen = await withSnapshot(
      storage(),
      request,
      async (mounted) => {
        expect(here.strays()).toEqual([{ name: mounted.volume.name, serverIds: [serverId] }]);
        expect([...devices.readOnly]).toEqual([mounted.device]);
        return mounted;
      },
      options,
    );
    expect(seen).toMatchObject({
      snapshot: { volumeId: SOURCE_ID },
      volume: { sourceSnapshotId: seen.snapshot.id, name: expect.stringMatching(/^polyvol-drill-/) },
      device: "/dev/vdb",
      foundBy: found.foundBy,
      sizeBytes: found.sizeGiB * GIB_BYTES,
    });
    expect(seen.path).toBeUndefined();
    expect(here.strays()).toEqual([]);
    expect(await devices.claimOf(seen.volume.name)).toBe("unknown");
  });

  test("two at once take no device of the other's, though the first to be attached is the last to appear", async () => {
    const { devices, options, request, storage, world, serverId } = here;
    const seeded = new Set((await storage().volumes.list().toArray()).map(({ id }) => id));
    let slow: { readonly id: string; readonly shownAt: number } | undefined;
    const disks = (): readonly BlockDevice[] =>
      world.emulators[cloud]
        .inventory()
        .volumes.filter((each) => !seeded.has(each.id) && each.serverIds.includes(serverId))
        .filter(({ id }) => {
          slow ??= { id, shownAt: world.clock.now() + 20_000 };
          return id !== slow.id || world.clock.now() >= slow.shownAt;
        })
        .map(({ name, sizeGiB }) => ({
          ...{ path: `/dev/${name}`, identity: name, links: [], sizeBytes: sizeGiB * GIB_BYTES },
        }));
    const odd: DeviceLayer = { ...devices, list: async () => disks(), setReadOnly: async () => undefined };
    const use = () =>
      withSnapshot(storage(), request, async (mounted) => mounted, { ...options, devices: odd });
    for (const { device, volume } of await Promise.all([use(), use()]))
      expect(device).toBe(`/dev/${volume.name}`);
  });

  test("nor one that has not appeared in time, and does while it is taken back", async () => {
    const { devices, options, request, storage, world, serverId } = here;
    const seeded = new Set((await storage().volumes.list().toArray()).map(({ id }) => id));
    const disks = new Map<
      string,
      { readonly disk: BlockDevice; readonly shownAt: number; leftAt?: number }
    >();
    const list: DeviceLayer["list"] = async () => {
      const now = world.clock.now();
      const attached = world.emulators[cloud]
        .inventory()
        .volumes.filter((each) => !seeded.has(each.id) && each.serverIds.includes(serverId));
      for (const { id, name, sizeGiB } of attached) {
        const disk = { path: `/dev/${name}`, identity: name, links: [], sizeBytes: sizeGiB * GIB_BYTES };
        // The first comes right after its time is over, and before the next one's own.
        if (!disks.has(id)) disks.set(id, { disk, shownAt: now + (disks.size === 0 ? 120_600 : 40_000) });
      }
      for (const [id, each] of disks) if (!attached.some((volume) => volume.id === id)) each.leftAt ??= now;
      // Once it is there, the machine is slow to let go of it.
      return [...disks.values()].flatMap(({ disk, shownAt, leftAt = Infinity }) =>
        now >= shownAt && shownAt < leftAt && now < leftAt + 30_000 ? [disk] : [],
      );
    };
    const odd: DeviceLayer = { ...devices, list, setReadOnly: async () => undefined };
    const use = () => useSnapshot(storage(), request, async () => "read", { ...options, devices: odd });
    const uses = await Promise.all([use(), use()]);
    expect(uses.map(({ result }) => result.state).sort()).toEqual(["done", "failed"]);
    for (const { mounted, temporaryVolume } of uses)
      if (mounted !== undefined) expect(mounted.device).toBe(`/dev/${temporaryVolume.name}`);
  });

  test("what another process was attaching when it was killed is taken for no device of its own by the next in turn", async () => {
    const { devices, options, request, storage, world, serverId } = here;
    const seeded = new Set((await storage().volumes.list().toArray()).map(({ id }) => id));
    const killed = Promise.withResolvers<void>();
    const claims = new Map<string, "live" | "ended">();
    const shownAt = new Map<string, number>();
    /** The disk of the one that was killed appears after 2 s, the other one's after 20. */
    const disks = (): readonly BlockDevice[] =>
      world.emulators[cloud]
        .inventory()
        .volumes.filter((each) => !seeded.has(each.id) && each.serverIds.includes(serverId))
        .filter(({ id, name }) => {
          const delayMs = claims.get(name) === "ended" ? 2_000 : 20_000;
          if (!shownAt.has(id)) shownAt.set(id, world.clock.now() + delayMs);
          return world.clock.now() >= (shownAt.get(id) ?? 0);
        })
        .map(({ name, sizeGiB }) => ({
          ...{ path: `/dev/${name}`, identity: name, sizeBytes: sizeGiB * GIB_BYTES },
          links: cloud === "do" ? [`scsi-0DO_Volume_${name}`] : [],
        }));
    let turn: Promise<unknown> = Promise.resolve();
    const machine: DeviceLayer = {
      ...devices,
      list: async () => disks(),
      setReadOnly: async () => undefined,
      claim: async (name) => claims.set(name, "live").has(name),
      claimOf: async (name) => claims.get(name) ?? "unknown",
      release: async (name) => void claims.delete(name),
      alone: (task) => {
        const mine = turn.then(task);
        // The lock ends with the process that holds it.
        turn = Promise.race([mine.catch(() => undefined), killed.promise]);
        return mine;
      },
    };
    const inItsTurn = Promise.withResolvers<void>();
    let looks = 0;
    const dying: DeviceLayer = {
      ...machine,
      list: async () => {
        looks += 1;
        if (looks === 1) return disks();
        inItsTurn.resolve();
        return await new Promise(() => undefined);
      },
    };
    void useSnapshot(storage(), request, async () => undefined, { ...options, devices: dying });
    await inItsTurn.promise;
    const [victim = ""] = claims.keys();
    const { result, leftovers } = await useSnapshot(storage(), request, async (mounted) => mounted, {
      ...{ ...options, devices: machine },
      onProgress: ({ stage }) => {
        if (stage !== "attach") return;
        claims.set(victim, "ended");
        killed.resolve();
      },
    });
    const { device, volume } = result.state === "done" ? result.value : expect.fail(result.stage);
    expect(device).toBe(`/dev/${volume.name}`);
    // Where a name tells the devices apart, it is the business of the run after this.
    expect(leftovers).toMatchObject(cloud === "do" ? [KEPT] : [KEPT, { name: victim, outcome: "removed" }]);
  });

  test("and from a mount, where that is asked for", async () => {
    const { devices, options, request, storage } = here;
    const path = await withSnapshot(
      storage(),
      { ...request, mount: true },
      async ({ path: at, device }) => {
        expect([...devices.mounts.values()]).toEqual([device]);
        return at;
      },
      options,
    );
    expect(path).toMatch(/^\/run\/emulated\/polyvol-drill-/);
    expect(devices.mounts.size).toBe(0);
    expect(here.strays()).toEqual([]);
  });

  test("the whole story is told as data, and each step when it begins", async () => {
    const told: SnapshotUseProgress[] = [];
    const { options, request, serverId, storage } = here;
    const use = await useSnapshot(storage(), request, async () => 42, {
      ...options,
      onProgress: (progress) => told.push(progress),
    });
    expect(use).toMatchObject({
      ...{ serverId, isRemoved: true, leftovers: [], problems: [] },
      result: { state: "done", value: 42 },
      mounted: { device: "/dev/vdb", foundBy: found.foundBy },
      ...{ restoreMs: expect.any(Number), attachMs: expect.any(Number), useMs: expect.any(Number) },
    });
    expect(told.map(({ stage }) => stage)).toEqual(["restore", "attach", "device", "mount", "use", "remove"]);
    expect(told.at(-1)).toEqual({
      ...{ stage: "remove", device: "/dev/vdb" },
      volumeName: use.temporaryVolume.name,
      volumeId: use.temporaryVolume.volume?.id,
    });
  });

  test("what the function throws is thrown, and the volume is gone all the same", async () => {
    const { options, request, storage } = here;
    const failure = new Error("the repository is full");
    const failing = withSnapshot(storage(), request, () => Promise.reject(failure), options);
    await expect(failing).rejects.toBe(failure);
    expect(here.strays()).toEqual([]);
  });
});

test("the types: what the function returns is returned, and a stand-in for the machine fits", () => {
  expectTypeOf(withSnapshot<{ bytes: number }>).returns.resolves.toEqualTypeOf<{ bytes: number }>();
  expectTypeOf<EmulatedDevices>().toExtend<DeviceLayer>();
  expectTypeOf<SnapshotUse<string>["result"]>()
    .extract<{ state: "done" }>()
    .toHaveProperty("value")
    .toEqualTypeOf<string>();
  expectTypeOf<SnapshotUse<string>["result"]>().extract<{ state: "failed" }>().not.toHaveProperty("value");
  expectTypeOf<MountedSnapshot["path"]>().toEqualTypeOf<string | undefined>();
});
