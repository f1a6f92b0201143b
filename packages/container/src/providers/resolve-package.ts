import { readFileSync } from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The file that a package's name stands for, seen from `directory`.
 * @throws Error of Node when there is none
 */
export function resolvePackage(name: string, directory: string): string {
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
  const manifest = findPackageJSON(name, pathToFileURL(beside));
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
