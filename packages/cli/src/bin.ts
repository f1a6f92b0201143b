#!/usr/bin/env node
// By its default export: an older Node does not have all of the names.
import nodeModule from "node:module";
import { VERSION } from "./version.ts";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const [, , first, ...more] = process.argv;

// Before anything is loaded: an older one ends in a riddle about modules.
const isKnown = major === 22 ? minor >= 21 : major > 24 || (major === 24 && minor >= 5);
if (!isKnown) {
  process.stderr.write(
    `error: polyvol needs Node 22.21 or newer of its line, or 24.5 or newer; this is ${process.version}\n`,
  );
  process.exitCode = 1;
} else if (more.length === 0 && (first === "-V" || first === "--version")) {
  // Scripts ask for it: nothing else is loaded.
  process.stdout.write(`${VERSION}\n`);
} else {
  // What Node has compiled is kept in NODE_COMPILE_CACHE, else below the folder for temporary files.
  nodeModule.enableCompileCache();
  void import("./index.ts")
    .then(({ runCli }) => runCli(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
