/**
 * `pnpm build` of the copy that a release is tried in: the packages are built already, and only their version is
 * another by now. It is written into the built files as a build would have taken it from the sources.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));

for (const folder of await readdir(packages)) {
  if (!existsSync(`${packages}${folder}/src/version.ts`)) continue;
  const { version } = JSON.parse(await readFile(`${packages}${folder}/package.json`, "utf8"));
  const dist = `${packages}${folder}/dist/`;
  let written = 0;
  for (const file of await readdir(dist)) {
    if (!/\.c?js$/.test(file)) continue;
    const text = await readFile(dist + file, "utf8");
    const next = text.replace(/^(var VERSION = )"[^"]*"/m, `$1"${version}"`);
    if (!next.includes(`var VERSION = "${version}"`)) continue;
    await writeFile(dist + file, next);
    written += 1;
  }
  if (written === 0) throw new Error(`${folder}: no built file declares VERSION`);
}
