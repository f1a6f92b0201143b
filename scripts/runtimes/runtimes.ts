import { runInBrowser } from "./run-in-browser.ts";
import { runInWorkerd } from "./run-in-workerd.ts";
import { runProgram } from "./run-program.ts";
import type { Runtime } from "./runtime.ts";

const node = (major: 22 | 24 | 26): Runtime => ({
  title: `Node ${major}`,
  how: "as it is",
  run: (project, given) => {
    const paths = ["node/bin/node", "node/bin/node.exe"];
    return runProgram({ name: "node", entry: `node-${major}`, paths }, [], project, given);
  },
});

/** In the order of the table. Their versions stand in versions.json. */
export const RUNTIMES: readonly Runtime[] = [
  node(22),
  node(24),
  node(26),
  {
    title: "Bun",
    how: "as it is",
    run: (project, given) =>
      runProgram({ name: "bun", paths: ["bun/bin/bun.exe", "bun/bin/bun"] }, [], project, given),
  },
  {
    title: "Deno",
    how: "`--allow-net` and no other permission",
    run: (project, given) => {
      const systems = ["linux-x64-glibc", "linux-arm64-glibc", "darwin-x64", "darwin-arm64", "win32-x64"];
      const paths = systems.flatMap((system) => [`@deno/${system}/deno`, `@deno/${system}/deno.exe`]);
      const parameters = ["run", "--allow-net", "--no-prompt", "--node-modules-dir=manual", "--no-lock"];
      return runProgram({ name: "deno", paths }, parameters, project, given);
    },
  },
  {
    title: "workerd (Cloudflare)",
    how: "no compatibility flag",
    run: (project, given) => runInWorkerd(project, given, []),
  },
  {
    title: "workerd (Cloudflare)",
    how: "`nodejs_compat`",
    run: (project, given) => runInWorkerd(project, given, ["nodejs_compat"]),
  },
  { title: "Chromium", how: "a module of a page", run: runInBrowser },
];
