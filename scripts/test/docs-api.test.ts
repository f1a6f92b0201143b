import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, sep } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { ROOT } from "../docs/pages.ts";

interface Settings {
  readonly entryPoints: readonly string[];
  readonly packagesRequiringDocumentation: readonly string[];
}

const { config } = ts.readConfigFile(`${ROOT}typedoc.json`, ts.sys.readFile) as { readonly config: Settings };
const manifests = globSync("packages/*/package.json", { cwd: ROOT })
  .map((file) => file.split(sep).join("/"))
  .sort()
  .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(ROOT + file, "utf8")) }));

test("the API reference is about every entry of every package", () => {
  const entries = manifests.flatMap(({ folder, manifest }) =>
    Object.values<{ "@polyvol/source"?: string }>(manifest.exports).flatMap((target) => {
      const source = target["@polyvol/source"];
      return source === undefined ? [] : [posix.join(folder, source)];
    }),
  );
  expect([...config.entryPoints].sort()).toEqual(entries.sort());
  const names = manifests.map(({ manifest }) => manifest.name).sort();
  expect([...config.packagesRequiringDocumentation].sort()).toEqual(names);
});

test("everything public has a docstring, and no link in one is dead", async () => {
  const manifest = createRequire(import.meta.url).resolve("typedoc/package.json");
  const bin = join(dirname(manifest), "bin", "typedoc");
  const complaints = await new Promise<string>((resolve) => {
    execFile(process.execPath, [bin, "--emit", "none"], { cwd: ROOT }, (error, stdout, stderr) =>
      resolve(error === null ? "" : stdout + stderr),
    );
  });
  expect(complaints).toBe("");
});
