import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { Document, visit } from "yaml";
import { UsageError } from "../errors.ts";
import type { EmulatedCloud } from "./clouds.ts";
import type { StoryPolicy } from "./policies.ts";

export const CONFIG_FILE = "polyvol.config.yaml";

/** Where the story's files are. */
export interface Folder {
  /** Absolute. */
  readonly path: string;
  /** Writes a file, readable by its owner only. */
  write(name: string, text: string): Promise<void>;
  /** Takes away what the story wrote, and the folder where the story made it. */
  remove(): Promise<void>;
}

/** A folder that goes away at the end. */
export async function createTemporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "polyvol-demo-"));
  return createFolder(path, path);
}

/** A folder that stays. @throws UsageError for one that holds anything, and for what is no folder */
export async function createKeptFolder(name: string): Promise<Folder> {
  const path = resolve(name);
  const made = await make(path, name);
  if ((await readdir(path)).length > 0) {
    throw new UsageError(
      `--keep: found ${name}, which is not empty; allowed: a folder that is empty or does not exist`,
    );
  }
  return createFolder(path, made);
}

/** The first folder that was made, if any. */
async function make(path: string, name: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found =
      code === "EEXIST" || code === "ENOTDIR" ? "which is no folder" : `which cannot be made (${code})`;
    throw new UsageError(
      `--keep: found ${name}, ${found}; allowed: a folder that is empty or does not exist`,
      { cause: error },
    );
  }
}

/** @param made the outermost folder that is there because of the story, if any */
function createFolder(path: string, made: string | undefined): Folder {
  const written = new Set<string>();
  return {
    path,
    async write(name, text) {
      const file = join(path, name);
      written.add(join(path, name.split("/")[0] ?? ""));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { mode: 0o600 });
    },
    async remove() {
      const all = made === undefined ? [...written] : [made];
      await Promise.all(all.map((each) => rm(each, { recursive: true, force: true })));
    },
  };
}

/** The folder as somebody in the working directory would type it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.startsWith("..") ? path : short;
}

/** Writes the configuration and the credentials that it refers to, and returns the text of its policies. */
export async function writeConfig(
  folder: Folder,
  clouds: readonly EmulatedCloud[],
  policies: readonly StoryPolicy[],
): Promise<string> {
  const parts = clouds.map(({ name, settings: { provider, region, options }, credentials }) => {
    const references = Object.keys(credentials).map((key) => [key, { file: `credentials/${name}.${key}` }]);
    return [name, { provider, region, credentials: Object.fromEntries(references), options }];
  });
  for (const { name, credentials } of clouds) {
    for (const [key, value] of Object.entries(credentials)) {
      await folder.write(`credentials/${name}.${key}`, `${value}\n`);
    }
  }
  const definitions = { policies: Object.fromEntries(policies.map((each) => [each.id, each.definition])) };
  const text = render(definitions);
  await folder.write(CONFIG_FILE, `${render({ clouds: Object.fromEntries(parts) })}${text}`);
  return text;
}

/** Block style down to the keys of a cloud or policy; what is inside those in one line each. */
function render(config: object): string {
  const document = new Document(config);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "string" && node.value.includes("*")) node.type = "QUOTE_DOUBLE";
    },
    Collection(_key, node, ancestors) {
      // A document, then a map and a pair for each level above.
      if (ancestors.length > 6) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}
