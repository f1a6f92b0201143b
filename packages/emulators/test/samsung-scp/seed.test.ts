import { describe, expect, test } from "vitest";
import { createSamsungScpEmulator, type SamsungScpOptions } from "../../src/samsung-scp/index.ts";
import { SERVER, startScp, UNKNOWN } from "./harness.ts";

const VOLUME = "3f500f00-ed80-4566-a057-e31760226f9a";
const SNAPSHOT = "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790";

describe("seed", () => {
  test("of what another run of the emulator has made: new ones take no id that is given", async () => {
    const before = startScp();
    before.emulator.seed({ volumes: [{ name: "one" }, { name: "two" }] });
    const { volumes } = before.emulator.state() as { volumes: readonly { id: string; name: string }[] };
    const { call, emulator } = startScp();
    emulator.seed({ volumes: volumes.map(({ id, name }) => ({ id, name })) });
    emulator.seed({ volumes: [{ name: "three" }], snapshots: [{ volume_name: "one", name: "s" }] });
    const names = (await call("GET", "/v1/volumes")).body.volumes.map(({ name }: { name: string }) => name);
    expect(names.sort()).toEqual(["one", "three", "two"]);
  });

  test("adds volumes, snapshots and servers as they are given", async () => {
    const { call, emulator } = startScp();
    const server = "99999999-9999-4999-8999-999999999999";
    emulator.seed({
      servers: [{ id: server, name: "new" }],
      volumes: [
        { id: VOLUME, name: "data", size: 104, created_at: "2024-01-15T10:30:00Z", server_ids: [server] },
        { name: "fast", volume_type: "SSD_Provisioned", max_iops: 10_000, tags: [{ key: "a" }] },
      ],
      snapshots: [
        {
          id: SNAPSHOT,
          volume_id: VOLUME,
          name: "snapshot-1",
          created_at: "2025-07-22T09:00:00Z",
          metadata: { a: "b" },
        },
        { volume_name: "fast", name: "second", status: "error", size: 8 },
      ],
    });
    expect((await call("GET", `/v1/volumes/${VOLUME}`)).body).toMatchObject({
      created_at: "2024-01-15T10:30:00.000Z",
      size: 104,
      state: "in-use",
      servers: [{ id: server, device: "/dev/vdb" }],
    });
    expect((await call("GET", `/v1/servers/${server}/volumes`)).body.volumes).toHaveLength(1);
    expect((await call("GET", `/v1/snapshots/${SNAPSHOT}`)).body).toMatchObject({
      created_at: "2025-07-22T09:00:00Z",
      size: 104,
      status: "available",
      metadata: { a: "b" },
    });
    expect((await call("GET", "/v1/volumes?name=fast")).body.volumes[0]).toMatchObject({
      max_iops: 10_000,
      max_throughput: 250,
    });
    expect((await call("GET", "/v1/snapshots")).body.count).toBe(2);
  });

  test.each([
    [{ volume: [] }, /seed: unknown "volume"/],
    [{ volumes: [{ name: "a.b" }] }, /seed\.volumes\[0\]\.name/],
    [{ volumes: [{ name: "a", state: "asleep" }] }, /seed\.volumes\[0\]\.state/],
    [{ volumes: [{ name: "a", volume_type: "ssd" }] }, /volume_type: must be SSD or/],
    [{ volumes: [{ name: "a", server_ids: [UNKNOWN] }] }, /there is no server/],
    [
      {
        volumes: [
          { id: VOLUME, name: "a" },
          { id: VOLUME, name: "b" },
        ],
      },
      /volumes\[1\]\.id: .* is taken/,
    ],
    [{ volumes: [{ name: "x" }], snapshots: [{ name: "a", volume_id: VOLUME }] }, /there is no volume/],
    [{ snapshots: [{ name: "a", volume_name: "a" }] }, /0 volumes are named a/],
    [{ volumes: [{ name: "a" }, { name: "a" }], snapshots: [{ name: "a", volume_name: "a" }] }, /2 volumes/],
    [{ snapshots: [{ name: "a" }] }, /either volume_id or volume_name/],
    [{ generate: { snapshots: 3 } }, /needs volumes/],
    [{ failures: [{ work: "fly" }] }, /seed\.failures\[0\]\.work/],
    [{ failures: [{ work: "createVolume", name: "(" }] }, /regular expression/],
  ])("refuses %j and adds nothing", (data, message) => {
    const { emulator } = startScp();
    expect(() => emulator.seed(data)).toThrow(message);
    expect(emulator.state()).toMatchObject({ volumes: [], snapshots: [] });
  });

  test("makes up as many as asked for, spread evenly", () => {
    const { emulator } = startScp();
    emulator.seed({ generate: { volumes: 3, snapshots: 7 } });
    emulator.seed({ generate: { snapshots: 2 } });
    const state = emulator.state() as { volumes: { id: string }[]; snapshots: { volume_id: string }[] };
    const perVolume = state.volumes.map(
      ({ id }) => state.snapshots.filter((one) => one.volume_id === id).length,
    );
    expect(perVolume).toEqual([4, 3, 2]);
  });

  test("can be another account's", async () => {
    const { call, emulator } = startScp({
      accessKeys: [{ accessKey: "OTHER", secretKey: "o", accountId: "other" }],
    });
    emulator.seed({ account_id: "other", volumes: [{ name: "theirs" }] });
    expect((await call("GET", "/v1/volumes")).body.count).toBe(0);
    expect((await call("GET", "/v1/volumes", { accessKey: "OTHER", secretKey: "o" })).body.count).toBe(1);
  });
});

