import type { TestProject } from "vitest/node";

/** When this run of the tests began, in milliseconds: `scripts/test/program-file.ts` makes anew what is older. */
export const BEGUN = "POLYVOL_TESTS_BEGUN_MS";

/** Runs once, before there are workers, and again before each further run of a `vitest` that watches. */
export default function setup(project: TestProject): void {
  const begin = (): void => {
    process.env[BEGUN] = String(Date.now());
  };
  begin();
  project.onTestsRerun(begin);
}
