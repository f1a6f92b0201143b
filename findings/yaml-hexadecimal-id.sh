#!/bin/sh
# An OpenStack id of 32 hexadecimal digits, of which one is an e, is a number to most YAML libraries of Node, and a text to
# PyYAML, which OpenStack's own clients read clouds.yaml with: YAML 1.2 knows numbers without a point that YAML 1.1 does not.
. "$(dirname -- "$0")/lib/install.sh"
/usr/bin/python3 -c 'import yaml' 2>/dev/null || {
  echo "this finding needs Debian's python3-yaml" >&2
  exit 2
}
install yaml@2.9.1 js-yaml@5.5.0 js-yaml-4@npm:js-yaml@4.1.0
cat >run.mjs <<'SCRIPT'
import { execFileSync } from "node:child_process";
import * as five from "js-yaml";
import * as four from "js-yaml-4";
import { parse } from "yaml";
import { verdict } from "./finding.mjs";

const python = "import sys, yaml; print('PyYAML', yaml.__version__); print(repr(yaml.safe_load(sys.stdin)['value']))";
function byPython(input) {
  const [version, value] = execFileSync("/usr/bin/python3", ["-c", python], { input, encoding: "utf8" }).trim().split("\n");
  if (rows.length === 0) process.stdout.write(`${version}\n`);
  return value;
}
const shown = (value) => (typeof value === "string" ? `'${value}'` : String(value));
const readers = {
  PyYAML: byPython,
  "js-yaml 4": (text) => shown((four.default ?? four).load(text).value),
  "js-yaml 5": (text) => shown(five.load(text).value),
  "yaml 2": (text) => shown(parse(text).value),
};
const id = "41962807e01345678901234567890123";
const values = {
  [id]: [`'${id}'`, "Infinity", `'${id}'`, "Infinity"],
  "4e5": ["'4e5'", "400000", "400000", "400000"],
};
const rows = [];
for (const [written, found] of Object.entries(values))
  for (const [index, [name, read]] of Object.entries(readers).entries())
    rows.push({
      what: `${name}: value: ${written}`,
      expected: "the same by all",
      found: found[index],
      seen: read(`value: ${written}\n`),
    });
verdict(["js-yaml-4", "js-yaml", "yaml"], rows);
SCRIPT
node run.mjs
