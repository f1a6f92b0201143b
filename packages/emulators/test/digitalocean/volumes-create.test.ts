import { describe, expect, test } from "vitest";
import { errorOf, serve } from "./harness.ts";

const create = { name: "data-a", region: "nyc3", size_gigabytes: 10 };
const badName = "failed to create volume: invalid volume name. names must be lowercase and alphanumeric";
const badSize = "failed to create volume: invalid size specified";

describe("creating a volume", () => {
  test("answers 201 with the whole volume, usable at once", async () => {
    const { call } = await serve();
    const { status, body } = await call("POST", "/v2/volumes", {
      ...create,
      description: "first",
      filesystem_type: "ext4",
      filesystem_label: "data",
      tags: ["env:prod", "Web"],
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      volume: {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-11f1-[89ab][0-9a-f]{3}-0a58ac14[0-9a-f]{4}$/),
        region: {
          name: "New York 3",
          slug: "nyc3",
          features: ["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"],
          available: true,
          sizes: expect.any(Array),
        },
        droplet_ids: [],
        name: "data-a",
        description: "first",
        size_gigabytes: 10,
        created_at: "2026-08-01T10:00:00Z",
        filesystem_type: "ext4",
        filesystem_label: "data",
        tags: ["env:prod", "Web"],
      },
    });
    const got = await call("GET", `/v2/volumes/${body.volume.id}`);
    expect(got.body).toEqual(body);
  });

  test("takes empty strings, null and 0 as not given, and ignores unknown keys", async () => {
    const { call } = await serve();
    const empty = { description: "", snapshot_id: "", filesystem_type: "", filesystem_label: "" };
    const godo = await call("POST", "/v2/volumes", { ...create, ...empty, tags: null, price: 1 });
    expect(godo.status).toBe(201);
    const nulls = { description: null, snapshot_id: null, filesystem_type: null, filesystem_label: null };
    const ansible = await call("POST", "/v2/volumes", { ...create, name: "data-b", ...nulls });
    expect(ansible.body.volume).toMatchObject({
      description: "",
      filesystem_type: "",
      filesystem_label: "",
      tags: [],
    });
    const zero = await call("POST", "/v2/volumes", { ...create, name: "data-c", size_gigabytes: 0 });
    expect(errorOf(zero)).toEqual([422, "unprocessable_entity", badSize]);
  });

  test.each([
    ["no name", { name: undefined }, badName],
    ["capitals", { name: "Data" }, badName],
    ["an underscore", { name: "data_a" }, badName],
    ["a digit first", { name: "1data" }, badName],
    ["65 characters", { name: "a".repeat(65) }, badName],
    ["a dash last", { name: "data-" }, badName],
    ["nothing but a dash", { name: "-" }, badName],
    ["no size", { size_gigabytes: undefined }, badSize],
    ["a negative size", { size_gigabytes: -1 }, badSize],
    ["a broken size", { size_gigabytes: 1.5 }, badSize],
    ["more than 16 TiB", { size_gigabytes: 16_385 }, badSize],
    ["no region", { region: "" }, "failed to create volume: invalid region specified"],
    ["an unknown region", { region: "mars1" }, "failed to create volume: invalid region specified"],
    ["a region without volumes", { region: "sfo1" }, "Storage is not supported for this region"],
    ["a long description", { description: "ä".repeat(513) }, expect.stringContaining("1024 bytes")],
    ["an unknown filesystem", { filesystem_type: "zfs" }, expect.stringContaining("ext4 or xfs")],
    ["a label alone", { filesystem_label: "x" }, expect.stringContaining("needs a filesystem type")],
    [
      "a long ext4 label",
      { filesystem_type: "ext4", filesystem_label: "x".repeat(17) },
      expect.stringContaining("16"),
    ],
    [
      "a long xfs label",
      { filesystem_type: "xfs", filesystem_label: "x".repeat(13) },
      expect.stringContaining("12"),
    ],
    ["a bad tag", { tags: ["a b"] }, expect.stringContaining("contains invalid characters")],
  ])("is 422 with %s, and creates nothing", async (_what, change, message) => {
    const { call, emulator } = await serve();
    const reply = await call("POST", "/v2/volumes", { ...create, ...change });
    expect(errorOf(reply)).toEqual([422, "unprocessable_entity", message]);
    expect(reply.body.request_id).toBe(reply.headers.get("x-request-id"));
    expect(emulator.state()).toMatchObject({ volumes: [] });
  });

  test("takes names and sizes up to their limits", async () => {
    const { call } = await serve();
    const largest = {
      ...create,
      name: "a".repeat(64),
      size_gigabytes: 16_384,
      description: "x".repeat(1024),
    };
    expect((await call("POST", "/v2/volumes", largest)).status).toBe(201);
    expect((await call("POST", "/v2/volumes", { ...create, size_gigabytes: 1 })).status).toBe(201);
  });

  test("takes names up to 63 characters where the service does", async () => {
    const { call } = await serve({ volumeNameLength: 63 });
    const create64 = { ...create, name: "a".repeat(64) };
    expect((await call("POST", "/v2/volumes", create64)).status).toBe(422);
    expect((await call("POST", "/v2/volumes", { ...create, name: "a".repeat(63) })).status).toBe(201);
  });

  test.each([
    ["not json"],
    ["[]"],
    ['"text"'],
    [""],
    ['{"name":5}'],
    ['{"name":"a","size_gigabytes":"ten"}'],
  ])("is 400 for the body %s", async (body) => {
    const { call } = await serve();
    const reply = await call("POST", "/v2/volumes", body);
    expect(errorOf(reply)).toEqual([400, "bad_request", "error parsing request body"]);
  });

  test("is 409 for a name that the region has, and fine in another region", async () => {
    const { call, volume } = await serve();
    await volume("data-a");
    const again = await call("POST", "/v2/volumes", create);
    expect(errorOf(again)).toEqual([409, "conflict", "failed to create volume: already exists"]);
    expect((await call("POST", "/v2/volumes", { ...create, region: "fra1" })).status).toBe(201);
  });

  test("is 403 when the account has no room", async () => {
    const full = "failed to create volume: volume/snapshot capacity limit exceeded";
    const counted = await serve({ volumeLimit: 1 });
    await counted.volume("data-a");
    const second = await counted.call("POST", "/v2/volumes", { ...create, name: "data-b" });
    expect(errorOf(second)).toEqual([403, "forbidden", full]);
    const weighed = await serve({ capacityGiB: 15 });
    await weighed.volume("data-a");
    const heavy = await weighed.call("POST", "/v2/volumes", { ...create, name: "data-b" });
    expect(errorOf(heavy)).toEqual([403, "forbidden", full]);
  });

  test("says null for empty lists only when asked to be faithful, and only on creation", async () => {
    const { call, volume } = await serve({ faithfulNulls: true });
    const made = await volume("data-a");
    expect(made).toMatchObject({ droplet_ids: null, tags: null });
    expect((await volume("data-b", { tags: ["x"] })).tags).toEqual(["x"]);
    expect((await call("GET", "/v2/volumes?name=data-a")).body.volumes[0]).toMatchObject({
      droplet_ids: [],
      tags: [],
    });
  });
});
