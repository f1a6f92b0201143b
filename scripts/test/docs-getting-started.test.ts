import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runHere, type Written } from "../../packages/cli/test/in-process.ts";
import { PROCESS_ENV } from "../../packages/cli/test/polyvol.ts";
import { createDigitalOceanEmulator } from "../../packages/emulators/src/digitalocean/index.ts";
import type { Listener } from "../../packages/emulators/src/index.ts";
import { createOpenStackEmulator } from "../../packages/emulators/src/openstack/index.ts";
import { createSamsungScpEmulator } from "../../packages/emulators/src/samsung-scp/index.ts";
import { type Block, parsePage } from "../docs/markdown.ts";
import { listPages, ROOT } from "../docs/pages.ts";
import { shellCommands } from "../docs/shell-words.ts";

const CREDENTIALS = {
  DIGITALOCEAN_TOKEN: "T",
  SCP_ACCESS_KEY: "A",
  SCP_SECRET_KEY: "S",
  OS_PASSWORD: "secret",
};

const page = listPages().find(({ path }) => path === "docs/getting-started.md");
if (page === undefined) throw new Error("no docs/getting-started.md");
const { blocks } = parsePage(page);

let folder: string;
let listeners: readonly Listener[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-first-"));
  await mkdir(join(folder, "node_modules", "@polyvol"), { recursive: true });
  const config = join(folder, "node_modules", "@polyvol", "config");
  await symlink(join(ROOT, "packages", "config"), config, "junction");
  const ocean = createDigitalOceanEmulator({ tokens: ["T"] });
  const size = { region: "nyc3", size_gigabytes: 10 };
  ocean.seed({ volumes: ["volume-1", "volume-2"].map((name) => ({ name, ...size })) });
  const samsung = createSamsungScpEmulator({
    accessKey: "A",
    secretKey: "S",
    durations: { snapshotCreate: 0 },
  });
  samsung.seed({ generate: { volumes: 2 } });
  const stack = createOpenStackEmulator({
    users: [{ name: "demo", password: "secret", projects: ["demo"] }],
    workMs: 0,
  });
  stack.seed({ volumes: ["volume-1", "volume-2"].map((name) => ({ name, size: 10 })) });
  listeners = await Promise.all([ocean.listen(), samsung.listen(), stack.listen()]);
});
afterAll(async () => {
  await Promise.all(listeners.map((each) => each.close()));
  await rm(folder, { recursive: true, force: true });
});

/** The ports of the page are those of this run, each in turn: one of those may begin with the digits of the next. */
function withPorts(code: string): string {
  const [ocean, samsung, stack] = listeners;
  const ports: Readonly<Record<string, number | undefined>> = {
    "4010": ocean?.port,
    "4020": samsung?.port,
    "4030": stack?.port,
  };
  return code.replaceAll(/(?<=127\.0\.0\.1:)\d+/g, (port) => String(ports[port] ?? port));
}

/** Runs what a reader types: `npx polyvol` is this repository's, in this process; a program has one of its own. */
function run([program, ...parameters]: readonly string[]): Promise<Written> {
  const env = { ...PROCESS_ENV, ...CREDENTIALS, NO_COLOR: "1" };
  if (program === "npx") return runHere(parameters.slice(1), { folder, env });
  const args = ["--conditions=@polyvol/source", ...parameters];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** What a step of the page tells the reader to run that ends by itself. */
function commandsOf(block: Block): readonly (readonly string[])[] {
  return shellCommands(block.code).filter(
    ([program, second, third]) =>
      program === "node" || (program === "npx" && second === "polyvol" && third !== "emulator"),
  );
}

/** What a command has printed, but for how long it took and how wide its columns are for that. */
function linesOf(text = ""): readonly string[] {
  const lines = text.trim().split("\n");
  return lines
    .map((line) =>
      line
        .replace(/[\d.]+ m?s$/, "")
        .replaceAll(/ +/g, " ")
        .trim(),
    )
    .sort();
}

test("the steps lead to snapshots and to a backup on three clouds", async () => {
  const printed = new Map<string, string>();
  let commands = 0;
  for (const block of blocks) {
    const [order = ""] = block.orders;
    if (order.startsWith("file "))
      await appendFile(join(folder, order.slice(5)), `${withPorts(block.code)}\n`);
    if (order.startsWith("printed by ")) {
      expect(linesOf(printed.get(order.slice(11)))).toEqual(linesOf(block.code));
    }
    if (block.language !== "sh") continue;
    for (const command of commandsOf(block)) {
      const { code, out, err } = await run(command);
      expect(code, `${command.join(" ")}\n${out}${err}`).toBe(0);
      printed.set(command.join(" "), out);
      commands += 1;
    }
  }
  expect(commands).toBe(7);
  const list = await run(["npx", "polyvol", "snapshots", "list", "-o", "json"]);
  expect(JSON.parse(list.out)).toHaveLength(10);
});
