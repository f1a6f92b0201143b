/** The whole conformance kit on a real Cinder. */
import { describeBlockStorageDriver } from "@polyvol/conformance";
import { describe } from "vitest";
import { makeHarness } from "../src/kit-harness.ts";
import { readServer } from "../src/server.ts";

describe.skipIf(readServer() === undefined)("on a real Cinder", () => {
  describeBlockStorageDriver("openstack", makeHarness);
});
