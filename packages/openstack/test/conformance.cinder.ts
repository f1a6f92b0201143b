import { describeBlockStorageDriver } from "@polyvol/conformance";
import { describe, test } from "vitest";
import { findCinder } from "./cinder.ts";
import { makeHarness } from "./harness.ts";

const server = findCinder();

describe("on a real Cinder", () => {
  if (server === undefined) test.skip("needs a real Cinder: pnpm cinder start", () => undefined);
  else describeBlockStorageDriver("openstack", () => makeHarness(server));
});
