import { describe, expect, test } from "vitest";
import { type Ask, type Reply, SERVER, startScp, UNKNOWN } from "./harness.ts";

describe("volume types", () => {
  test("are listed without a count, with the documented keys", async () => {
    const { call } = startScp();
    const reply = await call("GET", "/v1/volume-types");
    expect(Object.keys(reply.body)).toEqual(["volume_types"]);
    expect(reply.body.volume_types[0]).toEqual({
      description: null,
      extra_specs: { multiattach: null },
      id: "c643ac35-3aec-43e6-b97a-3d6f666c5207",
      name: "SSD",
    });
    const found = reply.body.volume_types.map((one: { name: string }) => one.name);
    expect(found).toEqual(["SSD", "SSD_KMS", "SSD_MultiAttach", "SSD_Provisioned"]);
    expect(reply.body.volume_types[2].extra_specs.multiattach).toBe("<is> True");
  });

  test("page, sort and stand alone", async () => {
    const { call } = startScp({ defaultVolumeType: "SSD_KMS" });
    const list = (query: string): Promise<string[]> =>
      call("GET", `/v1/volume-types?${query}`).then((reply) =>
        reply.body.volume_types.map((one: { name: string }) => one.name),
      );
    expect(await list("limit=2")).toEqual(["SSD", "SSD_KMS"]);
    expect(await list("sort=name:desc&limit=1")).toEqual(["SSD_Provisioned"]);
    const { id } = (await call("GET", "/v1/volume-types?limit=1&offset=1")).body.volume_types[0];
    expect(await list(`marker=${id}`)).toEqual(["SSD_MultiAttach", "SSD_Provisioned"]);
    expect((await call("GET", `/v1/volume-types/${id}`)).body.name).toBe("SSD_KMS");
    expect((await call("GET", "/v1/volume-types/default")).body.name).toBe("SSD_KMS");
    expect((await call("GET", `/v1/volume-types/${UNKNOWN}`)).status).toBe(404);
    expect((await call("GET", "/v1/volume-types/nope")).status).toBe(404);
    expect((await call("GET", "/v1/volume-types?limit=1001")).status).toBe(400);
  });

  test("can be others", async () => {
    const { call } = startScp({
      volumeTypes: [{ name: "HDD", description: "slow" }, { name: "HDD_MultiAttach" }],
    });
    const made = await call("POST", "/v1/volumes", {
      body: { name: "a", size: 8, volume_type: "HDD_MultiAttach" },
    });
    expect(made.body).toMatchObject({ volume_type: "HDD_MultiAttach", multiattach: true });
    expect((await call("GET", "/v1/volume-types/default")).body).toMatchObject({
      name: "HDD",
      description: "slow",
    });
  });
});

describe("quotas", () => {
  test("show what is used", async () => {
    const { call, volume, snapshot } = startScp({ quotas: { volumes: 10 } });
    const id = await volume({ size: 24 });
    await snapshot(id);
    const reply = await call("GET", "/v1/volumes/quota-sets");
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      per_volume_size: { in_use: 0, limit: 12_288, reserved: 0 },
      snapshots: { in_use: 1, limit: -1, reserved: 0 },
      usages: { in_use: 48, limit: -1, reserved: 0 },
      volumes: { in_use: 1, limit: 10, reserved: 0 },
    });
  });

  test("can show the undocumented keys per type", async () => {
    const { call, volume } = startScp({ quotaExtraKeys: true });
    await volume({ size: 24, volume_type: "SSD_KMS" });
    const { body } = await call("GET", "/v1/volumes/quota-sets");
    expect(Object.keys(body)).toHaveLength(5 + 3 * 6);
    expect(body).toMatchObject({
      volumes_SSD_KMS: { in_use: 1 },
      usages_SSD_KMS: { in_use: 24 },
      snapshots_hdd0: {},
    });
  });

  test("refuse what goes beyond them with 403, and free what is gone", async () => {
    const { call, volume, snapshot, clock } = startScp({
      quotas: { volumes: 2, snapshots: 1, gigabytes: 64 },
    });
    const first = await volume({ size: 16 });
    const second = await volume({ size: 16 });
    const over = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
    expect([over.status, over.body.errors[0].code]).toEqual([403, "Forbidden"]);
    await snapshot(first);
    const snap = await call("POST", "/v1/snapshots", { body: { name: "a", volume_id: second } });
    expect([snap.status, snap.body.errors[0].detail]).toEqual([403, expect.stringContaining("snapshots")]);
    const extend = (size: number): Promise<Reply> =>
      call("PUT", `/v1/volumes/${second}/size`, { body: { size } });
    expect((await extend(40)).status).toBe(403);
    expect((await extend(32)).status).toBe(202);
    await call("DELETE", `/v1/volumes/${first}`);
    expect((await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } })).status).toBe(403);
    await clock.advance(2000);
    expect((await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } })).status).toBe(202);
  });
});

