/** The kit on the built packages: once as ES modules, once with the driver and its core loaded as CommonJS. */
import { createRequire } from "node:module";
import { describeBlockStorageDriver } from "@polyvol/conformance";
import * as openStack from "@polyvol/openstack";
import { expect, test } from "vitest";
import { openStackHarness } from "./harness.ts";

const require = createRequire(import.meta.url);
const commonJs: typeof openStack = require("@polyvol/openstack");

test("both builds are what is tested", () => {
  expect(require.resolve("@polyvol/openstack")).toMatch(/dist[\\/]index\.cjs$/);
  expect(import.meta.resolve("@polyvol/openstack")).toMatch(/dist\/index\.js$/);
  expect(commonJs.createOpenStackDriver).not.toBe(openStack.createOpenStackDriver);
});

describeBlockStorageDriver("openstack built as ES module", () => openStackHarness());

describeBlockStorageDriver("openstack built as CommonJS", () =>
  openStackHarness({}, {}, commonJs.createOpenStackDriver),
);
