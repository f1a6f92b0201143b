import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ROOT } from "../docs/pages.ts";

/** A file without its first comment, and without what is only there because core exports the class. */
function codeOf(path: string): string {
  return readFileSync(`${ROOT}${path}`, "utf8")
    .replace(/^\/\/.*\n+/, "")
    .replace("  /** Always `AmbiguousJson`. */\n", "")
    .replace("export class", "class");
}

test("core and the emulators, of which neither knows the other, read JSON in the same way", () => {
  expect(codeOf("packages/emulators/src/kit/json-text.ts")).toBe(codeOf("packages/core/src/json-text.ts"));
});
