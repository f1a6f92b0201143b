import { type BlockStorage, PolyvolError } from "@polyvol/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type DeviceLayer,
  type DrillReport,
  drill,
  LeftBehindError,
  useSnapshot,
  withSnapshot,
} from "../../src/index.ts";
import { drillName, readName } from "../../src/naming.ts";
import { CLOUDS, createMountWorld, type MountWorld, SOURCE_ID } from "../support/mount-world.ts";

describe.each(CLOUDS)("on %s, what is left is named", (cloud) => {
  let here: MountWorld;
  beforeEach(async () => {
    here = await createMountWorld(cloud);
  });
  afterEach(() => here.world.close());

  const forbidDeletes = (): void => {
    const path = cloud === "do" ? "/v2/volumes/*" : "/v1/volumes/*";
    here.world.emulators[cloud].faults.add({
      kind: "answer",
      status: 403,
      match: { method: "DELETE", path },
    });
  };

  test("what the reader has mounted by itself is not detached from under it, by the next run neither", async () => {
    const { devices, options, request, serverId, storage } = here;
    const use = (read: (path: string) => Promise<void>) =>
      useSnapshot(storage(), request, ({ device }) => read(device), options);
    const first = await use(async (device) => {
      await devices.mount({ device, name: "part-of-it" });
    });
    const { name } = first.temporaryVolume;
    expect(first).toMatchObject({ result: { state: "done" }, isRemoved: false });
    expect(first.problems).toMatchObject([
      {
        code: "conflict",
        message: expect.stringContaining("the device /dev/vdb is mounted, and nothing is"),
      },
    ]);
    // Where nothing tells whose device it is, the next run cannot know.
    if (cloud === "do") {
      const second = await use(async () => undefined);
      expect(second.leftovers).toMatchObject([{ name, outcome: "failed", problem: { code: "conflict" } }]);
      expect(here.strays()).toEqual([{ name, serverIds: [serverId] }]);
    }
    await devices.unmount("part-of-it");
    const last = await use(async () => undefined);
    expect(last).toMatchObject({ isRemoved: true, leftovers: [{ name, outcome: "removed" }], problems: [] });
    expect(here.strays()).toEqual([]);
  });

  test("nor is what uses it unseen, such as a container", async () => {
    const { devices, options, request, serverId, storage } = here;
    let used: string | undefined;
    const isInUse = async (device: string): Promise<boolean> => device === used;
    const use = () =>
      useSnapshot(
        storage(),
        request,
        async ({ device }) => {
          used ??= device;
        },
        { ...options, devices: { ...devices, isInUse } },
      );
    const first = await use();
    const { name } = first.temporaryVolume;
    expect(first.isRemoved).toBe(false);
    expect(first.problems).toMatchObject([
      {
        code: "conflict",
        message: expect.stringContaining("is in use by something that is not seen from here"),
      },
    ]);
    expect(here.strays()).toEqual([{ name, serverIds: [serverId] }]);
    used = "none";
    expect(await use()).toMatchObject({
      isRemoved: true,
      leftovers: [{ name, outcome: "removed" }],
      problems: [],
    });
    expect(here.strays()).toEqual([]);
  });

  test("nothing, where a create has failed and comes to a volume all the same, at once or late", async () => {
    const { options, request, storage, world } = here;
    const open = storage();
    for (const afterMs of open.driver.settleMs > 0 ? [0, open.driver.settleMs / 2] : [0]) {
      const create: BlockStorage["volumes"]["create"] = async (input, call) => {
        const made = world.clock.sleep(afterMs).then(() => open.volumes.create(input, call));
        if (afterMs === 0) await made;
        throw new Error("the answer was lost");
      };
      const losing = { ...open, volumes: { ...open.volumes, create } };
      const use = await useSnapshot(losing, request, async () => "read", options);
      expect(use).toMatchObject({ isRemoved: true, problems: [], result: { state: "failed" } });
      expect(use.temporaryVolume.volume).toBeUndefined();
      await world.clock.sleep(60_000);
      expect(here.strays()).toEqual([]);
    }
  });

  test("what is known by its id is not looked for by its name", async () => {
    forbidDeletes();
    const { options, request, storage } = here;
    const open = storage();
    const asked: (string | undefined)[] = [];
    const list: BlockStorage["volumes"]["list"] = (query, call) => {
      asked.push(query?.name);
      return open.volumes.list(query, call);
    };
    const listed = { ...open, volumes: { ...open.volumes, list } };
    const use = await useSnapshot(listed, request, async () => "read", options);
    expect(asked.filter((each) => each !== undefined)).toEqual([]);
    const { name, volume } = use.temporaryVolume;
    expect(use.problems).toMatchObject([
      { code: "permission_denied", volumeName: name, volumeId: volume?.id },
    ]);
  });

  test("by an error that keeps what was read, and the next run removes it", async () => {
    forbidDeletes();
    const { options, request, storage } = here;
    const error = await withSnapshot(storage(), request, async () => "read", options).catch(
      (thrown: unknown) => thrown,
    );
    const [{ name } = { name: "" }] = here.strays();
    expect(error).toBeInstanceOf(LeftBehindError);
    expect(error).toMatchObject({
      ...{ code: "operation_failed", value: "read", cloud, volumeName: name, volumeId: expect.any(String) },
      cause: { code: "permission_denied", operation: "volumes.delete" },
    });
    const { message, volumeId = "" } = error as LeftBehindError;
    for (const words of [name, volumeId, `the temporary volume on ${cloud} could not be removed: `]) {
      expect(message).toContain(words);
    }
    here.world.emulators[cloud].faults.clear();
    const next = await useSnapshot(storage(), request, async () => 0, options);
    expect(next).toMatchObject({ isRemoved: true, leftovers: [{ name, outcome: "removed" }], problems: [] });
    expect(here.strays()).toEqual([]);
  });

  test("what could not be unmounted is not detached, and the next run that can unmount it removes it", async () => {
    const busy = new PolyvolError("conflict", "it could not be unmounted: target is busy");
    const { devices, options, request, serverId, storage } = here;
    let isBusy = true;
    const unmount: DeviceLayer["unmount"] = (name) => (isBusy ? Promise.reject(busy) : devices.unmount(name));
    const use = () =>
      useSnapshot(storage(), { ...request, mount: true }, async () => "read", {
        ...options,
        devices: { ...devices, unmount },
      });
    const first = await use();
    expect(first).toMatchObject({ result: { value: "read" }, isRemoved: false, removalError: busy });
    const { name } = first.temporaryVolume;
    expect(first.problems).toMatchObject([{ code: "conflict", volumeName: name }]);
    expect(here.strays()).toEqual([{ name, serverIds: [serverId] }]);
    const leftover = { name, outcome: "failed", problem: { code: "conflict" } };
    expect(await use()).toMatchObject({ leftovers: [leftover], isRemoved: false });
    expect(here.strays().map(({ serverIds }) => serverIds)).toEqual([[serverId], [serverId]]);

    isBusy = false;
    const last = await use();
    expect(last.leftovers.map(({ outcome }) => outcome)).toEqual(["removed", "removed"]);
    expect(last).toMatchObject({ isRemoved: true, problems: [] });
    expect(here.strays()).toEqual([]);
  });

  test("what a mount that was stopped may still have is not detached, and the next run removes it", async () => {
    const stopped = new Error("it was stopped in the middle");
    const { devices, options, request, serverId, storage } = here;
    let isBusy = true;
    const use = (mount: DeviceLayer["mount"]) =>
      useSnapshot(storage(), { ...request, mount: true }, async () => "read", {
        ...options,
        devices: { ...devices, mount, isInUse: async () => isBusy },
      });
    const first = await use(() => Promise.reject(stopped));
    expect(first).toMatchObject({ result: { stage: "mount", error: stopped }, isRemoved: false });
    const { name } = first.temporaryVolume;
    expect(first.problems).toMatchObject([{ code: "conflict", volumeName: name }]);
    expect(here.strays()).toEqual([{ name, serverIds: [serverId] }]);

    isBusy = false;
    expect(await use(devices.mount)).toMatchObject({
      ...{ isRemoved: true, problems: [] },
      leftovers: [{ name, outcome: "removed" }],
    });
    expect(here.strays()).toEqual([]);
  });

  test("and by one whose cause is what failed before", async () => {
    forbidDeletes();
    const full = new Error("the repository is full");
    const { options, request, storage } = here;
    const error = await withSnapshot(storage(), request, () => Promise.reject(full), options).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ cause: full, value: undefined });
    expect(String(error)).toMatch(
      /; before that, the step use failed: the repository is full \(operation_failed\)$/,
    );
  });

  test("what an earlier run left on another server is kept, and so is what somebody holds", async () => {
    const { options, otherServerId, request, storage, world } = here;
    const [snapshot] = await storage().snapshots.list({ volumeId: SOURCE_ID }).toArray();
    const name = drillName(SOURCE_ID, new Date(world.clock.now() - 86_400_000));
    const { id } = await storage().volumes.create({ name, sourceSnapshotId: snapshot?.id ?? "" });
    await storage().volumes.attach(id, otherServerId);
    const use = await useSnapshot(storage(), request, async () => 0, options);
    expect(use).toMatchObject({
      ...{ isRemoved: true, problems: [] },
      leftovers: [{ name, outcome: "kept", why: `attached to ${otherServerId}` }],
    });
    expect(here.strays()).toEqual([{ name, serverIds: [otherServerId] }]);
  });

  test("what a run on another server may be making is kept while it is young", async () => {
    const { options, request, storage, world } = here;
    const [snapshot] = await storage().snapshots.list({ volumeId: SOURCE_ID }).toArray();
    const name = readName(SOURCE_ID, new Date(world.clock.now() - 60_000), 3_600_000);
    await storage().volumes.create({ name, sourceSnapshotId: snapshot?.id ?? "" });
    const use = () => useSnapshot(storage(), request, async () => 0, options);
    expect(await use()).toMatchObject({
      ...{ isRemoved: true, problems: [] },
      leftovers: [{ name, outcome: "kept", why: "maybe that of a run under way" }],
    });
    await world.clock.sleep(3_600_000);
    expect(await use()).toMatchObject({ leftovers: [{ name, outcome: "removed" }] });
    expect(here.strays()).toEqual([]);
  });

  test("a run is not hurt by a drill of the same volume that begins before the attachment", async () => {
    const { devices, options, request, storage, world } = here;
    const { from, cloud = "" } = request;
    let drilled: Promise<DrillReport> | undefined;
    const list: DeviceLayer["list"] = async (call) => {
      drilled ??= drill({ cloud, from }, { [cloud]: storage() }, { clock: world.clock });
      await drilled;
      return await devices.list(call);
    };
    const use = await useSnapshot(storage(), request, async () => "read", {
      ...options,
      devices: { ...devices, list },
    });
    expect(use).toMatchObject({ ...{ isRemoved: true, problems: [] }, result: { value: "read" } });
    expect(await drilled).toMatchObject({ ok: true, leftovers: [{ outcome: "kept" }] });
    expect(here.strays()).toEqual([]);
  });

  test("and what another process of this server reads", async () => {
    const { options, request, storage } = here;
    const [outer, inner] = await withSnapshot(
      storage(),
      request,
      async ({ volume }) =>
        [volume.name, await useSnapshot(storage(), request, async ({ device }) => device, options)] as const,
      options,
    );
    expect(inner).toMatchObject({
      result: { state: "done", value: "/dev/vdc" },
      leftovers: [{ name: outer, outcome: "kept", why: "in use by another process of this server" }],
    });
    expect(inner.temporaryVolume.name).not.toBe(outer);
    expect(here.strays()).toEqual([]);
  });
});
