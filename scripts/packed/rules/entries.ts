import { type Rule, type Tarball, whichHold } from "./tarball.ts";

/** Every entry is there as an ES module and as CommonJS, each with its own types, and nothing else is reachable. */
export const entries: Rule = (tarball) => {
  const { manifest, files } = tarball;
  const { exports = {} } = manifest;
  const problems = whichHold({
    "type is not module": manifest["type"] !== "module",
    'exports has no "."': !("." in exports),
    'exports["./package.json"] is missing': exports["./package.json"] !== "./package.json",
  });
  for (const [key, entry] of Object.entries(exports)) {
    if (key === "./package.json") continue;
    const found = targetsOf(entry);
    const stem = found["import default"]?.replace(/\.js$/, "") ?? "";
    const wanted = {
      "import types": `${stem}.d.ts`,
      "import default": `${stem}.js`,
      "require types": `${stem}.d.cts`,
      "require default": `${stem}.cjs`,
    };
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      problems.push(`exports["${key}"] is not ${JSON.stringify(wanted)} but ${JSON.stringify(found)}`);
    }
    const missing = Object.values(found).filter((path) => !files.has(path.replace(/^\.\//, "")));
    problems.push(...missing.map((path) => `exports["${key}"] names ${path}, which is not packed`));
  }
  return [...problems, ...fallbacks(tarball), ...programs(tarball)];
};

/** `{ import: { types, default }, … }` as `{ "import types": path, … }`; any other condition shows as well. */
function targetsOf(entry: unknown): Record<string, string> {
  if (typeof entry === "string") return { "": entry };
  const targets: Record<string, string> = {};
  for (const [condition, value] of Object.entries(entry ?? {})) {
    for (const [inner, path] of Object.entries(targetsOf(value))) {
      targets[`${condition} ${inner}`.trim()] = path;
    }
  }
  return targets;
}

/** For tools that do not read `exports`. */
function fallbacks({ manifest }: Tarball): string[] {
  const main = targetsOf(manifest.exports?.["."]);
  return whichHold({
    'main is not what require of "." gives': manifest["main"] !== main["require default"],
    'types is not what require of "." gives': manifest["types"] !== main["require types"],
  });
}

function programs({ manifest, files }: Tarball): string[] {
  const bins = Object.entries((manifest["bin"] ?? {}) as Readonly<Record<string, string>>);
  return bins
    .filter(([, path]) => !files.get(path.replace(/^\.\//, ""))?.startsWith("#!/usr/bin/env node\n"))
    .map(([name, path]) => `bin ${name}: ${path} is not a Node program with a first line that says so`);
}
