// Prints which versions of our packages the project in the working directory resolves, from the named ones on.
import { createRequire } from "node:module";
import { join } from "node:path";

const versions = {};
const seen = new Set();

function visit(name, from) {
  const require = createRequire(from);
  const path = require.resolve(`${name}/package.json`);
  if (seen.has(path)) return;
  seen.add(path);
  const { version, dependencies = {} } = require(path);
  versions[name] = [...(versions[name] ?? []), version];
  for (const dependency of Object.keys(dependencies)) {
    if (/^(@polyvol\/|polyvol$)/.test(dependency)) visit(dependency, path);
  }
}

for (const name of process.argv.slice(2)) visit(name, join(process.cwd(), "package.json"));
process.stdout.write(JSON.stringify(versions));
