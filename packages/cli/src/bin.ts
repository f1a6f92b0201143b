#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

// Before anything is loaded: an older one ends in a riddle about modules.
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`error: polyvol needs Node 22.18 or newer; this is ${process.version}\n`);
  process.exitCode = 1;
} else {
  void import("./index.ts")
    .then(({ runCli }) => runCli(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
