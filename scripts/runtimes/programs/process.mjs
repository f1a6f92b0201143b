// For runtimes that run a file: Node, Bun, Deno. `given.json` lies beside it.
import given from "./given.json" with { type: "json" };
import { smoke } from "./smoke.mjs";

// biome-ignore lint/suspicious/noConsole: the one way to write that all of them have.
console.log(JSON.stringify(await smoke(given)));
