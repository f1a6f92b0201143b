import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Project } from "./managers.ts";

/** An emulated cloud that the project's own `polyvol` serves. */
export interface Emulator {
  readonly provider: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** Their options: the credentials that the READMEs' environment variables hold, and data to begin with. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  digitalocean: ["--token", "T", "--volumes", "2", "--snapshot-interval", "0s"],
  "samsung-scp": ["--access-key", "A", "--secret-key", "S", "--volumes", "2"],
  openstack: ["--user", "demo:secret:demo", "--volumes", "2"],
};

/** What a `clouds.yaml` says of the emulated OpenStack at `url`. */
export function cloudOfFile(url: string): object {
  return { auth: { auth_url: url, username: "demo", password: "secret", project_name: "demo" } };
}

/** What the READMEs read credentials from. */
export const CREDENTIALS: Readonly<Record<string, string>> = {
  DIGITALOCEAN_TOKEN: "T",
  SCP_ACCESS_KEY: "A",
  SCP_SECRET_KEY: "S",
};

/** Starts one for each provider, and stops those that did start when one does not. */
export async function startEmulators(project: Project): Promise<readonly Emulator[]> {
  const started = await Promise.allSettled(
    Object.keys(OPTIONS).map((provider) => startEmulator(project, provider)),
  );
  const emulators = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = started.find((each) => each.status === "rejected");
  if (failed === undefined) return emulators;
  await Promise.all(emulators.map((each) => each.stop()));
  throw failed.reason;
}

async function startEmulator(project: Project, provider: string): Promise<Emulator> {
  const words = [...project.manager.execute, "polyvol", "emulator", provider, ...(OPTIONS[provider] ?? [])];
  const [command = "", ...parameters] = words;
  // Package managers put processes of their own before it; as one group, all of them end together.
  const child = spawn(command, parameters, {
    cwd: project.folder,
    env: project.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const closed = once(child, "close");
    process.kill(-child.pid, "SIGTERM");
    await closed;
  };
  let written = "";
  child.stderr.on("data", (data) => {
    written += data;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    written += `${line}\n`;
    if (!line.startsWith("{")) continue;
    child.stdout.resume();
    return { provider, url: JSON.parse(line).url, stop };
  }
  throw new Error(`${project.manager.name}: polyvol emulator ${provider} ended before it served\n${written}`);
}
