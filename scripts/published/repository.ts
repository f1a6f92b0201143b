import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Manifest } from "../packed/pack.ts";
import { root, run } from "../packed/processes.ts";

/** Who commits and tags in the copy, by git's environment variables. */
export const AUTHOR: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: "Release",
  GIT_AUTHOR_EMAIL: "release@localhost",
  GIT_COMMITTER_NAME: "Release",
  GIT_COMMITTER_EMAIL: "release@localhost",
};

/**
 * Copies the repository to `copy`, as it lies here, with the packages as they are built, and makes its own git history.
 * In the copy, `pnpm build` takes that build over instead of making it again; all else of a release is as it is.
 */
export async function copyRepository(copy: string): Promise<void> {
  const listed = await git(root, ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
  const deleted = new Set((await git(root, ["ls-files", "--deleted", "-z"])).split("\0"));
  for (const path of listed.split("\0").filter((each) => each !== "" && !deleted.has(each))) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await cp(join(root, path), join(copy, path));
  }
  for (const folder of await readdir(join(root, "packages"))) {
    const dist = join("packages", folder, "dist");
    await cp(join(root, dist), join(copy, dist), { recursive: true });
  }
  const file = join(copy, "package.json");
  const manifest = JSON.parse(await readFile(file, "utf8"));
  manifest.scripts.build = "node scripts/published/take-over-build.ts";
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
  await git(copy, ["init", "--quiet", "--initial-branch", "main"]);
  await commit(copy, "What is to be released");
  const parameters = ["install", "--frozen-lockfile", "--offline"];
  await run({ command: "pnpm", parameters, cwd: copy, purpose: "install in the copy of the repository" });
}

/** Commits all that has changed in the copy. */
export async function commit(copy: string, message: string): Promise<void> {
  await git(copy, ["add", "--all"]);
  await git(copy, ["-c", "commit.gpgsign=false", "commit", "--quiet", "--allow-empty", "--message", message]);
}

/** The tags of the copy. */
export async function tagsOf(copy: string): Promise<readonly string[]> {
  return (await git(copy, ["tag", "--list"])).split("\n").filter((tag) => tag !== "");
}

/** The manifests of the packages that a release publishes, as they stand in the copy. */
export async function readManifests(copy: string): Promise<readonly Manifest[]> {
  const folders = await readdir(join(copy, "packages"));
  const texts = folders.map((folder) => readFile(join(copy, "packages", folder, "package.json"), "utf8"));
  const manifests = (await Promise.all(texts)).map((text): Manifest => JSON.parse(text));
  return manifests.filter((manifest) => manifest.private !== true);
}

async function git(cwd: string, parameters: readonly string[]): Promise<string> {
  const env = { ...process.env, ...AUTHOR };
  return await run({ command: "git", parameters, cwd, env, purpose: `git ${parameters.join(" ")} fails` });
}
