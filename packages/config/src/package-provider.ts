import { readFileSync } from "node:fs";
// By its default export: an older Node, which core refuses in words, does not have all of the names.
import nodeModule, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BlockStorage } from "@polyvol/core";
import type { CreateStorage } from "./providers.ts";

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
    throw new TypeError("it returned no BlockStorage");
  };
}

function isBlockStorage(value: unknown): value is BlockStorage {
  const { volumes, snapshots } = (value ?? {}) as Partial<BlockStorage>;
  return typeof volumes?.list === "function" && typeof snapshots?.list === "function";
}

/**
 * Runs a file, CommonJS or ES module, and gives its exports. `require` rather than `import`, because the bundler turns
 * `import` of a variable into a `require` of an address in the CommonJS build; the price is that the file cannot use
 * `await` at its top level.
 */
export function loadModule(file: string): Readonly<Record<string, unknown>> {
  return (createRequire(file)(file) ?? {}) as Record<string, unknown>;
}

/**
 * The file that a package's name stands for, seen from `directory`.
 * @throws Error of Node when there is none
 */
function resolvePackage(name: string, directory: string): string {
  const beside = join(directory, "polyvol.config.js");
  try {
    return createRequire(beside).resolve(name);
  } catch (error) {
    // A package that is an ES module only need not have an entry for `require`.
    const entry =
      (error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED"
        ? importEntry(name, beside)
        : undefined;
    if (entry === undefined) throw error;
    return entry;
  }
}

function importEntry(name: string, beside: string): string | undefined {
  const manifest = nodeModule.findPackageJSON(name, pathToFileURL(beside));
  if (manifest === undefined) return undefined;
  const { exports } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly exports?: unknown };
  const [scope = "", second = ""] = name.split("/");
  const own = name.startsWith("@") ? `${scope}/${second}` : scope;
  const subpath = `.${name.slice(own.length)}`;
  const entries = exports as Record<string, unknown> | null | undefined;
  const target = importTarget(entries?.[subpath] ?? (subpath === "." ? exports : undefined));
  return target === undefined ? undefined : join(dirname(manifest), target);
}

function importTarget(entry: unknown): string | undefined {
  if (typeof entry === "string") return entry;
  if (typeof entry !== "object" || entry === null) return undefined;
  for (const [condition, inner] of Object.entries(entry)) {
    if (!["import", "node", "default"].includes(condition)) continue;
    const target = importTarget(inner);
    if (target !== undefined) return target;
  }
  return undefined;
}
