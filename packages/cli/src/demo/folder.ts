import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { stringify } from "yaml";
import { UsageError, whyUnwritable } from "../errors.ts";
import type { DemoCloud } from "./clouds.ts";

export const CONFIG_FILE = "polyvol.config.yaml";

/** Where the demo's files are. */
export interface Folder {
  /** Absolute. */
  readonly path: string;
  /** Writes a file, readable by its owner only. */
  write(name: string, text: string): Promise<void>;
  /** Removes what the demo wrote, and the folder if the demo made it. */
  remove(): Promise<void>;
}

/** A folder for a demo that leaves nothing. */
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
  } catch (recursive) {
    // With `recursive`, Node has ENOENT also for a disk that is read-only.
    const cause = (await mkdir(path).catch((reason: unknown) => reason)) ?? recursive;
    const { code } = cause as NodeJS.ErrnoException;
    const found =
      code === "EEXIST" || code === "ENOTDIR"
        ? "which is no folder"
        : `which cannot be made: ${whyUnwritable(path, cause)}`;
    throw new UsageError(
      `--keep: found ${name}, ${found}; allowed: a folder that is empty or does not exist`,
      { cause },
    );
  }
}

/** @param made the outermost folder that the demo made, if any */
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

/** Writes the configuration and the credentials that it refers to. */
export async function writeConfig(
  folder: Folder,
  clouds: readonly DemoCloud[],
  policies: string,
): Promise<void> {
  const entries = clouds.map(({ name, settings, credentials }) => {
    const files = Object.keys(credentials).map((key) => [key, { file: `credentials/${name}.${key}` }]);
    return [name, { ...settings, credentials: Object.fromEntries(files) }];
  });
  for (const { name, credentials } of clouds) {
    for (const [key, value] of Object.entries(credentials)) {
      await folder.write(`credentials/${name}.${key}`, `${value}\n`);
    }
  }
  await folder.write(CONFIG_FILE, `${stringify({ clouds: Object.fromEntries(entries) })}${policies}`);
}
