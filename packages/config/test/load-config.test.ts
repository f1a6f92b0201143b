import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, isConfigError, loadConfig } from "@polyvol/config";
import { expect, test } from "vitest";
import { errorOf, folderWith, messageOf } from "./support.ts";

const YAML =
  "clouds: { main: { provider: digitalocean, region: nyc3 } }\npolicies: { nightly: { prefix: x } }\n";

test("a file in the working directory is found, YAML before JSON", async () => {
  const json = JSON.stringify({ clouds: { other: { provider: "samsung-scp" } } });
  const both = await folderWith({ "polyvol.config.yaml": YAML, "polyvol.config.json": json });
  const config = await loadConfig({ cwd: both });
  expect(config).toMatchObject({ file: join(both, "polyvol.config.yaml"), directory: both, explicit: false });
  expect(config.clouds.get("main")).toEqual({
    name: "main",
    provider: "digitalocean",
    region: "nyc3",
    options: {},
  });
  expect(config.policies).toEqual({ nightly: { prefix: "x" } });
  expect(config.locate(["policies", "nightly", "prefix"])).toEqual({ line: 2, column: 24 });

  const one = await folderWith({ "polyvol.config.json": json });
  expect([...(await loadConfig({ cwd: one })).clouds.keys()]).toEqual(["other"]);
});

test("folders above are not searched, and code is run only when it is named", async () => {
  const code = "export default { clouds: { main: { provider: 'digitalocean' as const } } };\n";
  const folder = await folderWith({ "polyvol.config.ts": code, "below/polyvol.config.ts": code });
  expect(await messageOf(loadConfig({ cwd: folder }), folder)).toBe(
    "configuration: found polyvol.config.ts only, which is code and is run only when named; allowed: polyvol.config.yaml, polyvol.config.yml, polyvol.config.json. " +
      "Name another file with --config (in code: loadConfig({ path }))",
  );
  const config = await loadConfig({ cwd: folder, path: "polyvol.config.ts" });
  expect(config).toMatchObject({ explicit: true });
  expect([...config.clouds.keys()]).toEqual(["main"]);

  const empty = await folderWith({ "below/x": "", "polyvol.config.yaml": YAML });
  const error = await errorOf(loadConfig({ cwd: join(empty, "below") }));
  expect(isConfigError(error)).toBe(true);
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toContain("polyvol config init");
});

test("CommonJS, ES modules and promises can be configurations; what they throw is told", async () => {
  const cloud = "{ clouds: { main: { provider: 'digitalocean', credentials: { token: () => 'T' } } } }";
  const folder = await folderWith({
    "a.cjs": `module.exports = ${cloud};\n`,
    "b.mjs": `export default Promise.resolve(${cloud});\n`,
    "c.mjs": "throw new Error('boom');\n",
    "d.mjs": "export const clouds = 1;\n",
  });
  for (const path of ["a.cjs", "b.mjs"]) {
    const { clouds } = await loadConfig({ cwd: folder, path });
    expect(clouds.get("main")?.credentials?.["token"]).toBeTypeOf("function");
  }
  expect(await messageOf(loadConfig({ cwd: folder, path: "c.mjs" }), folder)).toContain(
    "found code that fails: boom",
  );
  expect(await messageOf(loadConfig({ cwd: folder, path: "d.mjs" }), folder)).toContain(
    "clouds: found a number",
  );
});

test("files that cannot be read, and endings that mean nothing", async () => {
  const folder = await folderWith({ "c.toml": "", "sub/x": "" });
  expect(await messageOf(loadConfig({ cwd: folder, path: "no.yaml" }), folder)).toBe(
    "no.yaml: found no such file; allowed: a readable file",
  );
  expect(await messageOf(loadConfig({ cwd: folder, path: "no.ts" }), folder)).toContain("found no such file");
  expect(await messageOf(loadConfig({ cwd: folder, path: "sub" }), folder)).toContain(
    "found a folder; allowed: a regular file of at most 4 MiB",
  );
  expect(await messageOf(loadConfig({ cwd: folder, path: "c.toml" }), folder)).toBe(
    'c.toml: found a file ending in ".toml"; allowed: .yaml, .yml, .json, .ts, .mts, .cts, .js, .mjs, .cjs',
  );
});

