import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "../packed/processes.ts";
import { cleanEnvironment, type Environment } from "./environment.ts";
import type { Registry } from "./registry.ts";
import { AUTHOR, commit, readManifests, tagsOf } from "./repository.ts";

/** The command lines of the workflow that releases. */
interface Commands {
  /** Makes the pull request with the next versions. */
  readonly version: string;
  /** Runs once that is merged. */
  readonly publish: string;
  /** Gives the registry's token to the two. */
  readonly logIn: string;
}

interface Step {
  readonly if?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/**
 * Does once, in a copy of the repository, what the workflow does for a release: the next versions, merged, and published
 * to the registry.
 * @returns the version that was published
 * @throws Error when a command fails or the registry then lacks something
 */
export async function release(copy: string, home: string, registry: Registry): Promise<string> {
  const commands = await readCommands(copy);
  // Before the registry is another: this command resolves versions of all that the repository is developed with.
  await shell(commands.version, copy, process.env);
  await commit(copy, "Next versions");
  await mkdir(home, { recursive: true });
  const env = await environmentOf(copy, home, registry);
  await shell(commands.logIn, copy, env);
  await shell(commands.publish, copy, env);
  return await checkRegistry(copy, registry);
}

/** A workflow that runs again publishes nothing, and does not fail. */
export async function releaseAgain(copy: string, home: string, registry: Registry): Promise<void> {
  const { publish } = await readCommands(copy);
  const before = await documentsOf(copy, registry);
  await shell(publish, copy, await environmentOf(copy, home, registry));
  const after = await documentsOf(copy, registry);
  if (JSON.stringify(before) !== JSON.stringify(after)) throw new Error(`${publish} published twice`);
}

/** A change that users notice, of one package, for the next release. */
export async function addChange(copy: string): Promise<void> {
  const text = '---\n"@polyvol/core": patch\n---\n\nA change, so that there is something to release.\n';
  await writeFile(join(copy, ".changeset/one-more-change.md"), text);
  await commit(copy, "A change");
}

async function readCommands(copy: string): Promise<Commands> {
  const workflow = parse(await readFile(join(copy, ".github/workflows/release.yml"), "utf8"));
  const steps: readonly Step[] = workflow.jobs.release.steps;
  const action = steps.find(({ uses }) => uses?.startsWith("changesets/action@"))?.with;
  const logIn = steps.find((step) => step.if?.includes("NPM_TOKEN"))?.run;
  const [version, publish] = [action?.["version-script"], action?.["publish-script"]];
  if (version === undefined || publish === undefined || logIn === undefined) {
    throw new Error("release.yml: the commands of a release are not where they were");
  }
  return { version, publish, logIn };
}

async function environmentOf(copy: string, home: string, { url, token }: Registry): Promise<Environment> {
  const purpose = "ask pnpm for its store";
  const store = await run({ command: "pnpm", parameters: ["store", "path"], cwd: copy, purpose });
  return {
    ...cleanEnvironment(),
    HOME: home,
    // Named by the action for itself. Without names `changeset publish` says that it has made tags, and makes none.
    ...AUTHOR,
    NPM_TOKEN: token,
    npm_config_registry: url,
    PNPM_CONFIG_REGISTRY: url,
    // A home of its own would have another store, and all of node_modules would be installed anew.
    PNPM_CONFIG_STORE_DIR: store.trim(),
  };
}

async function shell(line: string, cwd: string, env: Environment): Promise<void> {
  await run({ command: "sh", parameters: ["-c", line], cwd, env, purpose: `${line} fails` });
}

/** All packages are there at one version, which is what an install without a version gets, and are tagged. */
async function checkRegistry(copy: string, registry: Registry): Promise<string> {
  const manifests = await readManifests(copy);
  const documents = await documentsOf(copy, registry);
  const tags = await tagsOf(copy);
  const problems = manifests.flatMap(({ name, version }, index) => {
    const document = documents[index];
    const found = document?.versions[version];
    if (found === undefined) return [`${name}@${version} is not published`];
    const latest = document?.["dist-tags"]["latest"];
    const ranges = Object.entries(found.dependencies ?? {});
    return [
      ...(latest === version ? [] : [`${name}: latest is ${latest} and not ${version}`]),
      ...(tags.includes(`${name}@${version}`) ? [] : [`${name}@${version} has no tag in git`]),
      ...ranges
        .filter(([, range]) => /^(workspace|catalog|file|link):/.test(range))
        .map(([dependency, range]) => `${name} asks for ${dependency} as ${range}`),
    ];
  });
  const versions = new Set(manifests.map(({ version }) => version));
  if (versions.size !== 1) problems.push(`several versions: ${[...versions].join(", ")}`);
  if (problems.length > 0) throw new Error(`the release is not whole\n${problems.join("\n")}`);
  return [...versions].join();
}

async function documentsOf(copy: string, registry: Registry) {
  return await Promise.all((await readManifests(copy)).map(({ name }) => registry.document(name)));
}
