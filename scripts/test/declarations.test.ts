import { join } from "node:path";
import { expect, test } from "vitest";
import { declarationProblems, isolatedSources } from "../declaration-problems.ts";

test("what is exported without a type is told by its line, and what has one is not", () => {
  const source =
    'export const seen: number = 1;\nexport const made = new Map([["a", 1]]);\nconst own = [seen];\n';
  expect(declarationProblems("a.ts", source)).toEqual([
    expect.stringMatching(/^a\.ts:2: Variable must have an explicit type annotation/),
  ]);
});

test("the sources of packages that are built so are looked at, and no tests", () => {
  const files = isolatedSources(join(import.meta.dirname, "../.."));
  expect(files).toContain(join("packages", "cli", "src", "context.ts"));
  expect(files.filter((file) => !file.includes(join("/", "src", "/")))).toEqual([]);
});
