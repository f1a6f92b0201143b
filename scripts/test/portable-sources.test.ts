import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The packages that run in browsers and workers, too. */
const PORTABLE = ["core", "memory", "digitalocean", "samsung-scp", "openstack"];

/** What only Node has, and whoever plays it. Each is renamed where it is used freely, and so seen. */
const OF_NODE = ["process", "globalThis.process", "Buffer", "globalThis.Buffer", "require", "__dirname"];
const MARK = "_only_in_node_";
const define = Object.fromEntries(OF_NODE.map((name) => [name, MARK]));

async function isBound(path: string): Promise<boolean> {
  const { code } = await transform(readFileSync(`${root}${path}`, "utf8"), { loader: "ts", define });
  return code.includes(MARK) || /(?:from|import|import\()\s*["']node:/.test(code);
}

test("what only Node has is named in its transport and in one other place", async () => {
  const paths = PORTABLE.flatMap((name) =>
    readdirSync(`${root}packages/${name}/src`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `packages/${name}/src/${path.replaceAll("\\", "/")}`),
  );
  const bound = await Promise.all(paths.map(async (path) => ((await isBound(path)) ? [path] : [])));
  expect(bound.flat().sort()).toEqual([
    "packages/core/src/http/transport/decompress.ts",
    "packages/core/src/http/transport/node.ts",
    "packages/core/src/platform.ts",
  ]);
});
