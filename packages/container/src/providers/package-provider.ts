import type { BlockStorage } from "@polyvol/core";
import { loadModule } from "../file/load-module.ts";
import type { CreateStorage } from "./registration.ts";
import { resolvePackage } from "./resolve-package.ts";

/** What a provider from elsewhere is written like: `package:@acme/polyvol-cloud`. */
const PACKAGE_PREFIX = "package:";

/** Source of the pattern that `provider` has to match to name a package. */
export const PACKAGE_PATTERN: string =
  "^package:(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*(/[a-zA-Z0-9._-]+)*$";

/** The name of the package, or `undefined` for any other provider. */
export function packageNameOf(provider: string): string | undefined {
  return new RegExp(PACKAGE_PATTERN).test(provider) ? provider.slice(PACKAGE_PREFIX.length) : undefined;
}

/**
 * Loads a driver's package, found as the files of `directory` would find it, and gives its `createStorage`.
 * This runs the package's code.
 */
export function loadPackage(name: string, directory: string): CreateStorage {
  const loaded = loadModule(resolvePackage(name, directory));
  const inside = loaded["default"] as Record<string, unknown> | null | undefined;
  const create = loaded["createStorage"] ?? inside?.["createStorage"];
  if (typeof create !== "function") throw new TypeError("it exports no function createStorage(options)");
  return (options) => {
    const storage: unknown = create(options);
    if (isBlockStorage(storage)) return storage;
    throw new TypeError(`createStorage(options) of ${name} returned no BlockStorage`);
  };
}

function isBlockStorage(value: unknown): value is BlockStorage {
  const { volumes, snapshots } = (value ?? {}) as Partial<BlockStorage>;
  return typeof volumes?.list === "function" && typeof snapshots?.list === "function";
}
