// Preloaded with --import: prints, as the process ends, how many files were loaded as modules and how large they are.
import { statSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const loaded = new Map();
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith("file:")) loaded.set(url, statSync(fileURLToPath(url)).size);
    return nextLoad(url, context);
  },
});
process.on("exit", () => {
  const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0);
  process.stdout.write(JSON.stringify({ modules: loaded.size, bytes }));
});
