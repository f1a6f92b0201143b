import { describe, expect, test } from "vitest";
import { errorOf, serve } from "./harness.ts";

const notFound = [404, "not_found", "The resource you were accessing could not be found."];

describe("restoring a snapshot", () => {
  test("gives the snapshot's size and filesystem, whatever the request says", async () => {
    const { call, volume, snapshot } = await serve();
    const source = await volume("data-a", { filesystem_type: "xfs", filesystem_label: "data" });
    const { id } = await snapshot(source.id, "first");
    for (const [name, size] of [
      ["absent", undefined],
      ["zero", 0],
      ["none", null],
      ["larger", 500],
    ] as const) {
      const body = { name, region: "nyc3", snapshot_id: id, size_gigabytes: size };
      const reply = await call("POST", "/v2/volumes", body);
      expect(reply.status).toBe(201);
      expect(reply.body.volume).toMatchObject({
        size_gigabytes: 10,
        filesystem_type: "xfs",
        filesystem_label: "data",
      });
    }
  });

  test("needs no region and refuses another one", async () => {
    const { call, volume, snapshot } = await serve();
    const { id } = await snapshot((await volume("data-a")).id, "first");
    const anywhere = await call("POST", "/v2/volumes", { name: "restored", region: "", snapshot_id: id });
    expect(anywhere.body.volume.region.slug).toBe("nyc3");
    const elsewhere = await call("POST", "/v2/volumes", { name: "far", region: "fra1", snapshot_id: id });
    expect(errorOf(elsewhere).slice(0, 2)).toEqual([422, "unprocessable_entity"]);
  });

  test("is 404 for a snapshot that is not there or is of a Droplet", async () => {
    const { call, emulator } = await serve();
    const droplet = { id: "6372321", name: "d", resource_type: "droplet", resource_id: "1", region: "nyc3" };
    emulator.seed({ snapshots: [{ ...droplet, min_disk_size: 25 }] });
    for (const id of ["0000-1111", "6372321"]) {
      const reply = await call("POST", "/v2/volumes", { name: "restored", snapshot_id: id });
      expect(errorOf(reply)).toEqual([404, "not_found", `Cannot find ${id}`]);
    }
  });
});

describe("reading volumes", () => {
  test("filters by exact name and region, together or apart, and ignores what it does not know", async () => {
    const { call, volume } = await serve();
    for (const region of ["nyc3", "fra1"])
      for (const name of ["data", "data-2"]) await volume(name, { region });
    const found = async (query: string): Promise<string[]> => {
      const { body } = await call("GET", `/v2/volumes?${query}`);
      expect(body.meta.total).toBe(body.volumes.length);
      return body.volumes
        .map((one: { name: string; region: { slug: string } }) => `${one.name}@${one.region.slug}`)
        .sort();
    };
    expect(await found("name=data")).toEqual(["data@fra1", "data@nyc3"]);
    expect(await found("region=fra1")).toEqual(["data-2@fra1", "data@fra1"]);
    expect(await found("name=data&region=fra1&resource_id=1")).toEqual(["data@fra1"]);
    expect(await found("name=dat")).toEqual([]);
    expect(await found("name=&region=")).toHaveLength(4);
  });

  test("lists by ascending id, which is not the order of creation", async () => {
    const { call, volume } = await serve();
    const made: string[] = [];
    for (let index = 0; index < 12; index += 1) made.push((await volume(`data-${index}`)).id);
    const listed = (await call("GET", "/v2/volumes")).body.volumes.map((one: { id: string }) => one.id);
    expect(listed).toEqual([...made].sort());
    expect(listed).not.toEqual(made);
  });

  test("answers HEAD like GET, without a body", async () => {
    const { call, volume } = await serve();
    const { id } = await volume("data-a");
    for (const target of ["/v2/volumes", `/v2/volumes/${id}`]) {
      const head = await call("HEAD", target);
      expect([head.status, head.body]).toEqual([200, undefined]);
      expect(head.headers.get("ratelimit-limit")).toMatch(/^\d+$/);
    }
    expect((await call("HEAD", "/v2/volumes/00")).status).toBe(404);
  });

  test.each([
    "/v2/volumes/7d1f3c52-84ab-11f0-9c1e-0a58ac14c0de",
    "/v2/volumes/no-such-id",
    "/v2/volumes/snapshots",
    "/v2/volumes/actions",
    "/v2/volumes/%2e%2e%2faccount",
    "/v2/volumes/00/unknown",
    "/v2",
    "/v1/volumes",
    "/",
  ])("is the generic 404 at %s", async (target) => {
    const { call } = await serve();
    expect(errorOf(await call("GET", target))).toEqual(notFound);
  });

  test("knows neither PUT nor PATCH", async () => {
    const { call, volume } = await serve();
    const { id } = await volume("data-a");
    for (const method of ["PUT", "PATCH"]) {
      expect((await call(method, `/v2/volumes/${id}`, { name: "b" })).status).toBe(404);
    }
  });

  test("tolerates trailing slashes", async () => {
    const { call, volume } = await serve();
    const { id } = await volume("data-a");
    for (const target of [
      "/v2/volumes/",
      `/v2/volumes/${id}/`,
      `/v2/volumes/${id}/snapshots/`,
      "/v2/account/",
    ]) {
      expect((await call("GET", target)).status).toBe(200);
    }
    expect((await call("GET", "/v2/volumes/?per_page=1&page=2")).body.links.pages.first).toContain(
      "/v2/volumes?page=1",
    );
  });
});

