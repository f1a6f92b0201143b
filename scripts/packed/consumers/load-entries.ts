import type { Packed } from "../pack.ts";
import { forEachInParallel, run } from "../processes.ts";

/** It registers tests as it loads vitest, which works inside a vitest process only. */
const ONLY_IN_VITEST = "@polyvol/conformance";

/**
 * Loads every entry as an ES module and as CommonJS, in a home where a package sees only what it declares.
 * @throws Error for the first that does not load, or exports nothing
 */
export async function loadEntries(packed: readonly Packed[], home: string): Promise<void> {
  const entries = packed.flatMap((each) => each.entries).filter((entry) => entry !== ONLY_IN_VITEST);
  const check = "if (Object.keys(loaded).length === 0) throw new Error('no exports');";
  const programs = entries.flatMap((entry) => [
    ["module", `const loaded = await import("${entry}"); ${check}`] as const,
    ["commonjs", `const loaded = require("${entry}"); ${check}`] as const,
  ]);
  await forEachInParallel(programs, async ([type, program]) => {
    const parameters = [`--input-type=${type}`, "--eval", program];
    await run({ command: process.execPath, parameters, cwd: home, purpose: `${program} (${type})` });
  });
}
