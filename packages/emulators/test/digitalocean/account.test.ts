import { describe, expect, test } from "vitest";
import { bulkSeed, createDigitalOceanEmulator } from "../../src/digitalocean/index.ts";
import { InvalidInput } from "../../src/kit/validation.ts";
import { serve } from "./harness.ts";

describe("neighbours of the volume operations", () => {
  test("the account says its limits", async () => {
    const { call } = await serve({ volumeLimit: 100 });
    const { account } = (await call("GET", "/v2/account")).body;
    expect(account).toMatchObject({
      volume_limit: 100,
      status: "active",
      status_message: "",
      email_verified: true,
    });
    for (const member of ["droplet_limit", "floating_ip_limit", "email", "uuid", "team"]) {
      expect(account).toHaveProperty(member);
    }
  });

  test("Droplets are listed and read, and are 404 when they are not there", async () => {
    const { call } = await serve({
      droplets: [
        { id: 1001, region: "nyc3", name: "web" },
        { id: 7, region: "fra1" },
      ],
    });
    const { body } = await call("GET", "/v2/droplets");
    expect(body.droplets.map((one: { id: number }) => one.id)).toEqual([7, 1001]);
    expect((await call("GET", "/v2/droplets?name=web")).body.meta.total).toBe(1);
    const { droplet } = (await call("GET", "/v2/droplets/1001")).body;
    expect(droplet).toMatchObject({
      id: 1001,
      name: "web",
      status: "active",
      volume_ids: [],
      region: { slug: "nyc3" },
    });
    expect((await call("GET", "/v2/droplets/2")).status).toBe(404);
    expect((await call("GET", "/v2/droplets/web")).status).toBe(404);
  });

  test("regions are listed in full", async () => {
    const { call } = await serve();
    const { body } = await call("GET", "/v2/regions?per_page=200");
    expect(body.meta.total).toBe(body.regions.length);
    expect(body.regions).toContainEqual(expect.objectContaining({ slug: "tor1", available: true }));
    const custom = await serve({ regions: [{ slug: "moon1" }] });
    expect((await custom.volume("data-a", { region: "moon1" })).region).toMatchObject({
      slug: "moon1",
      name: "moon1",
    });
  });
});

