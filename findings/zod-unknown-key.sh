#!/bin/sh
# Since zod 4.4.0, a minor release, z.unknown() in an object refuses an object that lacks the key.
. "$(dirname -- "$0")/lib/install.sh"
install before@npm:zod@4.3.0 after@npm:zod@4.4.0 zod@4.6.7
cat >run.mjs <<'SCRIPT'
import { verdict, versionOf } from "./finding.mjs";

const rows = [];
for (const name of ["before", "after", "zod"]) {
  const z = await import(name);
  const say = (schema) => {
    const { success, error } = z.object({ id: z.string(), extra: schema }).safeParse({ id: "1" });
    return success ? "read" : error.issues[0].message;
  };
  const refused = "Invalid input: expected nonoptional, received undefined";
  for (const kind of ["unknown", "any"])
    rows.push({
      what: `zod ${versionOf(name)}: { "id": "1" } by { id: z.string(), extra: z.${kind}() }`,
      expected: "read, as by every 4.x before",
      found: name === "before" ? "read" : refused,
      seen: say(z[kind]()),
    });
}
verdict(["before", "after", "zod"], rows);
SCRIPT
node run.mjs
