import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { createDriver } from "./driver.ts";
import { type DigitalOceanDriverOptions, type DigitalOceanStorageOptions, readOptions } from "./options.ts";

/**
 * Block storage on DigitalOcean: `createDigitalOceanStorage({ region: "nyc3" })`, the token being in the environment.
 * @throws PolyvolError `invalid_argument` for a wrong option, or without a token
 */
export function createDigitalOceanStorage(options: DigitalOceanStorageOptions = {}): BlockStorage {
  const settings = readOptions(options);
  return createBlockStorage(createDriver(settings), settings.storage);
}

/**
 * The driver alone, for `createBlockStorage` and the conformance kit.
 * @throws PolyvolError `invalid_argument` for a wrong option, or without a token
 */
export function createDigitalOceanDriver(options: DigitalOceanDriverOptions = {}): BlockStorageDriver {
  return createDriver(readOptions(options));
}
