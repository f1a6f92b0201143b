/** Writes docs/cli.md: `pnpm docs:cli`. */
import { writeFile } from "node:fs/promises";
import { renderPage } from "./render.ts";

await writeFile(new URL("../../../../docs/cli.md", import.meta.url), await renderPage());
