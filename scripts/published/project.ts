import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../packed/processes.ts";
import { CREDENTIALS, cloudOfFile, type Emulator, startEmulators } from "./emulators.ts";
import { environmentOf, type Manager, type Project } from "./managers.ts";
import type { Configuration, Readmes } from "./readme.ts";
import type { Registry } from "./registry.ts";

/** What a user of the READMEs installs. */
const WANTED = ["polyvol", "@polyvol/config", "@polyvol/core"];

/** Command lines that only show something that takes no part in the project; once is enough. */
const ONCE = /^polyvol demo/;
/** Command lines that read files of the reader's own. */
const OF_READERS_FILES = /^polyvol backup explain /;

/** Makes a project below `work` and adds the packages to it. @throws Error when it has another version of any */
export async function createProject(
  work: string,
  manager: Manager,
  registry: Registry,
  version: string,
): Promise<Project> {
  const folder = join(work, "projects", manager.name);
  const home = join(work, "homes", manager.name);
  await mkdir(folder, { recursive: true });
  await mkdir(home, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await copyFile(
    fileURLToPath(new URL("programs/versions.mjs", import.meta.url)),
    join(folder, "versions.mjs"),
  );
  const env = { ...environmentOf(home, registry.url), ...CREDENTIALS };
  const project = { manager, folder, env };
  await start(project, [...manager.add, ...WANTED]);
  await checkVersions(project, version);
  return project;
}

/** Brings the project to the newest versions. @throws Error when anything of ours stays behind, or is there twice */
export async function upgrade(project: Project, version: string): Promise<void> {
  await start(project, [...project.manager.upgrade, ...WANTED]);
  await checkVersions(project, version);
}

async function checkVersions(project: Project, version: string): Promise<void> {
  const shown = (await polyvol(project, ["--version"])).trim().split("\n").at(-1);
  if (shown !== version) throw new Error(`${project.manager.name}: polyvol --version says ${shown}`);
  const output = await start(project, [...project.manager.node, "versions.mjs", ...WANTED]);
  const found: Readonly<Record<string, readonly string[]>> = JSON.parse(output);
  const others = Object.entries(found).filter(([, versions]) => versions.join() !== version);
  if (others.length > 0) {
    const list = others.map(([name, versions]) => `${name} ${versions.join(" and ")}`).join(", ");
    throw new Error(`${project.manager.name}: wanted ${version} of all, once each; found ${list}`);
  }
}

/** The program of the top README, with each of its configurations, on clouds that the installed command emulates. */
export async function runProgram(project: Project, { program, configurations }: Readmes): Promise<void> {
  await writeFile(join(project.folder, "program.ts"), program);
  await withEmulators(project, async (emulators) => {
    await writeCloudsFile(project, configurations, emulators);
    for (const configuration of configurations) {
      await configure(project, onEmulators(configuration, emulators));
      const output = await start(project, [...project.manager.node, "program.ts"]);
      const lines = output.trim().split("\n");
      const good = lines.filter((line) => /^production: nightly-[\d-]+ of \S+ is available$/.test(line));
      // The emulators begin with two volumes.
      if (good.length !== 2 || lines.length !== 2) {
        throw new Error(`${project.manager.name}: the program of README.md printed\n${output}`);
      }
    }
  });
}

/** The command lines of the command line's README, one after the other. Those that need no project run if `all`. */
export async function runCommands(project: Project, { commands, policies }: Readmes, all: boolean) {
  await withEmulators(project, async (emulators) => {
    const cloud = {
      provider: "digitalocean",
      region: "nyc3",
      credentials: { token: { env: "DIGITALOCEAN_TOKEN" } },
    };
    const ocean = onEmulators({ clouds: { ocean: cloud } }, emulators);
    await rm(join(project.folder, "polyvol.config.yaml"));
    let configured = false;
    for (const [, ...words] of commands) {
      const line = `polyvol ${words.join(" ")}`;
      if (OF_READERS_FILES.test(line) || (ONCE.test(line) && !all)) continue;
      if (!configured && !/^polyvol (demo|config init)/.test(line)) {
        await configure(project, { ...ocean, policies });
        for (const name of ["db", "db-orders"]) {
          await polyvol(project, ["volumes", "create", "--cloud", "ocean", name, "--size", "10"]);
        }
        configured = true;
      }
      await polyvol(project, words);
      // The page goes on with what it has deleted, as its sections are read apart.
      if (line.startsWith("polyvol snapshots delete")) {
        await polyvol(project, ["snapshots", "create", "--cloud", "ocean", "db", "again"]);
      }
    }
  });
}

async function withEmulators(
  project: Project,
  work: (emulators: readonly Emulator[]) => Promise<void>,
): Promise<void> {
  const emulators = await startEmulators(project);
  try {
    await work(emulators);
  } finally {
    await Promise.all(emulators.map((each) => each.stop()));
  }
}

function onEmulators({ clouds }: Configuration, emulators: readonly Emulator[]): Configuration {
  const entries = Object.entries(clouds).map(([name, cloud]) => {
    // Its address is that of clouds.yaml.
    if (cloud.provider === "openstack") return [name, cloud];
    const baseUrl = emulators.find(({ provider }) => provider === cloud.provider)?.url;
    return [name, { ...cloud, options: { ...cloud.options, baseUrl } }];
  });
  return { clouds: Object.fromEntries(entries) };
}

/** The file of OpenStack's own tools, with each cloud that a configuration names. */
async function writeCloudsFile(
  { folder }: Project,
  configurations: readonly Configuration[],
  emulators: readonly Emulator[],
): Promise<void> {
  const { url = "" } = emulators.find(({ provider }) => provider === "openstack") ?? {};
  const named = configurations.flatMap(({ clouds }) =>
    Object.values(clouds).flatMap(({ options }) => options?.cloud ?? []),
  );
  const clouds = Object.fromEntries(named.map((name) => [name, cloudOfFile(url)]));
  await writeFile(join(folder, "clouds.yaml"), JSON.stringify({ clouds }));
}

async function configure(project: Project, configuration: object): Promise<void> {
  // JSON is YAML as well.
  await writeFile(join(project.folder, "polyvol.config.yaml"), JSON.stringify(configuration, null, 2));
}

async function polyvol(project: Project, words: readonly string[]): Promise<string> {
  return await start(project, [...project.manager.execute, "polyvol", ...words]);
}

async function start({ manager, folder, env }: Project, words: readonly string[]): Promise<string> {
  const [command = "", ...parameters] = words;
  const shown = words.slice(manager.command.length).join(" ");
  return await run({ command, parameters, cwd: folder, env, purpose: `${manager.name} ${shown} fails` });
}
