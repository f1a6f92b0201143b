/** An adapter for Attic, the service of `service/`, as a package would export it. */
import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import { createAtticDriver } from "./driver.ts";
import { type AtticStorageOptions, atticOptions } from "./options.ts";

export { createAtticDriver } from "./driver.ts";
export type { AtticDriverOptions, AtticStorageOptions } from "./options.ts";

/** @throws PolyvolError `invalid_argument` for a wrong option, or without a token */
export function createAtticStorage(options: AtticStorageOptions): BlockStorage {
  return createBlockStorage(createAtticDriver(options), atticOptions.read(options).storage);
}

/** The name by which a configuration with `provider: "package:…"` finds it. */
export const createStorage: typeof createAtticStorage = createAtticStorage;
