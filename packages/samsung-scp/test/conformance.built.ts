/** The kit on the built packages: once as ES modules, once with the driver and its core loaded as CommonJS. */
import { createRequire } from "node:module";
import { describeBlockStorageDriver } from "@polyvol/conformance";
import * as samsungScp from "@polyvol/samsung-scp";
import { expect, test } from "vitest";
import { makeHarness } from "./harness.ts";

const require = createRequire(import.meta.url);
const commonJs: typeof samsungScp = require("@polyvol/samsung-scp");

test("both builds are what is tested", () => {
  expect(require.resolve("@polyvol/samsung-scp")).toMatch(/dist[\\/]index\.cjs$/);
  expect(import.meta.resolve("@polyvol/samsung-scp")).toMatch(/dist\/index\.js$/);
  expect(commonJs.createSamsungScpDriver).not.toBe(samsungScp.createSamsungScpDriver);
});

describeBlockStorageDriver("samsung-scp built as ES module", () => makeHarness());

describeBlockStorageDriver("samsung-scp built as CommonJS", () =>
  makeHarness({ create: commonJs.createSamsungScpDriver }),
);
