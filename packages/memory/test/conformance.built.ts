/** The kit on the built packages: once as ES modules, once with the driver and its core loaded as CommonJS. */
import { createRequire } from "node:module";
import { describeBlockStorageDriver } from "@polyvol/conformance";
import * as memory from "@polyvol/memory";
import { expect, test } from "vitest";
import { memoryHarness } from "./harness.ts";

const require = createRequire(import.meta.url);
const commonJs: typeof memory = require("@polyvol/memory");

test("both builds are what is tested", () => {
  expect(require.resolve("@polyvol/memory")).toMatch(/dist[\\/]index\.cjs$/);
  expect(import.meta.resolve("@polyvol/memory")).toMatch(/dist\/index\.js$/);
  expect(commonJs.createMemoryDriver).not.toBe(memory.createMemoryDriver);
});

describeBlockStorageDriver("memory built as ES module", () =>
  memoryHarness({ names: "free", asynchronous: true }),
);

describeBlockStorageDriver("memory built as CommonJS", () => memoryHarness({}, commonJs));
