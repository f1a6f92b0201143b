import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { samsungScpDetails } from "../src/index.ts";
import { toSnapshot, toSnapshotState, toVolume, toVolumeState, whyUndeletable } from "../src/mapping.ts";
import { attemptIdOf, toMetadata, toTags, toWireTags } from "../src/tags.ts";
import * as wire from "../src/wire.ts";

function fixture(name: string, changes: object = {}): object {
  const text = readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), "utf8");
  return { ...(JSON.parse(text) as object), ...changes };
}
const volume = (changes?: object) =>
  toVolume(wire.volumeAnswer.parse(fixture("volume", changes)), "kr-west1");
const snapshot = (changes?: object) =>
  toSnapshot(wire.snapshotAnswer.parse(fixture("snapshot", changes)), "kr-west1");

describe("volumes", () => {
  test("a full answer", () => {
    expect(volume()).toEqual({
      id: "760fee21-42b7-4717-adb7-511b31f8af74",
      name: "volume01",
      provider: "samsung-scp",
      region: "kr-west1",
      sizeGiB: 104,
      state: "in_use",
      providerState: "in-use",
      createdAt: new Date("2024-01-15T10:30:00Z"),
      tags: {},
      attachments: [
        {
          serverId: "b13531ca-99ec-4aa5-a2dd-a85665b0a358",
          device: "/dev/vdb",
          attachedAt: new Date("2024-01-15T10:31:00.500Z"),
        },
      ],
      sourceSnapshotId: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
      volumeType: "SSD_Provisioned",
      encrypted: true,
      bootable: true,
      [Symbol.for("polyvol.providerDetails")]: expect.anything(),
    });
  });

  test.each([
    ["Error Deleting", true],
    ["error_backing-up", true],
    ["error_extending", false],
    ["available", false],
  ])("one in the state %s is deleted for nobody: %s", (state, told) => {
    expect(whyUndeletable(volume({ state })) !== undefined).toBe(told);
  });

  test("its details, which JSON leaves out", () => {
    expect(samsungScpDetails(volume())).toEqual({
      volumeTypeId: "c643ac35-3aec-43e6-b97a-3d6f666c5207",
      userId: "a7803edaea1b4235956691f150d6c5b1",
      multiattach: false,
      maxIops: 10_000,
      maxThroughput: 500,
      modifiedAt: new Date("2024-01-16T00:00:00Z"),
      imageMetadata: { image_id: "9d1c0d3a-6d0f-4d9c-8a3c-0a8f6b1d2e3f", os_distro: "ubuntu", min_disk: 16 },
    });
    const copied = JSON.parse(JSON.stringify(volume())) as ReturnType<typeof volume>;
    expect(samsungScpDetails(copied)).toBeUndefined();
    expect(samsungScpDetails({ ...volume(), provider: "other" })).toBeUndefined();
  });

  test("only what every version has, with nulls; unknown keys are ignored", () => {
    const answer = wire.volumeAnswer.parse({
      id: "760fee21-42b7-4717-adb7-511b31f8af74",
      name: null,
      size: 8,
      state: "creating",
      snapshot_id: null,
      servers: [{ id: "b13531ca-99ec-4aa5-a2dd-a85665b0a358", device: "", attached_at: null }],
      created_at: "2024-01-15T10:30:00.000Z",
      modified_at: null,
      volume_image_metadata: null,
      zone: "kr-east1-a",
      brand_new: true,
    });
    const least = toVolume(answer, "kr-east1");
    expect(JSON.parse(JSON.stringify(least))).toEqual({
      id: "760fee21-42b7-4717-adb7-511b31f8af74",
      name: "",
      provider: "samsung-scp",
      region: "kr-east1",
      zone: "kr-east1-a",
      sizeGiB: 8,
      state: "creating",
      providerState: "creating",
      createdAt: "2024-01-15T10:30:00.000Z",
      tags: {},
      attachments: [{ serverId: "b13531ca-99ec-4aa5-a2dd-a85665b0a358" }],
    });
    expect(samsungScpDetails(least)?.imageMetadata).toEqual({});
  });

  test.each([
    ["without an id", { id: undefined }],
    ["with a size in words", { size: "8" }],
    ["without servers, which decide over deletions", { servers: undefined }],
    ["made at no time", { created_at: "yesterday" }],
  ])("an answer %s is malformed", (_, changes) => {
    expect(() => volume(changes)).toThrow();
  });

  test("a page", () => {
    const page = wire.volumesAnswer.parse({ volumes: [fixture("volume"), fixture("volume")], count: null });
    expect(page.volumes).toHaveLength(2);
    expect(() => wire.volumesAnswer.parse([])).toThrow();
  });
});