test("a file that is not UTF-8 is refused with its line; what stands before UTF-8 of some editors is none of it", async () => {
  const folder = await folderWith({});
  const text = "clouds:\n  main: # café\n    provider: digitalocean\n";
  for (const name of ["latin.yaml", "latin.json"]) {
    await writeFile(join(folder, name), Buffer.from(text, "latin1"));
    await expect(loadConfig({ path: join(folder, name) })).rejects.toMatchObject({
      problems: [{ found: "bytes that are not UTF-8, in line 2", allowed: "text in UTF-8" }],
    });
  }
  await writeFile(join(folder, "mark.yaml"), `\ufeff${text}`);
  expect([...(await loadConfig({ path: join(folder, "mark.yaml") })).clouds.keys()]).toEqual(["main"]);
});

test("merge keys are followed, also to say where something stands, and templates are no clouds", async () => {
  const folder = await folderWith({
    "c.yaml": `x-common: &common
  provider: digitalocean
  region: nyc3
x-more: &more { provider: nope, region: sfo3 }
clouds:
  a: { <<: *common }
  b:
    <<: [*common, *more]
    region: fra1
policies:
  nightly: &nightly { prefix: x, keep: 3 }
  weekly:
    <<: *nightly
    prefix: y
`,
    "c.json": JSON.stringify({ "x-anything": 1, clouds: { a: { provider: "digitalocean" } } }),
    "wrong.yaml": "x-c: &c\n  provider: digitalocean\n  regoin: x\nclouds:\n  a: { <<: *c }\n",
  });
  const { clouds, policies, locate } = await loadConfig({ cwd: folder, path: "c.yaml" });
  const regions = [...clouds.values()].map(({ name, provider, region }) => [name, provider, region]);
  expect(regions).toEqual([
    ["a", "digitalocean", "nyc3"],
    ["b", "digitalocean", "fra1"],
  ]);
  expect(policies).toEqual({ nightly: { prefix: "x", keep: 3 }, weekly: { prefix: "y", keep: 3 } });
  expect(locate(["policies", "weekly", "keep"])).toEqual({ line: 11, column: 34 });
  expect(locate(["policies", "weekly", "prefix"])).toEqual({ line: 14, column: 5 });
  expect([...(await loadConfig({ cwd: folder, path: "c.json" })).clouds.keys()]).toEqual(["a"]);
  expect(await messageOf(loadConfig({ cwd: folder, path: "wrong.yaml" }), folder)).toMatch(
    /^wrong\.yaml:3:3: clouds\.a\.regoin: found an unknown key; /,
  );
});

test("keys are what stands there, also where YAML could take them for numbers or for nothing", async () => {
  const cloud = "{ provider: digitalocean }";
  const names = ["007", "7", "1e3", "0x10", "12345678901234567891", "null", "true", "2026-01-01"];
  const lines = names.map((name) => `  ${name}: ${cloud}`);
  const folder = await folderWith({
    "c.yaml": `clouds:\n${lines.join("\n")}\npolicies:\n  0123: {}\n`,
  });
  const { clouds, policies } = await loadConfig({ cwd: folder, path: "c.yaml" });
  expect([...clouds.keys()].sort()).toEqual(names.toSorted());
  expect(Object.keys(policies ?? {})).toEqual(["0123"]);
});

test("JSON with a key that programs would leave out without a word is refused, too", async () => {
  const text = '{ "clouds": { "a": { "provider": "digitalocean" } }, "policies": { "__proto__": {} } }';
  const folder = await folderWith({ "c.json": text });
  await expect(loadConfig({ cwd: folder, path: "c.json" })).rejects.toThrow(
    "c.json:1:68: policies.__proto__: found the key __proto__; allowed: any other name",
  );
});
