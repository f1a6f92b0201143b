import { cinderVolumeState } from "@polyvol/core/http";
import { expect, test } from "vitest";
import { capabilitiesWith } from "../src/capabilities.ts";
import { openStackDetails } from "../src/details.ts";
import { toPage, toSnapshot, toSnapshotState, toVolume, waitsForPerson } from "../src/mapping.ts";
import { snapshotAnswer, volumeAnswer, volumesAnswer } from "../src/wire.ts";
import { SNAPSHOT_ID, snapshot, VOLUME_ID, volume } from "./fake-cloud.ts";

const read = (fields: object = {}) =>
  toVolume(volumeAnswer.parse({ volume: volume(fields) }).volume, "local");

test("a volume as the service shows it", () => {
  const metadata = { size: "big", "polyvol-attempt": "a-1", readonly: "False", attached_mode: "rw" };
  const attachments = [
    {
      id: VOLUME_ID,
      attachment_id: "a",
      server_id: "s-1",
      device: "auto",
      attached_at: "2026-11-29T14:54:37.000000",
    },
    {
      id: VOLUME_ID,
      attachment_id: "b",
      server_id: null,
      host_name: "metal",
      device: "/dev/vdb",
      attached_at: null,
    },
  ];
  const found = read({ metadata, attachments, status: "in-use", snapshot_id: SNAPSHOT_ID, bootable: "true" });
  expect(found).toMatchObject({
    ...{ id: VOLUME_ID, name: "db", provider: "openstack", region: "local", zone: "nova", sizeGiB: 1 },
    ...{ state: "in_use", providerState: "in-use", createdAt: new Date("2026-11-29T14:54:28.116Z") },
    tags: { size: "big" },
    attachments: [
      { serverId: "s-1", attachedAt: new Date("2026-11-29T14:54:37Z") },
      { serverId: "metal", device: "/dev/vdb" },
    ],
    ...{ sourceSnapshotId: SNAPSHOT_ID, volumeType: "__DEFAULT__", encrypted: false, bootable: true },
  });
  expect(openStackDetails(found)).toMatchObject({
    metadata,
    attachmentIds: ["a", "b"],
    multiattach: undefined,
  });
});

test("a snapshot as the service shows it", () => {
  const wire = snapshotAnswer.parse({ snapshot: snapshot({ size: 3, metadata: { k: "" } }) }).snapshot;
  expect(toSnapshot(wire, "local")).toMatchObject({
    minVolumeSizeGiB: 3,
    billableGiB: 3,
    tags: { k: "" },
    regions: ["local"],
  });
});

test.each([[null], [undefined], ["{}"], [[]]])("metadata %j says nothing of tags", (metadata) => {
  expect(read({ metadata })).toMatchObject({ tags: {}, tagsUnknown: true });
});

test.each([
  ["2026-11-29T14:54:28.116097", "2026-11-29T14:54:28.116Z"],
  ["2026-11-29T14:54:28.000000", "2026-11-29T14:54:28.000Z"],
  ["2026-11-29T14:54:28", "2026-11-29T14:54:28.000Z"],
])("%s is UTC", (created_at, expected) => {
  expect(read({ created_at }).createdAt.toISOString()).toBe(expected);
});

test("states: what begins with error has failed, what nobody knows is waited for", () => {
  const states = [
    "creating",
    "downloading",
    "available",
    "reserved",
    "in-use",
    "extending",
    "reverting",
    "error_extending",
  ];
  expect(states.map(cinderVolumeState)).toEqual([
    ...["creating", "creating", "available", "attaching", "in_use", "resizing", "reverting", "error"],
  ]);
  expect(["retyping", "backing-up", "maintenance"].map(cinderVolumeState)).toEqual([
    "unknown",
    "unknown",
    "unknown",
  ]);
  expect(["restoring", "error_deleting", "unmanaging", "backing-up"].map(toSnapshotState)).toEqual([
    "restoring",
    "error",
    "unknown",
    "restoring",
  ]);
  // The service's own lock while it migrates a volume, and no person's.
  expect(["awaiting-transfer", "maintenance"].map(waitsForPerson)).toEqual([true, false]);
});

test("of the links of a page only whether one leads on is read", () => {
  const next = [{ rel: "next", href: "http://elsewhere.example/?marker=x" }];
  const isMore = (links: unknown) => {
    const { volumes_links } = volumesAnswer.parse({ volumes: [], volumes_links: links });
    return toPage([], volumes_links).hasMore;
  };
  expect(isMore(next)).toBe(true);
  for (const odd of [undefined, null, "?", {}, [], [null], ["next"], [{ rel: "prev" }]]) {
    expect(isMore(odd)).toBe(false);
  }
});

test.each([
  ["padded ", false],
  ["\u3000wide", false],
  ["\u001fcontrol", false],
  ["in the\nmiddle", true],
  ["a", true],
  ["é😀", true],
])("%j can be a name: %j", (name, expected) => {
  const { pattern } = capabilitiesWith([]).limits.volumeName;
  expect(new RegExp(`^(?:${pattern})$`).test(name)).toBe(expected);
});
