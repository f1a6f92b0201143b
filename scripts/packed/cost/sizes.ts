import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Packed } from "../pack.ts";

export async function unpackedBytes({ unpacked }: Packed): Promise<number> {
  const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The package's own code behind its main entry as an ES module, minified and gzipped, without its dependencies. */
export async function minifiedGzipBytes({ unpacked }: Packed): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [join(unpacked, "dist/index.js")],
    bundle: true,
    minify: true,
    packages: "external",
    platform: "node",
    format: "esm",
    write: false,
    logLevel: "error",
  });
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}
