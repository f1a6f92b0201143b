import { readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";
import { errorSamples, sampleText } from "../docs/error-samples.ts";
import { ROOT } from "../docs/pages.ts";
import { withSection } from "../docs/table.ts";

const PAGE = `${ROOT}docs/errors.md`;
const page = readFileSync(PAGE, "utf8");

/** The codes as the source lists them. */
function codes(): readonly string[] {
  const file = `${ROOT}packages/core/src/errors.ts`;
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const found: string[] = [];
  source.forEachChild((node) => {
    if (!ts.isTypeAliasDeclaration(node) || node.name.text !== "PolyvolErrorCode") return;
    if (!ts.isUnionTypeNode(node.type)) return;
    for (const { literal } of node.type.types.filter(ts.isLiteralTypeNode)) {
      if (ts.isStringLiteral(literal)) found.push(literal.text);
    }
  });
  return found;
}

test("the catalogue has every code, in the order of the source, and says of each what to do", () => {
  const sections = page.split(/^### /m).slice(1);
  expect(sections.map((text) => /^`(\w+)`/.exec(text)?.[1])).toEqual(codes());
  for (const text of sections) {
    const labels = [...text.matchAll(/^- \*\*(\w+):\*\* \S/gm)].map(([, label]) => label);
    expect(labels, text.slice(0, 40)).toEqual(["Applied", "Retry", "Do"]);
  }
});

test("each code is shown by an error that a program really makes", async () => {
  const samples = await errorSamples();
  expect(samples.map(([, error]) => error.code).sort()).toEqual([...codes()].sort());
  const expected = samples.reduce(
    (text, [call, error]) => withSection(text, `sample ${error.code}`, sampleText(call, error)),
    page,
  );
  await expect(expected).toMatchFileSnapshot(PAGE);
});
