import { join } from "node:path";
import { aborted } from "../interruption.ts";
import { configOption, programName } from "../next-step.ts";
import { shellWord, shortPath } from "../output/format.ts";
import { renderJson } from "../output/result.ts";
import type { DemoCloud } from "./clouds.ts";
import { CONFIG_FILE, type Folder } from "./folder.ts";
import type { Reporter } from "./reporter.ts";

/** Commands to try after the demo, in this order. */
const NEXT = [
  "clouds check",
  "backup status",
  "backup plan",
  "snapshots list --cloud ocean --volume db-orders",
  "backup restore --cloud samsung --volume db-ledger --as db-ledger-2",
  // The policies choose the new volume by its name, so it gets its first snapshots.
  "backup run",
  "backup drill --cloud ocean --volume mail-spool",
  "backup audit",
];

/** Keeps the clouds running until Ctrl-C, lists what can be tried, and in the end how to start them another time. */
export async function keepRunning(
  clouds: readonly DemoCloud[],
  folder: Folder,
  seed: number,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  await saveStates(clouds, folder);
  reporter.heading("Now you: both clouds go on in real time and without faults, until Ctrl-C");
  reporter.line("In another terminal:\n");
  // What a project has installed is found in the project, and not in the folder of the demo.
  const isOnPath = programName() === "polyvol";
  if (isOnPath) reporter.line(`  cd ${shellWord(shortPath(folder.path))}`);
  const polyvol = isOnPath
    ? programName()
    : `${programName()}${configOption(shortPath(join(folder.path, CONFIG_FILE)))}`;
  for (const command of NEXT) reporter.line(`  ${polyvol} ${command}`);
  reporter.close();
  await aborted(signal);
  await saveStates(clouds, folder);
  reporter.line(
    "\nStopped. What the clouds hold is kept; these two serve it again, each in its own terminal:\n",
  );
  for (const cloud of clouds) reporter.line(`  ${startCommand(cloud, folder, seed)}`);
}

function startCommand(cloud: DemoCloud, { path }: Folder, seed: number): string {
  const { provider } = cloud.settings;
  const state = shellWord(shortPath(join(path, stateFile(cloud))));
  // Ids are made up by the seed: with the same one the first new ids would be those that are there already.
  const rest = `--random-seed ${seed + 1} --seed ${state}`;
  const command = `${programName()} emulator ${provider} --port ${cloud.port}`;
  const credentials = Object.entries(cloud.credentials);
  if (process.platform === "win32") {
    const options = credentials.map(([key, value]) => `${CREDENTIALS[key]?.option} ${value}`);
    return `${command} ${options.join(" ")} ${rest}`;
  }
  // Not as options: while a program runs, everybody on the machine can read those.
  const variables = credentials.map(([key, value]) => `${CREDENTIALS[key]?.variable}=${value}`);
  return `${variables.join(" ")} ${command} ${rest}`;
}

/** How an emulator takes credentials. */
const CREDENTIALS: Readonly<Record<string, { readonly variable: string; readonly option: string }>> = {
  token: { variable: "POLYVOL_EMULATOR_TOKENS", option: "--token" },
  accessKey: { variable: "SCP_ACCESS_KEY", option: "--access-key" },
  secretKey: { variable: "SCP_SECRET_KEY", option: "--secret-key" },
};

const stateFile = ({ name }: DemoCloud): string => `state/${name}.json`;

async function saveStates(clouds: readonly DemoCloud[], folder: Folder): Promise<void> {
  for (const cloud of clouds) await folder.write(stateFile(cloud), renderJson(cloud.emulator.state()));
}
