import type { Parsed } from "./markdown.ts";
import { shellCommands } from "./shell-words.ts";
import { TYPESCRIPT } from "./typescript-blocks.ts";

/**
 * Packages that the programs of a page import and that its lines of installation do not name. A page without such a line
 * says nothing of it.
 */
export function notInstalled({ page, blocks }: Parsed): readonly string[] {
  const installed = blocks
    .filter(({ language }) => language === "sh")
    .flatMap(({ code }) => shellCommands(code))
    .flatMap(([program, order, ...names]) => (program === "npm" && order === "install" ? names : []));
  if (installed.length === 0) return [];
  const imported = blocks
    .filter(({ language }) => TYPESCRIPT.has(language))
    .flatMap(({ code }) => [...code.matchAll(/^(?:import|} from)\b.*?"([^"]+)";/gm)])
    .map(([, specifier = ""]) => packageOf(specifier));
  const missing = new Set(imported.filter((name) => name !== undefined && !installed.includes(name)));
  return [...missing].map((name) => `${page.path}: ${name}`);
}

/** The package of `@polyvol/core/driver`; none of what belongs to Node, or stands beside the program. */
function packageOf(specifier: string): string | undefined {
  return /^(?!node:)(?:@[^/]+\/)?[^./@][^/]*/.exec(specifier)?.[0];
}
