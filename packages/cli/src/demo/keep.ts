import { join } from "node:path";
import { renderJson } from "../output/result.ts";
import type { EmulatedCloud } from "./clouds.ts";
import { CONFIG_FILE, type Folder, shown } from "./folder.ts";
import { STATE_TO_SEED } from "./state-seed.ts";
import type { Teller } from "./teller.ts";

/** What is worth typing after the story, in this order. */
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

/** Lets the clouds go on until Ctrl-C, says what can be tried, and in the end how to go on another time. */
export async function keepRunning(
  clouds: readonly EmulatedCloud[],
  folder: Folder,
  seed: number,
  teller: Teller,
  signal: AbortSignal,
): Promise<void> {
  await saveStates(clouds, folder);
  teller.heading("Now you: both clouds go on in real time and without faults, until Ctrl-C");
  teller.tell(`In another terminal${isClone() ? " (npx -y pnpm@12 where pnpm is not installed)" : ""}:\n`);
  const { cd, polyvol } = spelling(folder);
  if (cd !== undefined) teller.tell(`  ${cd}`);
  for (const command of NEXT) teller.tell(`  ${polyvol} ${command}`);
  teller.close();
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await saveStates(clouds, folder);
  teller.tell(
    "\nStopped. What the clouds hold is kept; these two serve it again, each in its own terminal:\n",
  );
  for (const cloud of clouds) teller.tell(`  ${startAgain(cloud, folder, seed)}`);
}

/** How commands are typed here: in a clone by pnpm, which has to stay in it, else in the folder itself. */
function spelling({ path }: Folder): { readonly cd?: string; readonly polyvol: string } {
  if (isClone()) return { polyvol: `pnpm polyvol -c ${quoted(shown(join(path, CONFIG_FILE)))}` };
  return { cd: `cd ${quoted(shown(path))}`, polyvol: installedName() };
}

/** By `npx` where it was started so: a local installation is not on the path. */
const installedName = (): string => (process.env["npm_command"] === "exec" ? "npx polyvol" : "polyvol");

/** Whether this was started by a script of the repository. */
const isClone = (): boolean => ["demo", "polyvol"].includes(process.env["npm_lifecycle_event"] ?? "");

function startAgain(cloud: EmulatedCloud, { path }: Folder, seed: number): string {
  const { provider } = cloud.settings;
  const state = quoted(shown(join(path, stateFile(cloud))));
  // Ids are made up by the seed: with the same one the first new ids would be those that are there already.
  const rest = `--random-seed ${seed + 1} --seed ${state}`;
  const start = isClone() ? "pnpm emulator" : `${installedName()} emulator`;
  const given = Object.entries(cloud.credentials);
  const command = `${start} ${provider} --port ${cloud.port}`;
  if (process.platform === "win32") {
    const options = given.map(([key, value]) => `${CREDENTIALS[key]?.option} ${value}`);
    return `${command} ${options.join(" ")} ${rest}`;
  }
  // Not as options: while a program runs, everybody on the machine can read those.
  const variables = given.map(([key, value]) => `${CREDENTIALS[key]?.variable}=${value}`);
  return `${variables.join(" ")} ${command} ${rest}`;
}

/** How an emulator is given credentials. */
const CREDENTIALS: Readonly<Record<string, { readonly variable: string; readonly option: string }>> = {
  token: { variable: "POLYVOL_EMULATOR_TOKENS", option: "--token" },
  accessKey: { variable: "SCP_ACCESS_KEY", option: "--access-key" },
  secretKey: { variable: "SCP_SECRET_KEY", option: "--secret-key" },
};

const stateFile = ({ name }: EmulatedCloud): string => `state/${name}.json`;

async function saveStates(clouds: readonly EmulatedCloud[], folder: Folder): Promise<void> {
  for (const cloud of clouds) {
    const seed = STATE_TO_SEED[cloud.settings.provider]?.(cloud.emulator.state()) ?? {};
    await folder.write(stateFile(cloud), renderJson(seed));
  }
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w./@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