describe("snapshots", () => {
  test("a full answer", () => {
    expect(snapshot()).toEqual({
      id: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
      name: "snapshot-1",
      provider: "samsung-scp",
      volumeId: "3f500f00-ed80-4566-a057-e31760226f9a",
      regions: ["kr-west1"],
      state: "available",
      providerState: "available",
      createdAt: new Date("2025-07-22T09:00:00Z"),
      minVolumeSizeGiB: 104,
      billableGiB: 104,
      description: "description",
      tags: { team: "storage", count: "3" },
      // A key that holds something else is there all the same: it may be a hold.
      flatTags: ["team:storage", "count:3", "nested", "none"],
      [Symbol.for("polyvol.providerDetails")]: expect.anything(),
    });
    expect(samsungScpDetails(snapshot())).toEqual({
      userId: "570907805e5447be84b618450ef52o0t",
      modifiedAt: new Date("2025-07-26T12:00:00Z"),
      metadata: (fixture("snapshot") as { metadata: object }).metadata,
    });
  });

  test.each([["Metadata"], [""], [null], [undefined], [[{ key: "a" }]], [7]])(
    "metadata %j is as good as none",
    (metadata) => {
      const read = snapshot({ metadata });
      expect(read.tags).toEqual({});
      expect(samsungScpDetails(read)?.metadata).toEqual({});
      expect(attemptIdOf(read)).toBeUndefined();
    },
  );

  test("what says nothing of metadata is told from what says that there is none", () => {
    for (const metadata of ["Metadata", "", undefined, [], 7])
      expect(snapshot({ metadata }).tagsUnknown).toBe(true);
    for (const metadata of [null, {}, { a: "b" }]) expect(snapshot({ metadata }).tagsUnknown).toBeUndefined();
  });

  test("the mark of a create is told, and is no tag", () => {
    expect(attemptIdOf(snapshot())).toBe("attempt-1");
    expect(snapshot().tags).not.toHaveProperty("polyvol-attempt");
    expect(attemptIdOf(snapshot({ metadata: { "polyvol-attempt": 5 } }))).toBeUndefined();
  });
});

describe("tags", () => {
  test("there and back, with the mark beside them", () => {
    const tags = { team: "storage", empty: "" };
    const metadata = toMetadata(tags, "attempt-1");
    expect(metadata).toEqual({ ...tags, "polyvol-attempt": "attempt-1" });
    expect(toTags(metadata)).toEqual(tags);
  });

  test("names of built-in properties are keys like any other", () => {
    const hostile = JSON.parse('{"__proto__":"a","constructor":"b","hasOwnProperty":"c"}') as Record<
      string,
      string
    >;
    const metadata = toMetadata(hostile, "attempt-1");
    expect(JSON.parse(JSON.stringify(metadata))).toEqual(
      JSON.parse(JSON.stringify({ ...hostile, "polyvol-attempt": "attempt-1" })),
    );
    const tags = toTags(JSON.parse(JSON.stringify(metadata)));
    expect(Object.keys(tags)).toEqual(["__proto__", "constructor", "hasOwnProperty"]);
    expect(Object.getPrototypeOf(tags)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });

  test("on a volume, as pairs; none at all where there are none", () => {
    expect(toWireTags({ a: "1", b: "" })).toEqual([
      { key: "a", value: "1" },
      { key: "b", value: "" },
    ]);
    expect(toWireTags({})).toBeUndefined();
  });
});

describe("states", () => {
  test.each([
    ["creating", "creating"],
    ["Downloading", "creating"],
    ["AVAILABLE", "available"],
    ["reserved", "attaching"],
    ["attaching", "attaching"],
    ["in-use", "in_use"],
    ["In Use", "in_use"],
    ["in_use", "in_use"],
    [" in  use ", "in_use"],
    ["detaching", "detaching"],
    ["extending", "resizing"],
    ["reverting", "reverting"],
    ["deleting", "deleting"],
    ["error", "error"],
    ["error extending", "error"],
    ["error_deleting", "error"],
    ["Error-Restoring", "error"],
    ["error_of_a_new_kind", "error"],
    ["maintenance", "unknown"],
    ["awaiting-transfer", "unknown"],
    ["backing-up", "unknown"],
    ["", "unknown"],
    ["contemplating", "unknown"],
  ])("volume %j is %s", (state, expected) => {
    expect(toVolumeState(state)).toBe(expected);
    expect(volume({ state }).providerState).toBe(state);
  });

  test.each([
    ["creating", "creating"],
    ["Available", "available"],
    ["restoring", "restoring"],
    ["deleting", "deleting"],
    ["error_deleting", "error"],
    ["Error", "error"],
    ["backing-up", "unknown"],
    ["contemplating", "unknown"],
  ])("snapshot %j is %s", (status, expected) => {
    expect(toSnapshotState(status)).toBe(expected);
    expect(snapshot({ status })).toMatchObject({ state: expected, providerState: status });
  });

  test("a snapshot without a status is of an unknown one", () => {
    expect(snapshot({ status: null }).state).toBe("unknown");
    expect(snapshot({ status: null })).not.toHaveProperty("providerState");
  });
});
