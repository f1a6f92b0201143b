import { describeShownDriver } from "../../conformance/test/shown-driver.ts";
import { makeHarness } from "./harness.ts";

describeShownDriver("samsung-scp", () => makeHarness());
