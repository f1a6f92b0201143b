import { describe, expect, test } from "vitest";
import { samsungScp, samsungScpDetails } from "../src/index.ts";
import { emulated, SERVER } from "./emulated.ts";

const VERSIONS = ["1.0", "1.1", "1.2", "1.3"] as const;

describe.each(VERSIONS)("version %s", (apiVersion) => {
  test("a whole life by neutral calls, each with its version", async () => {
    const { storage, sent } = await emulated({ storage: { apiVersion } });
    const { volumes, snapshots } = storage;
    const made = await volumes.create({ name: "data", sizeGiB: 16, volumeType: "SSD", tags: { team: "a" } });
    expect(made).toMatchObject({
      name: "data",
      sizeGiB: 16,
      region: "kr-west1",
      volumeType: "SSD",
      tags: {},
    });
    expect((await volumes.rename(made.id, "data 2")).name).toBe("data 2");
    expect((await volumes.resize(made.id, 24)).sizeGiB).toBe(24);
    const tags = { team: "storage", empty: "" };
    const snapshot = await snapshots.create({ volumeId: made.id, name: "first", description: "d", tags });
    expect(snapshot).toMatchObject({ name: "first", description: "d", tags, minVolumeSizeGiB: 24 });
    expect(await snapshots.list({ volumeId: made.id, tags: { team: "storage" } }).toArray()).toHaveLength(1);
    const changed = await snapshots.update(snapshot.id, { description: "new words" });
    expect(changed).toMatchObject({ name: "first", description: "new words" });
    expect((await volumes.revert(made.id, snapshot.id)).state).toBe("available");
    const restored = await volumes.create({ name: "copy", sizeGiB: 32, sourceSnapshotId: snapshot.id });
    expect(restored).toMatchObject({ sizeGiB: 32, sourceSnapshotId: snapshot.id });
    expect((await volumes.attach(made.id, SERVER)).attachments).toMatchObject([{ serverId: SERVER }]);
    await snapshots.create({ volumeId: made.id, name: "while in use" });
    expect((await volumes.detach(made.id, SERVER)).state).toBe("available");
    expect(await volumes.list().toArray()).toHaveLength(2);
    await volumes.delete(restored.id);
    await volumes.delete(made.id, { snapshots: "delete" });
    expect(await volumes.list().toArray()).toEqual([]);
    const versions = new Set(sent().map(({ headers }) => headers["scp-api-version"]));
    expect([...versions]).toEqual([`virtualserver ${apiVersion}`]);
  });

  test("the service's own operations", async () => {
    const { storage, clock } = await emulated({ storage: { apiVersion } });
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    const scp = samsungScp(storage);
    const types = await scp.listVolumeTypes();
    expect(types.map(({ name }) => name)).toEqual(["SSD", "SSD_KMS", "SSD_MultiAttach", "SSD_Provisioned"]);
    const [, , multi] = types;
    expect(await scp.getVolumeType(multi?.id ?? "")).toMatchObject({
      extra_specs: { multiattach: "<is> True" },
    });
    expect((await scp.getDefaultVolumeType()).name).toBe("SSD");
    expect((await scp.getQuotas()).volumes).toMatchObject({ in_use: 1, reserved: 0 });
    const attached = await scp.attachToServer(SERVER, {
      volumeId: id,
      device: "/dev/vdf",
      deleteOnTermination: true,
    });
    expect(attached).toMatchObject({
      server_id: SERVER,
      volume_id: id,
      device: "/dev/vdf",
      delete_on_termination: true,
    });
    await clock.sleep(10_000);
    expect((await storage.volumes.get(id)).attachments).toMatchObject([
      { serverId: SERVER, device: "/dev/vdf" },
    ]);
    await scp.setDeleteOnTermination(SERVER, id, false);
    expect(await scp.getServerVolume(SERVER, id)).toMatchObject({ delete_on_termination: false });
    expect(await scp.listServerVolumes(SERVER)).toHaveLength(1);
    await scp.detachFromServer(SERVER, id);
    await clock.sleep(10_000);
    expect(await scp.listServerVolumes(SERVER)).toEqual([]);
    await expect(scp.detachFromServer(SERVER, id)).rejects.toMatchObject({
      code: "not_found",
      operation: "samsung-scp.detachFromServer",
    });
  });

  test("performance, which came with 1.2", async () => {
    const { storage, clock, lines } = await emulated({ storage: { apiVersion } });
    const scp = samsungScp(storage);
    const input = {
      ...{ name: "fast", sizeGiB: 8, volumeType: "SSD_Provisioned" },
      providerOptions: { "samsung-scp": { maxIops: 10_000, maxThroughput: 500 } },
    };
    if (apiVersion < "1.2") {
      await expect(storage.volumes.create(input)).rejects.toMatchObject({
        code: "unsupported",
        outcome: "not_applied",
        reason: expect.stringContaining("1.2 and later have it"),
      });
      await expect(scp.setVolumeQos("any", { maxIops: 1 })).rejects.toMatchObject({ code: "unsupported" });
      expect(lines().filter((line) => !line.startsWith("GET"))).toEqual([]);
      return;
    }
    const made = await storage.volumes.create(input);
    expect(samsungScpDetails(made)).toMatchObject({ maxIops: 10_000, maxThroughput: 500 });
    await scp.setVolumeQos(made.id, { maxIops: 20_000 });
    await clock.sleep(10_000);
    expect(samsungScpDetails(await storage.volumes.get(made.id))).toMatchObject({
      maxIops: 20_000,
      maxThroughput: 500,
    });
  });
});

