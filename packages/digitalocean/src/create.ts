import { type BlockStorageWithout, createBlockStorage } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import type { MissingCapability } from "./capabilities.ts";
import { createDriver } from "./driver.ts";
import { type DigitalOceanDriverOptions, type DigitalOceanStorageOptions, readOptions } from "./options.ts";

/**
 * Block storage on DigitalOcean. It fits wherever a `BlockStorage` is taken; what DigitalOcean has not (revert, rename,
 * update of a snapshot) cannot be called on it.
 */
export interface DigitalOceanStorage extends BlockStorageWithout<MissingCapability> {}

/**
 * Block storage on DigitalOcean: `createDigitalOceanStorage({ region: "nyc3" })`, the token being in the environment.
 * @throws PolyvolError `invalid_argument` for a wrong option, or without a token
 */
export function createDigitalOceanStorage(options: DigitalOceanStorageOptions = {}): DigitalOceanStorage {
  const settings = readOptions(options);
  return createBlockStorage(createDriver(settings), settings.storage) as DigitalOceanStorage;
}

/**
 * The driver alone, for `createBlockStorage` and the conformance kit.
 * @throws PolyvolError `invalid_argument` for a wrong option, or without a token
 */
export function createDigitalOceanDriver(options: DigitalOceanDriverOptions = {}): BlockStorageDriver {
  return createDriver(readOptions(options));
}
