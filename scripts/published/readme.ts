import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { type Block, parsePage } from "../docs/markdown.ts";
import { type ShellCommand, shellCommands } from "../docs/shell-words.ts";
import { root } from "../packed/processes.ts";

/** What the READMEs tell their readers to do with the installed packages. */
export interface Readmes {
  /** The library code of the top page. */
  readonly program: string;
  /** The configurations that the program is said to run with, unchanged. */
  readonly configurations: readonly Configuration[];
  /** The command lines of the page of the command line, in their order, with the first word `polyvol`. */
  readonly commands: readonly ShellCommand[];
  /** The policies that stand on that page. */
  readonly policies: unknown;
}

export interface Configuration {
  readonly clouds: Readonly<
    Record<string, { readonly provider: string; readonly options?: { readonly cloud?: string } }>
  >;
}

export async function readReadmes(): Promise<Readmes> {
  const top = await blocksOf("README.md");
  const commandLine = await blocksOf("packages/cli/README.md");
  const yaml = (blocks: readonly Block[], key: string) =>
    blocks
      .filter(({ language }) => language === "yaml")
      .map(({ code }) => parse(code))
      .filter((value) => key in value);
  const program = top.find(({ language }) => language === "ts")?.code;
  const configurations: readonly Configuration[] = yaml(top, "clouds");
  const commands = commandLine
    .filter(({ language }) => language === "sh")
    .flatMap(({ code }) => shellCommands(code))
    .filter(([first]) => first === "polyvol");
  const [policies] = yaml(commandLine, "policies");
  if (program === undefined || configurations.length === 0 || commands.length === 0 || !policies) {
    throw new Error("the READMEs lack their program, its configurations, the command lines or the policies");
  }
  return { program, configurations, commands, policies: policies.policies };
}

async function blocksOf(path: string): Promise<readonly Block[]> {
  return parsePage({ path, text: await readFile(join(root, path), "utf8") }).blocks;
}