describe("what is sent", () => {
  test("of each call: method, path, query and body", async () => {
    const { storage, sent, lines } = await emulated({ storage: { apiVersion: "1.3" } });
    const { volumes, snapshots, driver } = storage;
    const changes = (): unknown[] =>
      sent()
        .filter(({ line }) => !line.startsWith("GET"))
        .map(({ line, body }) => [line, body]);
    const tags = { team: "a", bare: "" };
    const { id } = await volumes.create({ name: "data", sizeGiB: 8, tags, volumeType: "SSD" });
    const pairs = [
      { key: "team", value: "a" },
      { key: "bare", value: "" },
    ];
    expect(changes()).toEqual([
      ["POST /v1/volumes", { name: "data", size: 8, volume_type: "SSD", tags: pairs }],
    ]);

    const snapshot = await snapshots.create({ volumeId: id, name: "s", tags: { a: "b" } });
    const metadata = { a: "b", "polyvol-attempt": expect.any(String) };
    expect(changes()).toEqual([["POST /v1/snapshots", { name: "s", volume_id: id, force: true, metadata }]]);

    await snapshots.create({ volumeId: id, name: "t", description: "words", allowAttached: false });
    expect(changes()).toMatchObject([["POST /v1/snapshots", { name: "t", description: "words" }]]);
    await snapshots.update(snapshot.id, { name: "u" });
    expect(changes()).toEqual([[`PUT /v1/snapshots/${snapshot.id}`, { name: "u" }]]);
    await snapshots.update(snapshot.id, { description: "d" });
    expect(changes()).toEqual([[`PUT /v1/snapshots/${snapshot.id}`, { name: "u", description: "d" }]]);

    await volumes.rename(id, "renamed");
    expect(changes()).toEqual([[`PUT /v1/volumes/${id}`, { name: "renamed" }]]);
    await volumes.resize(id, 16);
    expect(changes()).toEqual([[`PUT /v1/volumes/${id}/size`, { size: 16 }]]);
    await volumes.attach(id, SERVER);
    expect(changes()).toEqual([[`POST /v1/volumes/${id}/servers`, { server_id: SERVER }]]);
    await volumes.detach(id, SERVER);
    expect(changes()).toEqual([[`DELETE /v1/volumes/${id}/servers/${SERVER}`, undefined]]);
    const latest = await snapshots.create({ volumeId: id, name: "latest" });
    sent();
    await volumes.revert(id, latest.id);
    expect(changes()).toEqual([[`POST /v1/volumes/${id}/revert`, { snapshot_id: latest.id }]]);
    await volumes.create({ name: "copy", sizeGiB: 24, sourceSnapshotId: latest.id });
    expect(changes()).toEqual([["POST /v1/volumes", { name: "copy", size: 24, snapshot_id: latest.id }]]);

    await volumes.find({ name: "copy" });
    await snapshots.find({ name: "latest", volumeId: id });
    expect(lines()).toEqual([
      "GET /v1/volumes?limit=1000&with_count=true&name=copy",
      `GET /v1/snapshots?limit=100&with_count=true&name=latest&volume_id=${id}`,
    ]);
    await volumes.list({}, { requestSize: 1 }).toArray();
    const [first, second] = lines();
    expect(first).toBe("GET /v1/volumes?limit=1&with_count=true");
    expect(second).toMatch(/^GET \/v1\/volumes\?limit=1&marker=[0-9a-f-]{36}&with_count=false$/);
    const context = {
      ...{ operation: "test", abortSignal: new AbortController().signal, remainingMs: () => Infinity },
      emit: () => undefined,
    };
    await driver.deleteSnapshot(snapshot.id, context);
    await driver.deleteVolume(id, context).catch(() => undefined);
    expect(lines()).toEqual([
      `DELETE /v1/snapshots/${snapshot.id}`,
      `DELETE /v1/volumes/${id}?cascade=false`,
    ]);
    await storage.checkHealth();
    expect(lines()).toEqual(["GET /v1/volumes?limit=1&with_count=false"]);
  });

  test("URLs are signed as they travel, whatever is in them", async () => {
    const { storage } = await emulated({ emulator: { nameFilter: "partial" } });
    const { id } = await storage.volumes.create({ name: "a b_c-d", sizeGiB: 8 });
    expect(await storage.volumes.find({ name: "a b_c-d" })).toMatchObject({ id });
    for (const name of ["한글 disk", "a+b&c=d%20", "~!*'()"])
      expect(await storage.volumes.find({ name })).toBeUndefined();
    for (const odd of ["한글", "a/b", "%2e%2e", "a?b#c", "a b+c", ".", ".."]) {
      await expect(storage.volumes.get(odd)).rejects.toMatchObject({ code: "not_found" });
      await storage.volumes.delete(odd);
    }
  });

  test("a snapshot without a name keeps none when its description changes", async () => {
    const { storage, emulator, sent } = await emulated({ storage: { apiVersion: "1.3" } });
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
    const path = `/v1/snapshots/${snapshot.id}`;
    emulator.faults.add({
      match: { method: "GET", path },
      count: 2,
      kind: "wrong-json",
      at: "name",
      value: null,
    });
    await storage.snapshots.update(snapshot.id, { description: "d" });
    const update = sent().find(({ line }) => line.startsWith("PUT"));
    expect(update?.body).toEqual({ name: null, description: "d" });
  });

  test("no account id, and the language that was asked for", async () => {
    const { storage, sent } = await emulated({ storage: { acceptLanguage: "ko-KR" } });
    await expect(storage.volumes.get("nothing")).rejects.toMatchObject({
      code: "not_found",
      reason: "요청한 리소스를 찾을 수 없습니다.",
      requestId: expect.stringMatching(/^req-/),
    });
    const [list, read] = sent();
    expect(list).toMatchObject({ line: "GET /" });
    expect(Object.keys(list?.headers ?? {}).filter((name) => name.startsWith("scp-"))).toEqual([]);
    expect(read?.headers).toMatchObject({ "accept-language": "ko-KR", "scp-clienttype": "Openapi" });
    expect(read?.headers).not.toHaveProperty("scp-accountid");
  });
});
