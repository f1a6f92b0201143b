import { describeBlockStorageDriver } from "@polyvol/conformance";
import { openStackHarness } from "./harness.ts";

describeBlockStorageDriver("openstack", () => openStackHarness());
