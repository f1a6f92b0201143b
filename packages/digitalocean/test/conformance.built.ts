/** The kit on the built packages: once as ES modules, once with the driver and its core loaded as CommonJS. */
import { createRequire } from "node:module";
import { describeBlockStorageDriver } from "@polyvol/conformance";
import * as digitalOcean from "@polyvol/digitalocean";
import { expect, test } from "vitest";
import { digitalOceanHarness } from "./harness.ts";

const require = createRequire(import.meta.url);
const commonJs: typeof digitalOcean = require("@polyvol/digitalocean");

test("both builds are what is tested", () => {
  expect(require.resolve("@polyvol/digitalocean")).toMatch(/dist[\\/]index\.cjs$/);
  expect(import.meta.resolve("@polyvol/digitalocean")).toMatch(/dist\/index\.js$/);
  expect(commonJs.createDigitalOceanDriver).not.toBe(digitalOcean.createDigitalOceanDriver);
});

describeBlockStorageDriver("digitalocean built as ES module", () => digitalOceanHarness());

describeBlockStorageDriver("digitalocean built as CommonJS", () =>
  digitalOceanHarness({}, {}, commonJs.createDigitalOceanDriver),
);
