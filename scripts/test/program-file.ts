import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { BEGUN } from "../../vitest.begin.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = `${ROOT}node_modules/.cache/programs`;

/**
 * The file by which tests start a program of the repository in a process of its own: all that it needs as one file, made
 * from the sources when a run of the tests first asks for it. Node starts it in half the time that hundreds of files take,
 * and it needs no condition. The program may not use `await` at its top level.
 */
export function programFile(source: URL): string {
  const path = fileURLToPath(source);
  const name = relative(ROOT, path).replaceAll(/[\\/]/g, "-").replace(/\.ts$/, "");
  // Where Node keeps what it has compiled, it does so by the name of the file, which is therefore always the same.
  const file = `${FOLDER}/${name}.cjs`;
  const madeAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
  if (madeAt >= Number(process.env[BEGUN] ?? Number.POSITIVE_INFINITY)) return file;
  const begun = new Date();
  // Another worker or another run may be at it as well: each makes its own, and the name always leads to a whole one.
  const own = `${FOLDER}/${name}.${process.pid}`;
  mkdirSync(FOLDER, { recursive: true });
  try {
    buildSync({
      entryPoints: [path],
      outfile: own,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node22",
      conditions: ["@polyvol/source"],
      logLevel: "error",
    });
    // What has been changed meanwhile may not be in it.
    utimesSync(own, begun, begun);
    renameSync(own, file);
  } finally {
    rmSync(own, { force: true });
  }
  return file;
}
