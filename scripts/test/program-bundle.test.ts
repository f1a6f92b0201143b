import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { inAscii } from "../../tsup.bundle.ts";

test("a program in ASCII does what it did", () => {
  const code = `
    // — of a comment, too
    const größe = "é";
    [größe, \`\${größe}…\`, "😀".length, /할당량|쿼터/.test("이 할당량"), /^[😀-😂]$/u.test("😁"), /^[é-ü]$/.test("ö")]`;
  const ascii = inAscii(code);
  expect(ascii).toMatch(/^[\0-\x7f]+$/);
  expect(runInNewContext(ascii)).toEqual(runInNewContext(code));
  expect(runInNewContext(ascii)).toEqual(["é", "é…", 2, true, true, true]);
});
