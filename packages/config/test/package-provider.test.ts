import { readFile } from "node:fs/promises";
import { connect, loadConfig } from "@polyvol/config";
import { createAdapterOptions, option, secretOption } from "@polyvol/core/driver";
import { expect, test, vi } from "vitest";
import * as z from "zod";
import { folderWith, messageOf } from "./support.ts";

const CONFIG = `clouds:
  acme:
    provider: "package:@acme/polyvol-cloud"
    region: r1
    credentials: { key: { env: ACME_KEY } }
    options: { level: 3 }
`;
const CODE = `export function createStorage(options) {
  const list = () => ({ toArray: async () => [options] });
  return { provider: "acme", volumes: { list }, snapshots: { list } };
}
`;
const folder = "node_modules/@acme/polyvol-cloud";
const manifest = (exports: unknown): string =>
  JSON.stringify({ name: "@acme/polyvol-cloud", type: "module", exports });

test.each([
  ["an ES module", { ".": { import: "./main.js" } }],
  ["nested conditions", { import: { types: "./x.d.ts", default: "./main.js" } }],
  ["both kinds", { ".": { require: "./main.js", default: "./main.js" } }],
])("a driver from elsewhere is found beside the file that names it: %s", async (_kind, exports) => {
  const files = {
    "c.yaml": CONFIG,
    [`${folder}/package.json`]: manifest(exports),
    [`${folder}/main.js`]: CODE,
  };
  const cwd = await folderWith(files);
  const clouds = await connect(await loadConfig({ cwd, path: "c.yaml" }), {
    environment: { ACME_KEY: "K" },
  });
  const storage = clouds.named("acme");
  expect(await storage.volumes.list().toArray()).toEqual([{ region: "r1", key: "K", level: 3 }]);
});

test("it is not run for a file that was only found", async () => {
  const files = { "polyvol.config.yaml": CONFIG, [`${folder}/package.json`]: manifest("./main.js") };
  const cwd = await folderWith({ ...files, [`${folder}/main.js`]: "throw new Error('it ran');" });
  expect(await messageOf(connect(await loadConfig({ cwd })), cwd)).toBe(
    'polyvol.config.yaml:3:5: clouds.acme.provider: found "package:@acme/polyvol-cloud", which runs that package\'s code; ' +
      "allowed: packages only in a file that is named, with --config (in code: loadConfig({ path }))",
  );
});

test.each([
  ["is not installed", {}, "Cannot find module '@acme/polyvol-cloud'"],
  ["has no factory", { "main.js": "export const x = 1;" }, "it exports no function createStorage(options)"],
  ["fails", { "main.js": "throw new Error('boom');" }, "boom"],
])("a package that %s is told with its place", async (_what, code, reason) => {
  const own = Object.entries(code).map(([name, text]) => [`${folder}/${name}`, text]);
  const files = { ...Object.fromEntries(own), "c.yaml": CONFIG };
  if (own.length > 0) files[`${folder}/package.json`] = manifest("./main.js");
  const cwd = await folderWith(files);
  const message = await messageOf(connect(await loadConfig({ cwd, path: "c.yaml" })), cwd);
  expect(message).toContain(
    "c.yaml:3:5: clouds.acme.provider: found @acme/polyvol-cloud, which cannot be loaded",
  );
  expect(message).toContain(reason);
});

test("what a package refuses of its options is told where it stands, with what was meant", async () => {
  const own = createAdapterOptions({
    key: secretOption("a key", { description: "a key" }),
    level: option(z.int(), { allowed: "a whole number", description: "A level." }),
  });
  vi.stubGlobal("acme", (given: object) => own.read(given));
  const files = {
    [`${folder}/package.json`]: manifest("./main.js"),
    [`${folder}/main.js`]: "export const createStorage = (options) => globalThis.acme(options);",
  };
  const told = async (from: string, to: string): Promise<string> => {
    const cwd = await folderWith({
      ...files,
      "c.yaml": CONFIG.replace("    region: r1\n", "").replace(from, to),
    });
    const config = await loadConfig({ cwd, path: "c.yaml" });
    return await messageOf(connect(config, { environment: { ACME_KEY: "K" } }), cwd);
  };
  const unknown = (path: string, meant: string): RegExp =>
    new RegExp(
      `^c\\.yaml:${path}: found a key that the adapter does not know; allowed: key, level, .*\\. Did you mean "${meant}"\\?$`,
    );
  expect(await told("level: 3", "levle: 3")).toMatch(
    unknown("5:16: clouds\\.acme\\.options\\.levle", "level"),
  );
  expect(await told("{ key:", "{ kye:")).toMatch(unknown("4:20: clouds\\.acme\\.credentials\\.kye", "key"));
  expect(await told("level: 3", "level: high")).toBe(
    'c.yaml:5:16: clouds.acme.options.level: found "high"; allowed: a whole number',
  );
  expect(await told("    credentials", "    region: r1\n    credentials")).toContain(
    "c.yaml:4:5: clouds.acme.region: found a key that the adapter does not know; ",
  );
  vi.unstubAllGlobals();
});

test.each([
  ["gives no storage", "async () => ({})", "it returned no BlockStorage"],
  ["fails", "() => { throw new Error('boom'); }", "boom"],
])("a factory that %s is told with its place", async (_what, code, reason) => {
  const files = {
    "c.yaml": CONFIG,
    [`${folder}/package.json`]: manifest("./main.js"),
    [`${folder}/main.js`]: `export const createStorage = ${code};`,
  };
  const cwd = await folderWith(files);
  const config = await loadConfig({ cwd, path: "c.yaml" });
  expect(await messageOf(connect(config, { environment: { ACME_KEY: "K" } }), cwd)).toBe(
    `c.yaml:3:5: clouds.acme.provider: found @acme/polyvol-cloud, whose createStorage(options) fails: ${reason}; ` +
      "allowed: a package whose createStorage(options) returns a BlockStorage",
  );
});

test("an older Node gets as far as the sentence that refuses it: what it lacks is not imported by name", async () => {
  const source = await readFile(new URL("../src/package-provider.ts", import.meta.url), "utf8");
  expect(source).toContain('import nodeModule, { createRequire } from "node:module";');
});
