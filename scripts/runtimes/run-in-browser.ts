import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { run } from "../packed/processes.ts";
import { bundle } from "./bundle.ts";
import { type Given, NotHere, type Run } from "./runtime.ts";

/** Names under which systems have it, the first that is there. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** Without a window, without the sandbox (which root has not), and without a word to anybody else. */
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"],
];

/** What does not even load is told, too. */
const HTML = `<!doctype html><title>smoke</title>
<script>onerror = (message) => fetch("/report", { method: "POST", body: JSON.stringify(message) });</script>
<script type="module" src="/page.js"></script>`;

/** The browser opens a page of another origin than the emulators', which runs the program and reports to its server. */
export async function runInBrowser(project: string, given: Given): Promise<Run> {
  const { command, version } = await findBrowser(project);
  const { server, url, report } = await servePage(await bundle(project, "page.mjs", ["browser"]), given);
  const profile = await mkdtemp(join(tmpdir(), "polyvol-profile-"));
  const child = spawn(command, [...FLAGS, `--user-data-dir=${profile}`, url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(child, "close");
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  try {
    const outcomes = await Promise.race([report, ended.then(() => undefined)]);
    if (!Array.isArray(outcomes)) throw new Error(`the page fails: ${outcomes ?? said}`);
    return { version, outcomes };
  } finally {
    child.kill();
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function findBrowser(cwd: string): Promise<{ readonly command: string; readonly version: string }> {
  for (const command of NAMES) {
    try {
      const version = await run({ command, parameters: ["--version"], cwd, purpose: command });
      return { command, version: version.trim() };
    } catch {}
  }
  throw new NotHere(`none of ${NAMES.join(", ")} is installed`);
}

interface Page {
  readonly server: Server;
  readonly url: string;
  /** What the page found. */
  readonly report: Promise<unknown>;
}

async function servePage(script: string, given: Given): Promise<Page> {
  let told: (outcome: unknown) => void;
  const report = new Promise<unknown>((resolve) => {
    told = resolve;
  });
  const files: Readonly<Record<string, readonly [string, string]>> = {
    "/": ["text/html", HTML],
    "/page.js": ["text/javascript", script],
    "/given": ["application/json", JSON.stringify(given)],
  };
  const server = createServer(async (request, response) => {
    if (request.url === "/report") {
      told(JSON.parse(await text(request)));
      response.writeHead(204).end();
      return;
    }
    const [type, body] = files[request.url ?? ""] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": type }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, report, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
