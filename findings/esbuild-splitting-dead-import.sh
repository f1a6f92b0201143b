#!/bin/sh
# An `import()` in a function that nobody takes: as one file esbuild leaves it out, and with `splitting` it makes a file of
# what would be loaded, and has the entry load what that and the package's index share. Rolldown does neither.
. "$(dirname -- "$0")/lib/install.sh"
install esbuild@0.28.2 rolldown@1.2.19
mkdir -p node_modules/small
cd node_modules/small
printf '{ "name": "small", "version": "1.0.0", "type": "module", "sideEffects": false, "exports": "./index.js" }\n' >package.json
cat >index.js <<'SCRIPT'
export { one } from "./one.js";
import { shared } from "./shared.js";
export const both = () => shared(1);
export const later = () => import("./later.js");
SCRIPT
printf 'export const one = () => 1;\n' >one.js
printf 'const many = %s;\nexport const shared = (at) => many[at];\n' \
  "$(node -p 'JSON.stringify(Array.from({ length: 2000 }, (_, at) => "text " + at))')" >shared.js
printf 'import { shared } from "./shared.js";\nexport const run = () => shared(2);\n' >later.js
cd ../..
printf 'export { one } from "small";\n' >entry.js
cat >run.mjs <<'SCRIPT'
import { build } from "esbuild";
import { rolldown } from "rolldown";
import { verdict } from "./finding.mjs";

/** Files, and whether the entry, with what it imports statically, holds the texts that it does not use. */
const shown = (files, entry) => `${files} file${files === 1 ? "" : "s"}, ${entry ? "with" : "without"} what is not used`;

async function esbuilt(splitting) {
  const { outputFiles, metafile } = await build({
    ...{ entryPoints: ["entry.js"], bundle: true, minify: true, format: "esm", write: false, metafile: true },
    ...{ splitting, outdir: "out", logLevel: "error" },
  });
  const first = new Set(["out/entry.js"]);
  for (const file of first)
    for (const { path, kind } of metafile.outputs[file].imports) if (kind === "import-statement") first.add(path);
  const text = outputFiles.filter(({ path }) => [...first].some((file) => path.endsWith(file.slice(4))));
  return shown(outputFiles.length, text.some((file) => file.text.includes("text 1999")));
}

const { output } = await (await rolldown({ input: "entry.js" })).generate({ format: "esm" });
const expected = "1 file, without what is not used";
verdict(
  ["esbuild", "rolldown"],
  [
    { what: "esbuild, one file", expected, found: expected, seen: await esbuilt(false) },
    {
      what: "esbuild, with splitting",
      expected,
      found: "3 files, with what is not used",
      seen: await esbuilt(true),
    },
    {
      what: "rolldown, which splits by itself",
      expected,
      found: expected,
      seen: shown(output.length, output.some(({ code }) => code.includes("text 1999"))),
    },
  ],
);
SCRIPT
node run.mjs