describe("deleting a volume", () => {
  test("is 204 without a body, then 404; a request body is tolerated", async () => {
    const { call, volume } = await serve();
    const { id } = await volume("data-a");
    const gone = await call("DELETE", `/v2/volumes/${id}`, {});
    expect([gone.status, gone.body]).toEqual([204, undefined]);
    expect(gone.headers.get("ratelimit-remaining")).toMatch(/^\d+$/);
    expect(errorOf(await call("DELETE", `/v2/volumes/${id}`))).toEqual(notFound);
    expect((await call("GET", `/v2/volumes/${id}`)).status).toBe(404);
  });

  test("goes by name and region, and deletes nothing when one of them is missing", async () => {
    const { call, volume } = await serve();
    await volume("data-a");
    for (const query of ["name=data-a", "region=nyc3", ""]) {
      expect((await call("DELETE", `/v2/volumes?${query}`)).status).toBe(422);
    }
    expect((await call("DELETE", "/v2/volumes?name=data-a&region=fra1")).status).toBe(404);
    expect((await call("DELETE", "/v2/volumes?name=data-a&region=nyc3")).status).toBe(204);
    expect((await call("DELETE", "/v2/volumes?name=data-a&region=nyc3")).status).toBe(404);
  });

  test("is 409 while attached, or about to be", async () => {
    const { call, volume, clock } = await serve({ droplets: [{ id: 1001, region: "nyc3" }] });
    const { id } = await volume("data-a");
    await call("POST", `/v2/volumes/${id}/actions`, { type: "attach", droplet_id: 1001 });
    const refused = [409, "conflict", "failed to delete volume: attached volume cannot be deleted"];
    expect(errorOf(await call("DELETE", `/v2/volumes/${id}`))).toEqual(refused);
    await clock.advance(5000);
    expect(errorOf(await call("DELETE", `/v2/volumes/${id}`))).toEqual(refused);
    expect(errorOf(await call("DELETE", "/v2/volumes?name=data-a&region=nyc3"))).toEqual(refused);
  });

  test("keeps the snapshots", async () => {
    const { call, volume, snapshot } = await serve();
    const { id } = await volume("data-a");
    const kept = await snapshot(id, "first");
    await call("DELETE", `/v2/volumes/${id}`);
    expect((await call("GET", "/v2/snapshots")).body.snapshots).toEqual([kept]);
    expect((await call("GET", `/v2/snapshots/${kept.id}`)).body.snapshot.resource_id).toBe(id);
    expect((await call("GET", `/v2/volumes/${id}/snapshots`)).status).toBe(404);
    const restored = await call("POST", "/v2/volumes", {
      name: "data-a",
      region: "nyc3",
      snapshot_id: kept.id,
    });
    expect(restored.status).toBe(201);
  });
});
