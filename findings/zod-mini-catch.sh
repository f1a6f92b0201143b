#!/bin/sh
# One `catch` draws the whole module of helpers of zod into a bundle of zod/mini, which is there to be small.
. "$(dirname -- "$0")/lib/install.sh"
install zod@4.6.7 esbuild@0.28.2
cat >run.mjs <<'SCRIPT'
import { build } from "esbuild";
import { verdict, versionOf } from "./finding.mjs";

/** Bytes of a bundle, minified, whose one object has `member`; and those of the module of helpers in it. */
async function bundled(member) {
  const contents = `import * as z from "zod/mini"; export const schema = z.object({ a: ${member} });`;
  const { outputFiles, metafile } = await build({
    ...{ stdin: { contents, resolveDir: "." }, bundle: true, minify: true, format: "esm" },
    ...{ write: false, metafile: true, outfile: "out.js" },
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const [, helpers] = Object.entries(inputs).find(([file]) => file.endsWith("v4/core/util.js"));
  return { all: outputFiles[0].contents.length, helpers: helpers.bytesInOutput };
}

const plain = await bundled("z.string()");
const catching = await bundled('z.catch(z.string(), "")');
const defaulting = await bundled('z._default(z.string(), "")');
const shown = (bytes) => `${(bytes / plain.all).toFixed(1)} times`;
verdict(
  ["zod", "esbuild"],
  [
    {
      what: `zod ${versionOf("zod")}: an object of one string with a default, against one without`,
      expected: "1.1 times",
      found: "1.1 times",
      seen: shown(defaulting.all),
    },
    {
      what: "the same with z.catch in place of the default",
      expected: "1.1 times",
      found: "1.9 times",
      seen: shown(catching.all),
    },
    {
      what: "of that, the module of helpers",
      expected: "as large as before",
      found: "4 times as large",
      seen: `${Math.round(catching.helpers / plain.helpers)} times as large`,
    },
  ],
);
SCRIPT
node run.mjs