describe("seeds", () => {
  test("add everything that the API shows, past rules that hold for requests", async () => {
    const { call, emulator, clock } = await serve();
    emulator.seed({
      droplets: [{ id: 5, region: "nyc3", name: "db", tags: ["x"] }],
      volumes: [
        {
          name: "Old_Name",
          region: "nyc3",
          size_gigabytes: 30,
          droplet_id: 5,
          created_at: "2018-01-01T00:00:00Z",
          tags: ["x"],
          used_gigabytes: 0.0118,
        },
      ],
      snapshots: [
        { name: "s1", volume_name: "Old_Name" },
        {
          name: "gone",
          resource_id: "0a0a-0b0b",
          region: "fra1",
          min_disk_size: 8,
          created_at: "2020-01-01T00:00:00Z",
        },
      ],
      tags: ["bare"],
    });
    const [volume] = (await call("GET", "/v2/volumes")).body.volumes;
    expect(volume).toMatchObject({
      name: "Old_Name",
      droplet_ids: [5],
      tags: ["x"],
      created_at: "2018-01-01T00:00:00Z",
    });
    const taken = (await call("GET", `/v2/volumes/${volume.id}/snapshots`)).body.snapshots;
    expect(taken).toMatchObject([
      { name: "s1", min_disk_size: 30, size_gigabytes: 0.0118, regions: ["nyc3"] },
    ]);
    expect(emulator.state()).toMatchObject({
      snapshots: expect.arrayContaining([expect.objectContaining({ name: "gone", regions: ["fra1"] })]),
      tags: ["bare", "x"],
    });
    // A snapshot that was seeded does not start the ten minutes.
    const body = { name: "s2" };
    expect((await call("POST", `/v2/volumes/${volume.id}/snapshots`, body)).status).toBe(201);
    await clock.advance(0);
  });

  test.each([
    [{ volume: [] }, 'seed: unknown "volume"'],
    [{ volumes: [{ name: "a", region: "nyc3" }] }, "seed.volumes[0].size_gigabytes"],
    [
      { volumes: [{ name: "a", region: "mars1", size_gigabytes: 1 }] },
      'seed.volumes[0].region: "mars1" is no region',
    ],
    [{ volumes: [{ name: "a", region: "nyc3", size_gigabytes: 1, droplet_id: 9 }] }, "no Droplet 9 in nyc3"],
    [{ snapshots: [{ name: "s", volume_name: "none" }] }, '0 volumes are named "none"'],
    [{ snapshots: [{ name: "s", resource_id: "1-2" }] }, "seed.snapshots[0].region: needed"],
    [
      {
        droplets: [
          { id: 1, region: "nyc3" },
          { id: 1, region: "nyc3" },
        ],
      },
      "seed.droplets[1].id: 1 is given twice",
    ],
    [{ tags: ["a b"] }, "seed.tags[0]: must be letters"],
  ])("that do not fit are refused whole: %j", (bad, message) => {
    const emulator = createDigitalOceanEmulator();
    const good = { name: "fine", region: "nyc3", size_gigabytes: 1 };
    const seed = "volumes" in bad ? { volumes: [good, ...(bad.volumes ?? [])] } : { ...bad, volumes: [good] };
    expect(() => emulator.seed(seed)).toThrow(InvalidInput);
    expect(() => emulator.seed(bad)).toThrow(message);
    expect(emulator.state()).toMatchObject({ volumes: [], droplets: [] });
  });

  test("made in bulk are numbered, spread and old enough", async () => {
    const { call, emulator, clock } = await serve();
    emulator.seed(bulkSeed({ volumes: 3, snapshots: 10, until: clock.now() }));
    const { volumes } = (await call("GET", "/v2/volumes")).body;
    expect(volumes.map((one: { name: string }) => one.name).sort()).toEqual([
      "volume-1",
      "volume-2",
      "volume-3",
    ]);
    const snapshots = (await call("GET", "/v2/snapshots?per_page=200")).body.snapshots;
    expect(snapshots.map((one: { name: string }) => one.name).sort()[9]).toBe("snapshot-10");
    const counts = volumes.map(
      (one: { id: string }) =>
        snapshots.filter((s: { resource_id: string }) => s.resource_id === one.id).length,
    );
    expect(counts.sort()).toEqual([3, 3, 4]);
    for (const { id } of volumes) {
      expect((await call("POST", `/v2/volumes/${id}/snapshots`, { name: "new" })).status).toBe(201);
    }
  });
});

describe("one emulator", () => {
  test("gives the same ids for the same seed, others for another, and the same again after a reset", async () => {
    const ids = async (randomSeed: number): Promise<string[]> => {
      const { volume, emulator } = await serve({ randomSeed });
      const first = (await volume("a")).id;
      emulator.reset();
      return [first, (await volume("a")).id];
    };
    const [one, again, two] = [await ids(1), await ids(1), await ids(2)];
    expect(one).toEqual(again);
    expect(one[0]).toBe(one[1]);
    expect(one[0]).not.toBe(two[0]);
  });

  test("goes back to its options on reset", async () => {
    const { volume, emulator, call } = await serve({
      droplets: [{ id: 1, region: "nyc3" }],
      quotaPerMinute: 5,
    });
    await volume("a", { tags: ["x"] });
    await call("DELETE", "/v2/droplets/1");
    emulator.reset();
    expect(emulator.state()).toMatchObject({ volumes: [], tags: [], droplets: [{ id: 1 }] });
    expect((await call("GET", "/v2/account")).headers.get("ratelimit-remaining")).toBe("99");
  });

  test("ends actions in its state without being asked for them", async () => {
    const { volume, call, emulator, clock } = await serve({ droplets: [{ id: 1, region: "nyc3" }] });
    const { id } = await volume("a");
    await call("POST", `/v2/volumes/${id}/actions`, { type: "attach", droplet_id: 1 });
    await clock.advance(5000);
    expect(emulator.state()).toMatchObject({
      volumes: [{ droplet_ids: [1] }],
      actions: [{ status: "completed", volume_id: id, droplet_id: 1 }],
    });
  });
});
