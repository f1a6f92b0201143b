import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { overBudget, readBudgets } from "../packed/cost/budgets.ts";
import { TAKEN } from "../packed/cost/bundles.ts";
import { problemsOf } from "../packed/rules/index.ts";
import type { Repository, Tarball } from "../packed/rules/tarball.ts";

const repository: Repository = {
  url: "https://forge.example/owner/project",
  nodeRange: "^22.21 || >=24.5",
  license: "the license\n",
  exists: (path) => path === "docs/page.md",
};

const README = `# @owner/thing

\`\`\`sh
npm install @owner/thing
\`\`\`

\`\`\`ts
import "@owner/thing";
\`\`\`

[More](https://forge.example/owner/project/blob/main/docs/page.md#part).
`;

const manifest = {
  name: "@owner/thing",
  version: "1.2.3",
  description: "A thing",
  keywords: ["a", "b", "c"],
  homepage: "https://forge.example/owner/project/tree/main/packages/thing#readme",
  bugs: { url: "https://forge.example/owner/project/issues" },
  repository: {
    type: "git",
    url: "git+https://forge.example/owner/project.git",
    directory: "packages/thing",
  },
  license: "MIT",
  type: "module",
  sideEffects: false,
  files: ["dist", "CHANGELOG.md"],
  bin: { thing: "./dist/bin.js" },
  exports: {
    ".": {
      import: { types: "./dist/index.d.ts", default: "./dist/index.js" },
      require: { types: "./dist/index.d.cts", default: "./dist/index.cjs" },
    },
    "./package.json": "./package.json",
  },
  main: "./dist/index.cjs",
  types: "./dist/index.d.cts",
  publishConfig: { access: "public" },
  engines: { node: "^22.21 || >=24.5" },
  dependencies: { zod: "^4.0.0" },
};

const files: Readonly<Record<string, string>> = {
  "package.json": "{}",
  "README.md": README,
  LICENSE: "the license\n",
  "CHANGELOG.md": "# @owner/thing\n\n## 1.2.3\n\n- First\n",
  "dist/index.js": "",
  "dist/index.cjs": "",
  "dist/index.d.ts": "",
  "dist/index.d.cts": "",
  "dist/bin.js": "#!/usr/bin/env node\n",
};

/** The problems of the good package with these fields and files changed; `undefined` takes a file out. */
function problemsWith(
  fields: Readonly<Record<string, unknown>>,
  changed: Readonly<Record<string, string | undefined>> = {},
): string[] {
  const kept = Object.entries({ ...files, ...changed }).filter((entry) => entry[1] !== undefined);
  const tarball = { folder: "thing", manifest: { ...manifest, ...fields }, files: new Map(kept) } as Tarball;
  return problemsOf(tarball, repository);
}

test("a package that has everything is fit to be published", () => {
  expect(problemsWith({})).toEqual([]);
});

