import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TOKEN } from "./clients/client.ts";
import type { Job, Measurement } from "./tasks.ts";

const run = promisify(execFile);
const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
const EMULATOR = fileURLToPath(new URL("../../packages/emulators/dist/bin.js", import.meta.url));

/** A measured process resolves workspace packages as a user's does: to what was built. */
export async function runWorker(job: Job): Promise<Measurement> {
  const { stdout } = await run(process.execPath, [WORKER, JSON.stringify(job)]);
  return JSON.parse(stdout) as Measurement;
}

/** Milliseconds that the given imports take in a fresh process. */
export async function importTime(names: readonly string[]): Promise<number> {
  const imports = names.map((name) => `await import(${JSON.stringify(name)});`).join("");
  const source = `const t = performance.now();${imports}process.stdout.write(String(performance.now() - t));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
  return Number(stdout);
}

export interface RunningEmulator extends AsyncDisposable {
  readonly url: string;
}

/** An emulator without quotas in a process of its own, asked once so that it is warm. */
export async function startEmulator(options: readonly string[]): Promise<RunningEmulator> {
  const common = ["--token", TOKEN, "--quota-per-minute", "0", "--snapshot-interval", "0s"];
  const unlimited = ["--snapshots-per-volume", "0", "--log-limit", "0"];
  const child = spawn(process.execPath, [EMULATOR, "digitalocean", ...common, ...unlimited, ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = async (): Promise<void> => {
    child.kill();
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url: string };
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const path of ["/v2/snapshots?resource_type=volume&per_page=200", "/v2/volumes?per_page=200"]) {
      await (await fetch(url + path, { headers })).text();
    }
    return { url, [Symbol.asyncDispose]: stop };
  }
  throw new Error("the emulator did not start");
}
