import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { createDriver } from "./driver.ts";
import { readOptions, type SamsungScpDriverOptions, type SamsungScpStorageOptions } from "./options.ts";

/**
 * Block storage on Samsung Cloud Platform: `createSamsungScpStorage({ region: "kr-west1", environment: "e" })`, the
 * keys being in the environment.
 * @throws PolyvolError `invalid_argument` for a wrong or missing option
 */
export function createSamsungScpStorage(options: SamsungScpStorageOptions = {}): BlockStorage {
  const settings = readOptions(options);
  return createBlockStorage(createDriver(settings), settings.storage);
}

/**
 * The driver alone, for `createBlockStorage` and the conformance kit.
 * @throws PolyvolError `invalid_argument` for a wrong or missing option
 */
export function createSamsungScpDriver(options: SamsungScpDriverOptions = {}): BlockStorageDriver {
  return createDriver(readOptions(options));
}
