/** A client that others wrote, unchanged, against the emulator: what it takes for granted must hold. */
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createApiClient } from "dots-wrapper";
import { afterEach, beforeEach, expect, test } from "vitest";

const emulator = createDigitalOceanEmulator({
  tokens: ["third-party"],
  droplets: [{ id: 1001, region: "nyc3" }],
  snapshotIntervalMs: 0,
  actionDurationMs: 30,
});
let listener: Awaited<ReturnType<typeof emulator.listen>>;

beforeEach(async () => {
  emulator.reset();
  listener = await emulator.listen();
});
afterEach(() => listener.close());

type Client = ReturnType<typeof createApiClient>;

function connect(token = "third-party"): Client {
  return createApiClient({ token, endpoint: `${listener.url}/v2` });
}

/** Polls as users of this client do. */
async function finished(client: Client, volumeId: string, actionId: number): Promise<string> {
  const status = async (): Promise<string> => {
    const { data } = await client.volume.getVolumeAction({ volume_id: volumeId, action_id: actionId });
    return data.action.status;
  };
  await expect.poll(status).not.toBe("in-progress");
  return await status();
}

async function statusOf(request: Promise<unknown>): Promise<number | undefined> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason as { response?: { status: number } },
  );
  return error?.response?.status;
}

test("a whole life of volumes and snapshots", async () => {
  const client = connect();
  const volume_input = { name: "data", region: "nyc3", size_gigabytes: 10 };
  const created = await client.volume.createVolume({
    ...volume_input,
    description: "of a third party",
    filesystem_type: "ext4",
    filesystem_label: "data",
    tags: ["team:storage"],
  } as Parameters<Client["volume"]["createVolume"]>[0]);
  expect(created.status).toBe(201);
  const { id } = created.data.volume;
  expect((await client.volume.getVolume({ volume_id: id })).data.volume).toMatchObject({
    ...volume_input,
    region: { slug: "nyc3" },
    description: "of a third party",
    filesystem_type: "ext4",
    filesystem_label: "data",
    tags: ["team:storage"],
    droplet_ids: [],
  });
  const found = await client.volume.listVolumes({ name: "data" });
  expect(found.data.volumes.map((each) => each.id)).toEqual([id]);
  expect(found.data.meta?.total).toBe(1);

  const attach = await client.volume.attachVolumeToDroplet({
    volume_id: id,
    droplet_id: 1001,
    region: "nyc3",
  });
  expect(attach.status).toBe(202);
  expect(attach.data.action).toMatchObject({ type: "attach_volume", completed_at: null });
  expect(await finished(client, id, attach.data.action.id)).toBe("completed");
  expect((await client.volume.getVolume({ volume_id: id })).data.volume.droplet_ids).toEqual([1001]);
  expect(await statusOf(client.volume.deleteVolume({ volume_id: id }))).toBe(409);

  const resize = await client.volume.resizeVolume({ volume_id: id, size_gigabytes: 20, region: "nyc3" });
  expect(await finished(client, id, resize.data.action.id)).toBe("completed");

  const snapshots: string[] = [];
  for (const name of ["first", "second"]) {
    const taken = await client.volume.createVolumeSnapshot({ volume_id: id, name, tags: ["keep"] });
    expect(taken.status).toBe(201);
    expect(taken.data.snapshot).toMatchObject({
      name,
      resource_id: id,
      min_disk_size: 20,
      regions: ["nyc3"],
    });
    snapshots.push(String(taken.data.snapshot.id));
  }
  expect(await statusOf(client.volume.createVolumeSnapshot({ volume_id: id, name: "first", tags: [] }))).toBe(
    409,
  );
  const ofVolume = await client.volume.listVolumeSnapshots({ volume_id: id });
  expect(ofVolume.data.snapshots.map((each) => String(each.id)).sort()).toEqual([...snapshots].sort());

  const detach = await client.volume.detachVolumeFromDroplet({
    volume_id: id,
    droplet_id: 1001,
    region: "nyc3",
  });
  expect(await finished(client, id, detach.data.action.id)).toBe("completed");
  const actions = await client.volume.listVolumeActions({ volume_id: id });
  expect(actions.data.actions.map((each) => each.type).sort()).toEqual([
    "attach_volume",
    "detach_volume",
    "resize_volume",
  ]);
  expect((await client.action.getAction({ action_id: detach.data.action.id })).data.action.status).toBe(
    "completed",
  );

  await client.tag.tagResources({
    tag_name: "keep",
    resources: [{ resource_id: id, resource_type: "volume" }],
  } as Parameters<Client["tag"]["tagResources"]>[0]);
  expect((await client.volume.getVolume({ volume_id: id })).data.volume.tags).toContain("keep");

  expect((await client.volume.deleteVolumeByName({ volume_name: "data", region: "nyc3" })).status).toBe(204);
  expect(await statusOf(client.volume.getVolume({ volume_id: id }))).toBe(404);
  const left = await client.snapshot.listSnapshots({ resource_type: "volume" });
  expect(left.data.meta?.total).toBe(2);

  const restored = await client.volume.createVolume({
    ...volume_input,
    name: "restored",
    snapshot_id: snapshots[0],
  } as Parameters<Client["volume"]["createVolume"]>[0]);
  expect(restored.data.volume.size_gigabytes).toBe(20);
  expect((await client.volume.deleteVolume({ volume_id: restored.data.volume.id })).status).toBe(204);
  for (const snapshot_id of snapshots) {
    expect((await client.snapshot.getSnapshot({ snapshot_id })).data.snapshot.id).toBe(snapshot_id);
    expect((await client.snapshot.deleteSnapshot({ snapshot_id })).status).toBe(204);
  }
  expect(emulator.state()).toMatchObject({ volumes: [], snapshots: [] });
});

test("its pages", async () => {
  const client = connect();
  const volumes = Array.from({ length: 30 }, (_, index) => ({
    name: `v${index}`,
    region: "nyc3",
    size_gigabytes: 1,
  }));
  emulator.seed({ volumes });
  const names: string[] = [];
  for (let page = 1; ; page += 1) {
    const { data } = await client.volume.listVolumes({ page, per_page: 8 } as Parameters<
      Client["volume"]["listVolumes"]
    >[0]);
    names.push(...data.volumes.map((each) => each.name));
    if (data.links?.pages?.next === undefined) break;
  }
  expect(names.sort()).toEqual(volumes.map((each) => each.name).sort());
});

test("a wrong token", async () => {
  expect(await statusOf(connect("wrong").volume.listVolumes({}))).toBe(401);
});
