import { expect, test } from "vitest";
import { createDigitalOceanStorage } from "../src/index.ts";

const { driver } = createDigitalOceanStorage({ token: "dop_v1_test" });

test("the name that a disk of a volume has is made of the volume's name", () => {
  expect(driver.deviceHints?.({ id: "1", name: "data-1" } as never)).toEqual({
    links: ["scsi-0DO_Volume_data-1"],
  });
});

test.each([
  [["2756294", "nyc3"], { serverId: "2756294", serverRegion: "nyc3" }],
  [["2756294\n", "nyc3\n"], { serverId: "2756294", serverRegion: "nyc3" }],
  [["not found", "nyc3"], undefined],
  [["0", "nyc3"], undefined],
  [["2756294", "<html>"], undefined],
  [["2756294"], undefined],
  [[], undefined],
])("of the metadata of a Droplet, its number and region are read: %j", (answers, identity) => {
  expect(driver.serverIdentity?.read(answers)).toEqual(identity);
});