test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
  ["no description", { description: undefined }, /description is missing/],
  ["few keywords", { keywords: ["a"] }, /at least three/],
  ["another homepage", { homepage: "https://elsewhere.example" }, /homepage is not/],
  ["no place for bugs", { bugs: undefined }, /bugs is not/],
  ["no folder of the repository", { repository: { type: "git", url: "x" } }, /repository is not/],
  ["another license", { license: "ISC" }, /license is not MIT/],
  ["no engines", { engines: undefined }, /engines\.node is not \^22\.21 \|\| >=24\.5/],
  ["side effects", { sideEffects: undefined }, /sideEffects is not false/],
  ["restricted access", { publishConfig: {} }, /publishConfig\.access/],
  ["its sources packed", { files: ["dist", "src"] }, /files is not/],
  ["an install script", { scripts: { postinstall: "node x.js" } }, /run at installation/],
  ["a range of the workspace", { dependencies: { zod: "catalog:" } }, /zod is asked for as catalog:/],
  ["no ES modules", { type: "commonjs" }, /type is not module/],
  ["a hidden manifest", { exports: { ".": manifest.exports["."] } }, /"\.\/package\.json"\] is missing/],
  [
    "no CommonJS",
    { exports: { ...manifest.exports, ".": { import: manifest.exports["."].import } } },
    /exports\["\."\] is not/,
  ],
  [
    "the condition of the workspace",
    {
      exports: { ...manifest.exports, ".": { "@owner/source": "./src/index.ts", ...manifest.exports["."] } },
    },
    /exports\["\."\] is not/,
  ],
  ["another main", { main: "./dist/index.js" }, /main is not/],
  ["other types", { types: "./dist/index.d.ts" }, /types is not/],
  ["a program that is not there", { bin: { thing: "./dist/other.js" } }, /bin thing/],
  ["a version without a changelog", { version: "1.3.0" }, /no entry for 1\.3\.0/],
])("%s is found", (_, fields, message) => {
  expect(problemsWith(fields)).toContainEqual(expect.stringMatching(message));
});

test.each<[string, Readonly<Record<string, string | undefined>>, RegExp]>([
  ["a missing README", { "README.md": undefined }, /README\.md is missing/],
  ["a README of something else", { "README.md": README.replace("# @", "# ") }, /does not begin with/],
  [
    "a README without installing",
    { "README.md": README.replace("npm install", "npm add") },
    /how to install/,
  ],
  [
    "a README without documentation",
    { "README.md": README.replace("[More]", "More") },
    /no link to the docum/,
  ],
  ["a relative link", { "README.md": `${README}\n[x](../other.md)\n` }, /\.\.\/other\.md is not a whole/],
  ["a dead link", { "README.md": README.replace("page.md", "gone.md") }, /gone\.md#part leads to nothing/],
  ["another license text", { LICENSE: "none\n" }, /LICENSE is not/],
  ["a stranger", { "src/index.ts": "" }, /src\/index\.ts does not belong/],
  [
    "a missing entry",
    { "dist/index.d.cts": undefined },
    /names \.\/dist\/index\.d\.cts, which is not packed/,
  ],
  ["a source map", { "dist/index.js.map": "{}" }, /index\.js\.map does not belong/],
])("%s is found", (_, changed, message) => {
  expect(problemsWith({}, changed)).toContainEqual(expect.stringMatching(message));
});

test("a README without an example is found, except of a command", () => {
  const changed = { "README.md": README.replace("```ts", "```text") };
  expect(problemsWith({ bin: undefined }, changed)).toEqual(["@owner/thing: README.md has no example"]);
  expect(problemsWith({}, changed)).toEqual([]);
});

test("what is above its budget, without one, or gone is found", () => {
  const budgets = { a: { packedKiB: 10 }, gone: { packedKiB: 1 } };
  expect(overBudget({ a: { packedKiB: 10 } }, { a: { packedKiB: 10 } })).toEqual([]);
  expect(overBudget({ a: { packedKiB: 11, unpackedKiB: 1 }, b: { packedKiB: 1 } }, budgets)).toEqual([
    "gone has a budget and is no package",
    "a: packedKiB is 11, more than its budget of 10",
    "a has no budget for unpackedKiB, which is 1",
    "b has no budget for packedKiB, which is 1",
  ]);
});

test("the bounds of bundles in docs/runtimes.md are the budgets", async () => {
  const [page, budgets] = await Promise.all([
    readFile(new URL("../../docs/runtimes.md", import.meta.url), "utf8"),
    readBudgets(),
  ]);
  const rows = Object.entries(TAKEN).map(
    ([name, taken]) =>
      `| \`${taken}\` | ${budgets[name]?.bundledGzipKiB} KiB | ${budgets[name]?.firstGzipKiB} KiB |`,
  );
  expect(page.match(/^\| `\w+` \| \d+ KiB .*$/gm)).toEqual(rows);
});
