import { readFileSync } from "node:fs";
import type { DriverCreateVolume } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { digitalOceanDetails } from "../src/details.ts";
import {
  asMade,
  toCreateSnapshotBody,
  toCreateVolumeBody,
  toSnapshot,
  toSnapshotPage,
  toVolume,
} from "../src/mapping.ts";
import { snapshotAnswer, snapshotsAnswer, volumeAnswer, volumesAnswer } from "../src/wire.ts";

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), "utf8"));
}

/** What a caller sees: without the details, which are kept under a symbol. */
function plain(resource: object): unknown {
  return Object.fromEntries(Object.entries(resource));
}

const created = volumeAnswer.parse(fixture("volume-created")).volume;
const listed = volumesAnswer.parse(fixture("volumes")).volumes.map(toVolume);
const snapshots = snapshotsAnswer.parse(fixture("snapshots"));

describe("volumes", () => {
  test("a new one, with nulls where the service sends them", () => {
    expect(plain(toVolume(asMade(created)))).toEqual({
      id: "0f6d2b8a-7c1e-11f0-8a2b-0a58ac140001",
      name: "orders-db",
      provider: "digitalocean",
      region: "nyc3",
      sizeGiB: 40,
      state: "available",
      createdAt: new Date("2026-07-14T08:30:05Z"),
      tags: {},
      attachments: [],
    });
  });

  test("an attached one: its state comes from its Droplets, its source from its description", () => {
    expect(listed[0]).toMatchObject({
      state: "in_use",
      attachments: [{ serverId: "314159265" }],
      description: "orders",
      sourceSnapshotId: "5c7e9d10-7c2f-11f0-8a2b-0a58ac140002",
      tags: { team: "storage", nightly: "", path: "a:b" },
    });
  });

  test("a legacy name, a null description and fields that are not there", () => {
    expect(listed[1]).toMatchObject({ name: "old_name", region: "ams3", attachments: [], tags: {} });
    expect(listed[1]).not.toHaveProperty("description");
    expect(listed[2]).toMatchObject({ name: "sparse", state: "available", attachments: [], tags: {} });
  });

  test("details keep what the record cannot hold", () => {
    const [attached, legacy] = listed;
    expect(attached && digitalOceanDetails(attached)).toEqual({
      flatTags: ["team:storage", "team:backup", "nightly", "path:a:b"],
      filesystemType: "ext4",
      filesystemLabel: "orders",
      region: { name: "New York 3", slug: "nyc3", sizes: [], features: ["storage"], available: true },
    });
    expect(legacy && digitalOceanDetails(legacy)?.filesystemType).toBeUndefined();
    expect(digitalOceanDetails(JSON.parse(JSON.stringify(attached)))).toBeUndefined();
    expect(attached && digitalOceanDetails({ ...attached, provider: "other" })).toBeUndefined();
  });
});

describe("snapshots", () => {
  test("a new one: what a restore needs is not what is charged, and its region may be odd", () => {
    expect(plain(toSnapshot(asMade(snapshotAnswer.parse(fixture("snapshot-created")).snapshot)))).toEqual({
      id: "5c7e9d10-7c2f-11f0-8a2b-0a58ac140002",
      name: "orders-db-nightly",
      provider: "digitalocean",
      volumeId: "0f6d2b8a-7c1e-11f0-8a2b-0a58ac140001",
      regions: ["nbg1"],
      state: "available",
      createdAt: new Date("2026-07-14T09:00:00Z"),
      minVolumeSizeGiB: 40,
      billableGiB: 0,
      tags: {},
    });
  });

  test("one of which the service does not say the volume is of none that is known, or of the one it is listed under", () => {
    const [wire] = snapshots.snapshots.filter((each) => each.resource_type === "volume");
    if (wire === undefined) return expect.unreachable();
    for (const resource_id of [null, undefined, ""]) {
      expect(toSnapshot({ ...wire, resource_id }).volumeId).toBe("");
      expect(toSnapshot({ ...wire, resource_id }, "ab-1").volumeId).toBe("ab-1");
    }
    expect(toSnapshot(wire, "ab-1").volumeId).toBe(wire.resource_id);
  });

  test("Droplet snapshots are kept out", () => {
    const { items: own, total } = toSnapshotPage({ ...snapshots, meta: { total: 9 } }, 200);
    expect(total, "without those that were left out").toBe(9 - snapshots.snapshots.length + own.length);
    expect(own.map((each) => each.name)).toEqual(["orders-db-nightly"]);
    expect(own[0] && digitalOceanDetails(own[0])).toEqual({ flatTags: ["keep"] });
  });

  test("a full page that would look like the last one without them is refused", () => {
    expect(() => toSnapshotPage(snapshots, 2)).toThrow(/held others.*malformed_response/);
  });
});

