import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type ConformanceReport, describeBlockStorageDriver, type MakeHarness } from "../src/index.ts";

/** The file that holds what the kit skips of the driver in a folder of `packages`, by case, and what the driver lacks. */
export function skippedFile(driver: string): string {
  return fileURLToPath(new URL(`../../${driver}/test/conformance.skipped.json`, import.meta.url));
}

/**
 * Declares the kit for a driver that `docs/support-matrix.md` shows. What it skips has to be what stands in the driver's
 * file, from which the page is made: all else passes, or a test fails.
 */
export function describeShownDriver(driver: string, makeHarness: MakeHarness): void {
  const reportPath = join(tmpdir(), `polyvol-${randomUUID()}.json`);
  describeBlockStorageDriver(driver, makeHarness, { reportPath });
  test(`what the kit skips of ${driver} is what the support matrix is made from`, async () => {
    const { cases }: ConformanceReport = JSON.parse(await readFile(reportPath, "utf8"));
    await rm(reportPath);
    const skipped = cases
      .filter(({ result }) => result === "skipped")
      .map(({ number, title, capability }) => [`${number}. ${title}`, capability]);
    const text = `${JSON.stringify(Object.fromEntries(skipped), undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot(skippedFile(driver));
  });
}
