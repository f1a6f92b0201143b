import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { createDriver } from "./driver.ts";
import { type OpenStackDriverOptions, type OpenStackStorageOptions, readOptions } from "./options.ts";

/**
 * Block storage of an OpenStack cloud: `createOpenStackStorage({ region: "RegionOne" })`, with the rest in the `OS_*`
 * variables of the environment.
 * @throws PolyvolError `invalid_argument` for a wrong or missing option
 */
export function createOpenStackStorage(options: OpenStackStorageOptions = {}): BlockStorage {
  const settings = readOptions(options);
  return createBlockStorage(createDriver(settings), settings.storage);
}

/**
 * The driver alone, for `createBlockStorage` and the conformance kit.
 * @throws PolyvolError `invalid_argument` for a wrong or missing option
 */
export function createOpenStackDriver(options: OpenStackDriverOptions = {}): BlockStorageDriver {
  return createDriver(readOptions(options));
}
