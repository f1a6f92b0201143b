import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const EXAMPLE = new URL("../", import.meta.url);
const GUIDE = new URL("../../docs/write-an-adapter.md", EXAMPLE);

/** Lines without their indentation, so that an excerpt of a nested part can be compared. */
function flat(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim())
    .join("\n");
}

function sources(): readonly string[] {
  const files = ["package.json", "polyvol.config.yaml"];
  for (const folder of ["src/", "src/service/", "test/"]) {
    const names = readdirSync(new URL(folder, EXAMPLE)).filter((name) => name.endsWith(".ts"));
    files.push(...names.map((name) => `${folder}${name}`));
  }
  return files.map((file) => flat(readFileSync(new URL(file, EXAMPLE), "utf8")));
}

test("every block of code in the guide stands in the example", () => {
  const blocks = [...readFileSync(GUIDE, "utf8").matchAll(/^```(?:ts|json|yaml)\n(.*?)^```$/gms)];
  const real = sources();
  const strangers = blocks
    .map(([, code = ""]) => flat(code))
    .filter((code) => !real.some((source) => source.includes(code)));
  expect(blocks.length).toBeGreaterThan(20);
  expect(strangers).toEqual([]);
});
