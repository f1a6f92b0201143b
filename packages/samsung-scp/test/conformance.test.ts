import { describeBlockStorageDriver } from "@polyvol/conformance";
import { makeHarness } from "./harness.ts";

describeBlockStorageDriver("samsung-scp", () => makeHarness());
