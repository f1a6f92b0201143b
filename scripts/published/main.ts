/**
 * Releases the packages as they are built, in a copy of the repository and to a registry on loopback, with the commands
 * of the release workflow; installs them from there with every package manager, follows the READMEs, releases once more
 * and upgrades. Nothing leaves this machine; what others have published is installed from where this machine always
 * installs from.
 */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forEachInParallel, timed } from "../packed/processes.ts";
import { MANAGERS } from "./managers.ts";
import { createProject, runCommands, runProgram, upgrade } from "./project.ts";
import { readReadmes } from "./readme.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { addChange, release, releaseAgain } from "./release.ts";
import { copyRepository } from "./repository.ts";
import { installTools, lintWorkflows } from "./tools.ts";

const work = await realpath(await mkdtemp(join(tmpdir(), "polyvol-published-")));
let registry: Registry | undefined;
try {
  await publishAndUse();
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await registry?.close();
  await rm(work, { recursive: true, force: true });
}

async function publishAndUse(): Promise<void> {
  const copy = join(work, "repository");
  const home = join(work, "homes", "release");
  await timed("tools", installTools());
  await timed("actionlint on the workflows", lintWorkflows());
  await timed("copy of the repository", copyRepository(copy));
  registry = await timed("registry", startRegistry(work));
  const here = registry;
  const first = await timed("first release", release(copy, home, here));
  const readmes = await readReadmes();
  const projects = await forEachInParallel(MANAGERS, async (manager) => {
    const project = await timed(`${manager.name}: add ${first}`, createProject(work, manager, here, first));
    await timed(`${manager.name}: the program of README.md`, runProgram(project, readmes));
    const commands = runCommands(project, readmes, manager === MANAGERS[0]);
    await timed(`${manager.name}: the command lines of polyvol's README.md`, commands);
    return project;
  });
  await addChange(copy);
  const second = await timed("second release", release(copy, home, here));
  await timed("the same release again", releaseAgain(copy, home, here));
  await forEachInParallel(projects, async (project) => {
    const { name } = project.manager;
    await timed(`${name}: upgrade to ${second}`, upgrade(project, second));
    await timed(`${name}: the program of README.md, again`, runProgram(project, readmes));
  });
}
