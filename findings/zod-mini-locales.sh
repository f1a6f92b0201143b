#!/bin/sh
# Importing zod/mini, which sets no language for its messages, loads the module of every language all the same.
. "$(dirname -- "$0")/lib/install.sh"
install zod@4.6.7
cat >run.mjs <<'SCRIPT'
import { createRequire } from "node:module";
import { verdict, versionOf } from "./finding.mjs";

const require = createRequire(import.meta.url);
const z = require("zod/mini");
const languages = Object.keys(require.cache).filter((file) => /[\\/]locales[\\/](?!index)/.test(file)).length;
const { error } = z.string().safeParse(1);
verdict(
  ["zod"],
  [
    {
      what: `zod ${versionOf("zod")}: the message of z.string() from zod/mini for a number`,
      expected: "Invalid input, as no language is set",
      found: "Invalid input",
      seen: error.issues[0].message,
    },
    {
      what: "modules of languages that were loaded for it",
      expected: "none",
      found: "63",
      seen: String(languages),
    },
  ],
);
SCRIPT
node run.mjs
