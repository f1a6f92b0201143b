import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { BEGUN } from "../../vitest.begin.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = `${ROOT}node_modules/.cache/programs`;

/** Names that libraries of the older kind of module expect to be there. */
const NAMES = `import { createRequire as toRequire } from "node:module";
const { filename: __filename, dirname: __dirname } = import.meta;
const require = toRequire(__filename);`;

/**
 * The file by which tests start a program of the repository in a process of its own: all that it needs in few files, made
 * from the sources when a run of the tests first asks for it. What the program loads only in some cases is apart, as in
 * the sources. Node starts it in half the time that hundreds of files take, and it needs no condition.
 */
export function programFile(source: URL): string {
  const path = fileURLToPath(source);
  const name = relative(ROOT, path).replaceAll(/[\\/]/g, "-").replace(/\.ts$/, "");
  // Where Node keeps what it has compiled, it does so by the name of the file, which is therefore always the same.
  const file = `${FOLDER}/${name}.mjs`;
  const madeAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
  if (madeAt >= Number(process.env[BEGUN] ?? Number.POSITIVE_INFINITY)) return file;
  const begun = new Date();
  // Another worker or another run may be at it as well: each makes its own, and the name always leads to a whole one.
  const own = `${FOLDER}/${name}.${process.pid}`;
  mkdirSync(own, { recursive: true });
  try {
    buildSync({
      entryPoints: [{ in: path, out: name }],
      outdir: own,
      outExtension: { ".js": ".mjs" },
      // Named by what is in them: a file of that name is the same file.
      chunkNames: "[name]-[hash]",
      banner: { js: NAMES },
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "node22",
      conditions: ["@polyvol/source"],
      logLevel: "error",
    });
    const parts = readdirSync(own).filter((part) => part !== `${name}.mjs`);
    for (const part of parts) renameSync(`${own}/${part}`, `${FOLDER}/${part}`);
    // What has been changed meanwhile may not be in it.
    utimesSync(`${own}/${name}.mjs`, begun, begun);
    renameSync(`${own}/${name}.mjs`, file);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return file;
}
