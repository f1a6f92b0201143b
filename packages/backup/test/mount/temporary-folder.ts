import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty folder that goes when the test has ended. */
export function temporaryFolder(): string {
  const made = mkdtempSync(join(tmpdir(), "polyvol-mount-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
