import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as everything from "../src/index.ts";
import { VERSION } from "../src/version.ts";

test("the version is the manifest's", () => {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  expect(VERSION).toBe((JSON.parse(manifest) as { readonly version: string }).version);
});

test("these names are public, and no more", () => {
  expect(Object.keys(everything).sort()).toEqual([
    "createSamsungScpDriver",
    "createSamsungScpStorage",
    "samsungScp",
    "samsungScpDetails",
    "samsungScpOptions",
  ]);
});
