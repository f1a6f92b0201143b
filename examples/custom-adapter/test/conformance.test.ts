import { describeBlockStorageDriver } from "@polyvol/conformance";
import { makeHarness } from "./harness.ts";

describeBlockStorageDriver("attic", makeHarness);
