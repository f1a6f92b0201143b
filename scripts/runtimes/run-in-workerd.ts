import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { run } from "../packed/processes.ts";
import { bundle } from "./bundle.ts";
import { installRuntime } from "./install.ts";
import type { Given, Run } from "./runtime.ts";

const SYSTEMS = ["linux-64", "linux-arm64", "darwin-64", "darwin-arm64", "windows-64"];
const PATHS = SYSTEMS.flatMap((system) =>
  ["workerd", "workerd.exe"].map((file) => `@cloudflare/workerd-${system}/bin/${file}`),
);

/** A worker that may reach this machine and nothing else. */
function configuration(flags: readonly string[]): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "internet", network = (allow = ["local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = [${flags.map((flag) => `"${flag}"`).join(", ")}],
);
`;
}

export async function runInWorkerd(project: string, given: Given, flags: readonly string[]): Promise<Run> {
  const command = await installRuntime("workerd", PATHS);
  const cwd = await mkdtemp(join(project, "workerd-"));
  const version = await run({ command, parameters: ["--version"], cwd, purpose: "workerd --version" });
  await writeFile(
    join(cwd, "worker.js"),
    await bundle(project, "worker.mjs", ["workerd", "worker", "browser"]),
  );
  await writeFile(join(cwd, "config.capnp"), configuration(flags));
  // It tells the port that it took on the file descriptor that it is given.
  const child = spawn(command, ["serve", "config.capnp", "--control-fd=3"], {
    cwd,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  try {
    const port = await Promise.race([portOf(child.stdio[3] as Readable), ended.then(() => undefined)]);
    if (port === undefined) throw new Error(`workerd ends with an error\n${said}`);
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      body: JSON.stringify(given),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the worker answers ${response.status}\n${text}\n${said}`);
    return { version: version.trim(), outcomes: JSON.parse(text) as Run["outcomes"] };
  } finally {
    child.kill();
    await ended;
  }
}

async function portOf(control: Readable): Promise<number | undefined> {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line) as { readonly event: string; readonly port?: number };
    if (event === "listen") return port;
  }
  return undefined;
}