test("reset does not repeat the ids of requests", async () => {
  const { call, emulator } = startScp();
  const requestId = async (): Promise<string> =>
    (await call("GET", `/v1/volumes/${UNKNOWN}`)).body.errors[0].request_id;
  const before = await requestId();
  emulator.reset();
  expect(await requestId()).not.toBe(before);
});

test("reset forgets data and work under way, keeps servers, and repeats its ids", async () => {
  const { call, emulator, volume, clock } = startScp();
  const first = await volume();
  await call("POST", `/v1/volumes/${first}/servers`, { body: { server_id: SERVER } });
  emulator.reset();
  await clock.advance(10_000);
  expect(emulator.state()).toMatchObject({ volumes: [], servers: [{ id: SERVER, volume_ids: [] }, {}] });
  expect(await volume()).toBe(first);
});

describe("options", () => {
  const make =
    (options: unknown): (() => unknown) =>
    () =>
      createSamsungScpEmulator({ accessKey: "a", secretKey: "s", ...(options as SamsungScpOptions) });
  test.each([
    [{ environment: "x" }, /options\.environment: must be "s" or "g" or "e"/],
    [{ environment: "g" }, null],
    [{ region: "kr-south1" }, /Region "kr-south1" is not in environment "e": expected kr-west1 or kr-east1/],
    [{ secretKey: undefined }, /go together/],
    [{ accessKey: undefined, secretKey: undefined }, /At least one access key/],
    [{ accessKeys: [{ accessKey: "a", secretKey: "x" }] }, /given twice/],
    [{ servers: ["web"] }, /options\.servers\[0\]/],
    [{ versions: [{ id: "v1.3" }] }, /options\.versions\[0\]\.id: must be major\.minor/],
    [{ versions: [{ id: "1.3", notBefore: "20260831" }] }, /YYYY-MM-DD/],
    [{ versions: [] }, /at least one version/],
    [{ publicUrl: "ftp://x" }, /publicUrl/],
    [{ defaultVolumeType: "HDD" }, /expected one of SSD, /],
    [{ durations: { volumeCreate: -1 } }, /durations\.volumeCreate/],
    [{ colour: "red" }, /unknown "colour"/],
    [{ durations: { volumeCreate: undefined }, region: undefined }, null],
  ])("%j", (options, message) => {
    if (message === null) expect(make(options)).not.toThrow();
    else expect(make(options)).toThrow(message);
  });

  test("an error never shows a secret", () => {
    const secret = "very-secret-value";
    try {
      make({ accessKeys: [{ accessKey: "a", secretKey: secret, colour: "red" }] })();
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(secret);
    }
  });
});
