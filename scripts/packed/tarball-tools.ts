import { join } from "node:path";
import type { Packed } from "./pack.ts";
import { forEachInParallel, root, run } from "./processes.ts";

/** publint and are-the-types-wrong on every tarball. */
export async function checkWithTools(packed: readonly Packed[]): Promise<void> {
  await forEachInParallel(packed, async ({ manifest, tarball }) => {
    const tools = {
      publint: ["run", tarball, "--strict"],
      // The old resolution of Node 10 knows no subpaths: not supported, and nothing that we run on uses it.
      attw: [tarball, "--profile", "node16", "--format", "ascii"],
    };
    for (const [tool, parameters] of Object.entries(tools)) {
      const command = join(root, "node_modules/.bin", tool);
      await run({ command, parameters, cwd: root, purpose: `${manifest.name}: ${tool} is not content` });
    }
  });
}
