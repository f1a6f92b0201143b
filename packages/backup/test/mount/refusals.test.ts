import { type BlockStorage, type Capability, PolyvolError } from "@polyvol/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withSnapshot } from "../../src/index.ts";
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

test("what a snapshot of a gone volume says of its region keeps no server from it that may reach it", async () => {
  const here = await createMountWorld("do");
  const snapshotId = "00000000-0000-11f0-8a2b-0a58ac140000";
  here.world.emulators.do.seed({
    snapshots: [{ id: snapshotId, name: "s", resource_id: "ab-1", region: "nyc3", min_disk_size: 1 }],
  });
  const storage = here.storage();
  const get: typeof storage.snapshots.get = async (id, options) => ({
    ...(await storage.snapshots.get(id, options)),
    // As those of nyc1 show it.
    regions: ["nbg1"],
  });
  const odd = { ...storage, snapshots: { ...storage.snapshots, get } };
  const request = { ...here.request, from: { snapshotId }, serverRegion: "nyc3" };
  expect(await withSnapshot(odd, request, async ({ volume }) => volume.region, here.options)).toBe("nyc3");
  await here.world.close();
});
