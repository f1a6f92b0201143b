#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

// Before anything is loaded: an older one ends in a riddle about modules.
const isKnown = major === 22 ? minor >= 21 : major > 24 || (major === 24 && minor >= 5);
if (!isKnown) {
  process.stderr.write(
    `error: polyvol needs Node 22.21 or newer of its line, or 24.5 or newer; this is ${process.version}\n`,
  );
  process.exitCode = 1;
} else {
  void import("./index.ts")
    .then(({ runCli }) => runCli(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
