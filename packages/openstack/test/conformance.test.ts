import { describeShownDriver } from "../../conformance/test/shown-driver.ts";
import { openStackHarness } from "./harness.ts";

describeShownDriver("openstack", () => openStackHarness());
