import { type BlockStorage, type Capability, PolyvolError } from "@polyvol/core";
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
import { CLOUDS, createMountWorld, FAR_SERVER, type MountWorld, SOURCE_ID } from "../support/mount-world.ts";

const GIB_BYTES = 1024 ** 3;

describe.each(CLOUDS)("on %s, the volume is gone, and the words say", (cloud) => {
  let here: MountWorld;
  beforeEach(async () => {
    here = await createMountWorld(cloud);
  });
  afterEach(async () => {
    await here.world.clock.sleep(60_000);
    expect(here.strays()).toEqual([]);
    expect(here.devices.mounts.size).toBe(0);
    await here.world.close();
  });

  const read = (change: object = {}, options: object = {}): Promise<string> =>
    withSnapshot(here.storage(), { ...here.request, ...change }, async () => "read", {
      ...here.options,
      ...options,
    });
  /** The same, on a machine that shows other devices. */
  const readOn = async (change: Parameters<typeof createMountWorld>[1]): Promise<unknown> => {
    await here.world.close();
    here = await createMountWorld(cloud, change);
    return await read().catch((error: unknown) => error);
  };

  test("that no device appeared", async () => {
    expect(await readOn((all) => all.slice(0, 1))).toMatchObject({
      code: "not_found",
      reason: expect.stringMatching(/^within 120 s, no new device of \d+ bytes appeared/),
      resource: { kind: "volume", name: expect.stringMatching(/^polyvol-drill-/) },
    });
  });

  test("that two could be meant", async () => {
    const twins = await readOn((all) =>
      all.flatMap((each) => [
        each,
        ...(each.path === "/dev/vdb" ? [{ ...each, path: "/dev/vdx", identity: "/dev/vdx 1" }] : []),
      ]),
    );
    expect(twins).toMatchObject({
      code: "conflict",
      reason: expect.stringMatching(/^the devices \/dev\/vdb, \/dev\/vdx are .*none is taken$/),
    });
  });

  test("that the device is in use", async () => {
    const used = await readOn((all) =>
      all.map((each) => (each.path === "/dev/vdb" ? { ...each, usedBy: "held by dm-1" } : each)),
    );
    expect(used).toMatchObject({
      code: "failed_precondition",
      reason: expect.stringContaining("/dev/vdb is held by dm-1"),
    });
  });

  test("that the device has another size", async () => {
    const small = await readOn((all) =>
      all.map((each) => (each.path === "/dev/vdb" ? { ...each, sizeBytes: GIB_BYTES } : each)),
    );
    expect(small).toMatchObject(
      cloud === "do"
        ? { code: "failed_precondition", reason: expect.stringContaining(`has ${GIB_BYTES} bytes, allowed:`) }
        : { code: "not_found", reason: expect.stringContaining(`new are /dev/vdb (${GIB_BYTES} bytes)`) },
    );
  });

  test("that a filesystem cannot be mounted", async () => {
    const journal = new PolyvolError("failed_precondition", "the journal holds changes");
    here.devices.fail({ step: "mount", error: journal });
    await expect(read({ mount: true })).rejects.toBe(journal);
  });

  test("that the device could not be made read-only", async () => {
    const denied = new PolyvolError("permission_denied", "it needs root");
    here.devices.fail({ step: "setReadOnly", error: denied });
    await expect(read()).rejects.toBe(denied);
  });

  test("that reading took too long, whether the function stops when told or not", async () => {
    const { options, request, storage } = here;
    const stops = withSnapshot(
      storage(),
      request,
      (_mounted, { abortSignal }) =>
        new Promise<never>((_resolve, reject) => {
          abortSignal.addEventListener("abort", () => reject(new Error("told to stop")));
        }),
      { ...options, useTimeoutMs: 90_000 },
    );
    await expect(stops).rejects.toMatchObject({
      code: "timeout",
      reason: "reading the snapshot took longer than 90 s and was stopped",
    });
    const hangs = withSnapshot(storage(), request, () => new Promise<never>(() => undefined), {
      ...options,
      useTimeoutMs: 90_000,
    });
    await expect(hangs).rejects.toMatchObject({ code: "timeout" });
  });

  test("that the right to attach is missing", async () => {
    const path = cloud === "do" ? "/v2/volumes/*/actions" : "/v1/volumes/*/servers";
    here.world.emulators[cloud].faults.add({ kind: "answer", status: 403, match: { method: "POST", path } });
    await expect(read()).rejects.toMatchObject({
      code: "permission_denied",
      operation: "volumes.attach",
      resource: { kind: "volume", name: expect.stringMatching(/^polyvol-drill-/) },
    });
  });

  test("that there is no such server", async () => {
    const serverId = cloud === "do" ? "4711" : "00000000-0000-4000-8000-000000004711";
    await expect(read({ serverId })).rejects.toMatchObject({
      code: "not_found",
      resource: { kind: "server", id: serverId },
    });
  });

  test("that there is no snapshot, before anything is made", async () => {
    await expect(read({ from: { volumeId: SOURCE_ID, policyId: "nope" } })).rejects.toMatchObject({
      code: "not_found",
      reason: expect.stringMatching(/^it has no available snapshot of policy nope/),
    });
  });

  test.each(["volumes.attach", "volumes.createFromSnapshot"] as const)(
    "that a cloud lacks %s",
    async (missing) => {
      const storage = here.storage();
      const { supports } = storage.capabilities;
      const capabilities = {
        ...storage.capabilities,
        supports: supports.filter((each: Capability) => each !== missing),
      };
      const without: BlockStorage = { ...storage, capabilities };
      await expect(withSnapshot(without, here.request, async () => 0, here.options)).rejects.toMatchObject({
        code: "unsupported",
        reason: expect.stringContaining(`reading a snapshot needs ${missing}: `),
      });
    },
  );

  test("why it was aborted, at each step", async () => {
    for (const at of ["restore", "attach", "device", "mount", "use"] as const) {
      const stop = new AbortController();
      const reason = new Error(`stopped at ${at}`);
      const stopped = withSnapshot(here.storage(), { ...here.request, mount: true }, async () => "read", {
        ...here.options,
        abortSignal: stop.signal,
        onProgress: ({ stage }) => {
          if (stage === at) stop.abort(reason);
        },
      });
      await expect(stopped, at).rejects.toBe(reason);
      await here.world.clock.sleep(60_000);
      // A create that was cut off may have taken effect after the look for it.
      if (at === "restore" && here.strays().length > 0) await read();
      expect(here.strays(), at).toEqual([]);
    }
  });
});

test("a server in another region is refused before anything is made", async () => {
  const here = await createMountWorld("do");
  const requests = (): number =>
    here.world.emulators.do.log.entries().filter(({ method }) => method === "POST").length;
  const reading = withSnapshot(
    here.storage(),
    { ...here.request, ...FAR_SERVER },
    async () => 0,
    here.options,
  );
  await expect(reading).rejects.toMatchObject({
    code: "failed_precondition",
    reason:
      "the server 1003 is in sfo3, allowed: nyc3, where the snapshot can be restored; a volume of another region cannot be attached",
  });
  expect(requests()).toBe(0);
  // Where its region is not known, the provider refuses.
  const unknown = { ...here.request, serverId: FAR_SERVER.serverId };
  await expect(withSnapshot(here.storage(), unknown, async () => 0, here.options)).rejects.toMatchObject({
    code: "invalid_argument",
    operation: "volumes.attach",
  });
  expect(here.strays()).toEqual([]);
  await here.world.close();
});

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
