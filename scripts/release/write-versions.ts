/** Writes each package's version, as `changeset version` has set it, into the constant that its code shows. */
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));

for (const folder of await readdir(packages)) {
  const file = `${packages}${folder}/src/version.ts`;
  if (!existsSync(file)) continue;
  const { version } = JSON.parse(await readFile(`${packages}${folder}/package.json`, "utf8"));
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/(VERSION: string = )"[^"]*"/, `$1"${version}"`));
}
