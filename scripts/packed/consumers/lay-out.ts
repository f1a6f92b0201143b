import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Homes } from "./install.ts";
import type { Project } from "./projects.ts";

const programs = fileURLToPath(new URL("programs", import.meta.url));

const COMMON_OPTIONS = {
  target: "es2023",
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  // The packages' own types are what is checked here.
  skipLibCheck: false,
  noEmitOnError: true,
};

/** Writes the project into its home and returns its folder. */
export async function layOut(project: Project, homes: Homes, entries: readonly string[]): Promise<string> {
  const folder = join(homes[project.installer], project.name);
  await mkdir(folder);
  const { type, program, compilerOptions, dom } = project;
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type }));
  const options = {
    ...COMMON_OPTIONS,
    ...compilerOptions,
    lib: ["es2023", ...(dom ? ["dom", "dom.iterable"] : [])],
    rootDir: ".",
  };
  const files = [program, ...(program === "main.ts" ? ["every-entry.ts"] : [])];
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files }));
  await copyFile(join(programs, program), join(folder, program));
  const readable = entries.filter((entry) => dom || !entry.endsWith("/msw"));
  if (program === "main.ts") await writeFile(join(folder, "every-entry.ts"), everyEntry(readable));
  return folder;
}

/** A program that makes the compiler read the types of every entry of every package. */
function everyEntry(entries: readonly string[]): string {
  const imports = entries.map((entry, index) => `import * as entry${index} from "${entry}";\n`).join("");
  return `${imports}export const all = [${entries.map((_, index) => `entry${index}`).join(", ")}];\n`;
}