describe("quotas, in another form", () => {
  test.each([
    [400, "VirtualServer.BadRequest"],
    [403, "Forbidden"],
    [409, "VirtualServer.Conflict"],
    [413, "VirtualServer.OverLimit"],
    [422, "VirtualServer.UnprocessableEntity"],
  ] as const)("refuse with %s", async (quotaStatus, code) => {
    const { call } = startScp({ quotas: { volumes: 0 }, quotaStatus });
    const { status, body } = await call("POST", "/v1/volumes", { body: { name: "a", size: 8 } });
    expect([status, body.errors[0].status, body.errors[0].code]).toEqual([quotaStatus, quotaStatus, code]);
    expect(body.errors[0].detail).toMatch(/^Quota exceeded for volumes/);
  });

  test("refuse as Cinder does", async () => {
    const quotas = { volumes: 1, snapshots: 0, gigabytes: 24 };
    const { call, volume } = startScp({ quotas, quotaStatus: 413, quotaBody: "cinder" });
    const id = await volume({ size: 16 });
    const refused = await Promise.all([
      call("POST", "/v1/volumes", { body: { name: "a", size: 8 } }),
      call("POST", "/v1/snapshots", { body: { name: "a", volume_id: id } }),
      call("PUT", `/v1/volumes/${id}/size`, { body: { size: 32 } }),
    ]);
    expect(refused.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual([
      [413, "0"],
      [413, "0"],
      [413, "0"],
    ]);
    expect(refused.map(({ body }) => Object.keys(body))).toEqual([
      ["overLimit"],
      ["overLimit"],
      ["overLimit"],
    ]);
    expect(refused.map(({ body }) => body.overLimit.message.replace(/:.*/, ""))).toEqual([
      "VolumeLimitExceeded",
      "SnapshotLimitExceeded",
      "VolumeSizeExceedsAvailableQuota",
    ]);
    expect(refused[0]?.body.overLimit).toMatchObject({ code: 413, retryAfter: "0" });
  });
});

describe("transfers", () => {
  const other: Ask = { accessKey: "OTHER", secretKey: "o" };
  const options = { accessKeys: [{ accessKey: "OTHER", secretKey: "o", accountId: "other" }] };

  test("move a volume and its snapshots to another account", async () => {
    const { call, volume, snapshot } = startScp(options);
    const id = await volume();
    const snapshotId = await snapshot(id);
    const made = await call("POST", "/v1/volume-transfer", { body: { volume_id: id, name: "gift" } });
    expect(made.status).toBe(202);
    expect(made.body).toEqual({
      auth_key: expect.stringMatching(/^[0-9a-f]{16}$/),
      created_at: "2026-06-01T00:00:05Z",
      id: expect.any(String),
      name: "gift",
      volume_id: id,
    });
    const { auth_key, created_at, ...short } = made.body;
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("awaiting-transfer");
    expect((await call("GET", "/v1/volume-transfer")).body).toEqual({ transfers: [short] });
    const path = `/v1/volume-transfer/${short.id}`;
    expect((await call("GET", path)).body).toEqual({ ...short, created_at });
    expect((await call("GET", path, other)).status).toBe(404);
    expect((await call("GET", "/v1/volume-transfer", other)).body).toEqual({ transfers: [] });
    const wrong = { ...other, body: { auth_key: "0000000000000000" } };
    expect((await call("POST", `${path}/accept`, wrong)).status).toBe(400);
    const accepted = await call("POST", `${path}/accept`, { ...other, body: { auth_key } });
    expect([accepted.status, accepted.body]).toEqual([202, short]);
    expect((await call("GET", `/v1/volumes/${id}`)).status).toBe(404);
    expect((await call("GET", `/v1/volumes/${id}`, other)).body.state).toBe("available");
    expect((await call("GET", `/v1/snapshots/${snapshotId}`, other)).status).toBe(200);
    expect((await call("GET", path)).status).toBe(404);
  });

  test.each([
    [undefined, 500],
    [400, 400],
    [202, 202],
  ] as const)(
    "of a volume with a snapshot under way; races.transferStatus %s",
    async (transferStatus, status) => {
      const races = transferStatus === undefined ? {} : { races: { transferStatus } };
      const { call, volume, clock } = startScp({ ...options, ...races });
      const id = await volume();
      await call("POST", "/v1/snapshots", { body: { name: "s", volume_id: id } });
      const made = await call("POST", "/v1/volume-transfer", { body: { volume_id: id } });
      expect(made.status).toBe(status);
      const again = (): Promise<Reply> => call("POST", "/v1/volume-transfer", { body: { volume_id: id } });
      if (status !== 202) {
        await clock.advance(3000);
        expect((await again()).status).toBe(202);
        return;
      }
      const accept = (): Promise<Reply> =>
        call("POST", `/v1/volume-transfer/${made.body.id}/accept`, {
          ...other,
          body: { auth_key: made.body.auth_key },
        });
      expect((await accept()).status).toBe(400);
      await clock.advance(3000);
      expect((await accept()).status).toBe(202);
      expect((await call("GET", `/v1/snapshots?volume_id=${id}`, other)).body.snapshots).toHaveLength(1);
    },
  );

  test("can be taken back, and need a free volume", async () => {
    const { call, volume, clock } = startScp(options);
    const id = await volume();
    const offer = (): Promise<Reply> => call("POST", "/v1/volume-transfer", { body: { volume_id: id } });
    const made = await offer();
    expect((await offer()).status).toBe(409);
    expect((await call("DELETE", `/v1/volume-transfer/${made.body.id}`, other)).status).toBe(404);
    expect((await call("DELETE", `/v1/volume-transfer/${made.body.id}`)).status).toBe(202);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("available");
    await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
    await clock.advance(2000);
    expect((await offer()).status).toBe(409);
    expect((await call("POST", "/v1/volume-transfer", { body: {} })).body.errors[0].detail).toEqual([
      expect.stringContaining('"volume_id"'),
    ]);
  });
});
