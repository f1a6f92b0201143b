import { describeShownDriver } from "../../conformance/test/shown-driver.ts";
import { digitalOceanHarness } from "./harness.ts";

// `reliability/test/description-digitalocean.test.ts` runs it a second time, on a service that shows what was seen live.
describeShownDriver("digitalocean", () => digitalOceanHarness());
