import { expect, test } from "vitest";
import { createOpenStackStorage } from "../src/index.ts";

const UUID = "83679162-1378-4288-a2d4-70e13ec132aa";
const { driver } = createOpenStackStorage({
  ...{ authUrl: "http://127.0.0.1:9/v3", username: "demo", password: "p", projectName: "demo", region: "R" },
});

test("the names that a disk of a volume may have are those of its id, on each kind of bus", () => {
  expect(driver.deviceHints?.({ id: UUID, name: "data" } as never).links).toEqual([
    "virtio-83679162-1378-4288-a",
    `virtio-${UUID}`,
    "scsi-0QEMU_QEMU_HARDDISK_83679162-1378-4288-a",
    `scsi-0QEMU_QEMU_HARDDISK_${UUID}`,
    "wwn-0x8367916213784288a2d470e13ec132aa",
  ]);
});

test.each([
  [
    { uuid: UUID, availability_zone: "nova", admin_pass: "x" },
    { serverId: UUID, serverZone: "nova" },
  ],
  [{ uuid: UUID, availability_zone: null }, { serverId: UUID }],
  [{ uuid: "i-0001" }, undefined],
  [{}, undefined],
  [null, undefined],
])("of the metadata of a server, its id and zone are read: %j", (document, identity) => {
  expect(driver.serverIdentity?.read([JSON.stringify(document)])).toEqual(identity);
});

test("what is no JSON, or not there, says nothing", () => {
  for (const answers of [["<html>"], [""], []]) {
    expect(driver.serverIdentity?.read(answers)).toBeUndefined();
  }
});
