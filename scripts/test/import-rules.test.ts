import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from "dependency-cruiser";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const rules: IFlattenedRuleSet = createRequire(import.meta.url)(`${root}.dependency-cruiser.cjs`);

test("the import rules refuse what they are there to refuse", async () => {
  const { output } = await cruise(["packages"], {
    ruleSet: { forbidden: rules.forbidden ?? [] },
    validate: true,
    tsPreCompilationDeps: true,
    baseDir: `${root}scripts/fixtures/wrong-imports`,
  });
  const { violations } = (output as ICruiseResult).summary;
  expect(violations.map((each) => `${each.rule.name}: ${each.from}`).sort()).toEqual([
    "backup-imports: packages/backup/src/knows-an-adapter.ts",
    "emulators-imports: packages/emulators/src/knows-core.ts",
    "ky-only-there: packages/digitalocean/src/uses-ky.ts",
    "zod-mini-in-adapters: packages/digitalocean/src/uses-whole-zod.ts",
  ]);
});
