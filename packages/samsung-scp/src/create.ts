import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { resolveConfig, type SamsungScpDriverOptions, type SamsungScpStorageOptions } from "./config.ts";
import { createDriver } from "./driver.ts";

/**
 * Block storage on Samsung Cloud Platform: `createSamsungScpStorage({ region: "kr-west1", environment: "e" })`, the
 * keys being in the environment.
 * @throws PolyvolError `invalid_argument` for a wrong or missing option
 */
export function createSamsungScpStorage(options: SamsungScpStorageOptions = {}): BlockStorage {
  return createBlockStorage(createDriver(resolveConfig(options)), options);
}

/**
 * The driver alone, for `createBlockStorage` and the conformance kit.
 * @throws PolyvolError `invalid_argument` for a wrong or missing option
 */
export function createSamsungScpDriver(options: SamsungScpDriverOptions = {}): BlockStorageDriver {
  return createDriver(resolveConfig(options));
}
