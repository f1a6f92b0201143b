#!/bin/sh
# yaml writes texts without quotes that PyYAML, by which Ansible and OpenStack's tools read, takes for something else: "off"
# for false, "22:30" for 1350, a time of ISO 8601 for a date. As YAML 1.2 they are texts; js-yaml quotes them all the same.
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
import { stringify } from "yaml";
import { verdict } from "./finding.mjs";

const python = "import sys, yaml; print('PyYAML', yaml.__version__); print([type(each).__name__ for each in yaml.safe_load(sys.stdin)])";
const texts = ["off", "22:30", "1_000", "2026-11-30", "2026-11-30T03:00:00.000Z"];
const all = "['str', 'str', 'str', 'str', 'str']";
const plain = "['bool', 'int', 'int', 'date', 'datetime']";
const writers = [
  ["yaml 2", stringify, plain],
  ['yaml 2 with compat: "yaml-1.1"', (value) => stringify(value, { compat: "yaml-1.1" }), all],
  ["js-yaml 4", (four.default ?? four).dump, all],
  ["js-yaml 5", five.dump, all],
];
const rows = writers.map(([name, write, found]) => {
  const input = write(texts);
  const [version, seen] = execFileSync("/usr/bin/python3", ["-c", python], { input, encoding: "utf8" }).trim().split("\n");
  return { version, what: `${name} writes ${JSON.stringify(texts)}; PyYAML reads`, expected: all, found, seen };
});
process.stdout.write(`${rows[0].version}\n`);
verdict(["yaml", "js-yaml-4", "js-yaml"], rows);
SCRIPT
node run.mjs
