import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";

/** Gives a program a terminal of its own. Part of util-linux. */
const SCRIPT = "/usr/bin/script";
const BIN = fileURLToPath(new URL("../src/bin.ts", import.meta.url));

let clouds: Clouds;
beforeAll(async () => {
  clouds = await startClouds();
  const volumes = [{ name: "a-volume-with-a-rather-long-name", region: "nyc3", size_gigabytes: 10 }];
  clouds.ocean.seed({ volumes });
});
afterAll(() => clouds.close());

/** Runs the command on a terminal of 80 columns, types `input`, and gives what the screen was sent. */
function onTerminal(
  command: string,
  input: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const line = `stty cols 80 rows 24; '${process.execPath}' --conditions=@polyvol/source '${BIN}' ${command}; echo "code $?"`;
  const child = spawn(SCRIPT, ["-qec", line, "/dev/null"], {
    cwd: clouds.folder,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", SHELL: "/bin/sh", ...ENV, ...env },
  });
  let screen = "";
  child.stdout.on("data", (chunk) => {
    screen += chunk;
    if (input !== "" && screen.includes("[y/N] ") && child.stdin.writable) child.stdin.end(input);
  });
  return new Promise((resolve) => child.once("close", () => resolve(screen.replaceAll("\r", ""))));
}

test.skipIf(!existsSync(SCRIPT)).concurrent("a deletion is asked about, and no means no", async () => {
  const name = "a-volume-with-a-rather-long-name";
  const no = await onTerminal(`volumes delete ${name} --cloud ocean`, "n\n");
  expect(no).toContain(`Delete 1 volume on ocean: ${name}? Their snapshots stay. [y/N] `);
  expect(no).toContain("Nothing was deleted.\ncode 1\n");
  expect(clouds.ocean.state()).toMatchObject({ volumes: [{ name }] });
});

test
  .skipIf(!existsSync(SCRIPT))
  .concurrent("a table fits the terminal, in colour unless that is not wanted", async () => {
    const [coloured, plain] = await Promise.all([
      onTerminal("volumes list --cloud ocean", ""),
      onTerminal("volumes list --cloud ocean", "", { NO_COLOR: "1" }),
    ]);
    expect(coloured).toContain("\u001b[32mavailable\u001b[39m");
    expect(plain).not.toContain("\u001b[");
    expect(plain).toMatch(/\nocean +a-volum…/);
    expect(plain).toMatch(/\n.* [0-9a-f]{8}-[0-9a-f-]{27}\n/);
  });