describe("answers that break the contract", () => {
  const broken: readonly (readonly [string, unknown])[] = [
    ["no id", { ...created, id: undefined }],
    ["an empty id", { ...created, id: "" }],
    ["no instant", { ...created, created_at: "yesterday" }],
    ["a region without a slug", { ...created, region: { name: "New York 3" } }],
    ["a region as text", { ...created, region: null }],
    ["a size that is no whole number", { ...created, size_gigabytes: 1.5 }],
    ["a size below nothing", { ...created, size_gigabytes: -10 }],
    ["a Droplet id that has lost digits", { ...created, droplet_ids: [2 ** 53] }],
  ];
  test.each(broken)("%s", (_, volume) => {
    expect(() => volumeAnswer.parse({ volume })).toThrow();
  });

  test("unknown fields are no such thing", () => {
    expect(volumeAnswer.parse({ volume: { ...created, mood: "calm" }, links: {} }).volume.name).toBe(
      "orders-db",
    );
  });

  test("a listing may lack its total", () => {
    expect(volumesAnswer.parse({ volumes: [] })).toEqual({ volumes: [] });
  });
});

describe("requests", () => {
  const input: DriverCreateVolume = { name: "data", sizeGiB: 10, tags: {} };

  test("nothing is sent that was not asked for", () => {
    expect(toCreateVolumeBody(input, "nyc3")).toEqual({ name: "data", size_gigabytes: 10, region: "nyc3" });
    expect(toCreateVolumeBody({ ...input, description: "" }, undefined)).toEqual({
      name: "data",
      size_gigabytes: 10,
    });
  });

  test("everything at once", () => {
    const body = toCreateVolumeBody(
      {
        ...input,
        description: "orders",
        tags: { team: "storage", nightly: "" },
        sourceSnapshotId: "5c7e-01",
        providerOptions: {
          digitalocean: { filesystemType: "xfs", filesystemLabel: "orders", tags: ["nightly", "odd:one"] },
          samsung: { ignored: true },
        },
      },
      "nyc3",
    );
    expect(body).toEqual({
      name: "data",
      size_gigabytes: 10,
      region: "nyc3",
      description: "orders [polyvol source=5c7e-01]",
      snapshot_id: "5c7e-01",
      filesystem_type: "xfs",
      filesystem_label: "orders",
      tags: ["team:storage", "nightly", "odd:one"],
    });
  });

  test("a snapshot has a name and tags; a description it cannot have", () => {
    const snapshot = { volumeId: "ab-1", name: "s", tags: { a: "b" }, allowAttached: true, attemptId: "x" };
    expect(toCreateSnapshotBody(snapshot)).toEqual({ name: "s", tags: ["a:b"] });
    expect(toCreateSnapshotBody({ ...snapshot, tags: {} })).toEqual({ name: "s" });
    expect(
      toCreateSnapshotBody({ ...snapshot, tags: {}, providerOptions: { digitalocean: { tags: ["bare"] } } }),
    ).toEqual({ name: "s", tags: ["bare"] });
  });

  const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ filesystemType: "ntfs" }, /filesystemType: found "ntfs", allowed: "ext4" or "xfs"/],
    [{ filesystem: "ext4" }, /found filesystem, allowed: tags, filesystemType, filesystemLabel/],
    [{ filesystemLabel: "a" }, /filesystemLabel: found 1 characters, allowed: none without a filesystemType/],
    [
      { filesystemType: "xfs", filesystemLabel: "a".repeat(13) },
      /found 13 characters, allowed: 12 characters/,
    ],
    [
      { filesystemType: "ext4", filesystemLabel: "a".repeat(17) },
      /found 17 characters, allowed: 16 characters/,
    ],
    [{ tags: "one" }, /tags: found "one", allowed: a list of flat tags/],
    [{ tags: ["not a tag"] }, /tag: found "not a tag", allowed: letters/],
  ];
  test.each(wrong)("options %j are refused", (digitalocean, message) => {
    const providerOptions = { digitalocean };
    expect(() => toCreateVolumeBody({ ...input, providerOptions }, "nyc3")).toThrow(message);
  });
});
