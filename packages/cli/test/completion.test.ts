import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandInShell, type Ended, PROCESS_ENV, polyvol } from "./polyvol.ts";

/** Gives a program a terminal of its own. Part of util-linux. */
const SCRIPT = "/usr/bin/script";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-completion-"));
  await write(
    "polyvol.config.yaml",
    "clouds: { ocean: {}, other: {}, samsung: {} }\npolicies: { nightly: {} }\n",
  );
  await write("more.json", '{ "clouds": { "orange": {}, "$(touch made)": {} } }');
  await write("broken.yaml", "clouds: {\n");
  await write("polyvol", `#!/bin/sh\nexec ${commandInShell()} "$@"\n`);
  await chmod(join(folder, "polyvol"), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const run = (...args: readonly string[]): Promise<Ended> => polyvol(args, { cwd: folder });

/** The values that are offered at the end of a command line. */
async function offered(shell: string, line: string): Promise<readonly string[]> {
  const words = line.split(" ");
  const { code, out, err } = await run("__complete", shell, `=${words.at(-1) ?? ""}`, ...words.slice(0, -1));
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out
    .trimEnd()
    .split("\n")
    .map((each) => each.split("\t")[0] ?? "");
}

test.concurrent("commands, options, values and files, where each belongs", async () => {
  const lines: readonly (readonly [line: string, values: readonly string[]])[] = [
    ["vol", ["volumes", ":words"]],
    ["help back", ["backup", ":words"]],
    ["help volumes re", ["resize", "revert", "rename", ":words"]],
    ["volumes re", ["resize", "revert", "rename", ":words"]],
    ["volumes list --na", ["--name", ":words"]],
    ["volumes list --name x --out", ["--output", ":words"]],
    ["-o ", ["table", "wide", "json", "jsonl", "yaml", "prometheus", ":words"]],
    ["volumes list --output=y", ["--output=yaml", ":words"]],
    ["volumes list --nothing=", [":words"]],
    ["-c ", [":files"]],
    ["backup apply ", [":files"]],
    ["backup plan --save=to", [":files"]],
    ["backup explain --policy ", ["nightly", ":words"]],
    ["backup status --watch --rec", ["--record", ":words"]],
    ["backup status --merge ", [":files"]],
    ["backup status --merge a.json ", [":files"]],
    ["backup status --merge a.json b.json --so", ["--sort", ":words"]],
    ["demo --keep ", [":files"]],
    ["completion z", ["zsh", ":words"]],
    ["emulator sam", ["samsung-scp", ":words"]],
    ["emulator digitalocean --volumes-p", ["--volumes-per-droplet", ":words"]],
    ["emulator digitalocean --clock ", ["virtual", "real", ":words"]],
    ["emulator samsung-scp --seed ", [":files"]],
    ["emulator samsung-scp --out", [":words"]],
    ["volumes create -- -", [":words"]],
    ["nothing of ours ", [":words"]],
  ];
  const found = await Promise.all(lines.map(([line]) => offered("fish", line)));
  expect(found).toEqual(lines.map(([, values]) => values));
});

test.concurrent("clouds and policies of the configuration, also of one that is not finished", async () => {
  const found = await Promise.all([
    offered("fish", "volumes list --cloud o"),
    offered("fish", "--config more.json volumes list --cloud="),
    offered("fish", "volumes list --watch -c more.json --cloud or"),
    offered("fish", "-c broken.yaml volumes list --cloud "),
    offered("fish", "-c none.yaml volumes list --cloud "),
    offered("fish", "backup run --policy n"),
  ]);
  expect(found).toEqual([
    ["ocean", "other", ":words"],
    ["--cloud=orange", ":words"],
    ["orange", ":words"],
    [":words"],
    [":words"],
    ["nightly", ":words"],
  ]);
});

test.concurrent("each shell gets its own form", async () => {
  const [bash, rejoined, zsh, fish] = await Promise.all([
    run("__complete", "bash", "=back"),
    run("__complete", "bash", "=y", "volumes", "list", "--output", "="),
    run("__complete", "zsh", "=back"),
    run("__complete", "fish", "=back"),
  ]);
  expect(bash.out).toBe("backup\n:words\n");
  expect(rejoined.out).toBe("yaml\n:words\n");
  expect(zsh.out).toBe("backup:keep volumes snapshotted by policies\n:words\n");
  expect(fish.out).toBe("backup\tkeep volumes snapshotted by policies\n:words\n");
});

test.concurrent("a script for each shell, and a list of shells for others", async () => {
  const [bash, zsh, fish, powershell, other, help] = await Promise.all([
    run("completion", "bash"),
    run("completion", "zsh"),
    run("completion", "fish"),
    run("completion", "powershell"),
    run("completion", "csh"),
    run("completion", "--help"),
  ]);
  expect([bash, zsh, fish, powershell, other, help].map(({ code }) => code)).toEqual([0, 0, 0, 0, 2, 0]);
  for (const { out } of [bash, zsh, fish, powershell]) expect(out).toContain("polyvol __complete ");
  expect(zsh.out).toMatch(/^#compdef polyvol\n/);
  expect(other.err).toContain("Allowed choices are bash, zsh, fish, powershell.");
  expect(help.out).toContain('eval "$(polyvol completion bash)"');
});

test.concurrent("completion loads no emulator and no library of backups; of configurations only where their names are wanted", async () => {
  const list =
    'import { registerHooks } from "node:module"; registerHooks({ load: (url, context, next) => { process.stderr.write(url + "\\n"); return next(url, context); } });';
  const node = [`--import=data:text/javascript,${encodeURIComponent(list)}`];
  const [command, cloud] = await Promise.all([
    polyvol(["__complete", "bash", "=back"], { cwd: folder, node }),
    polyvol(["__complete", "bash", "=oc", "--cloud"], { cwd: folder, node }),
  ]);
  expect(command.out).toBe("backup\n:words\n");
  expect(command.err).not.toMatch(/packages\/(?!cli\/)|src\/demo\//);
  expect(cloud.out).toBe("ocean\n:words\n");
  expect(cloud.err).not.toMatch(/packages\/(?:backup|emulators)\/|src\/demo\//);
});

test.skipIf(!existsSync(SCRIPT) || !existsSync("/bin/bash")).concurrent("the tab key in bash", async () => {
  await write("bashrc", `PATH="${folder}:$PATH"\neval "$(polyvol completion bash)"\nPS1='ready> '\n`);
  const child = spawn(SCRIPT, ["-qec", "/bin/bash --rcfile bashrc -i", "/dev/null"], {
    cwd: folder,
    env: { ...PROCESS_ENV, TERM: "dumb", HOME: folder, NO_COLOR: "1" },
  });
  let screen = "";
  let typed = 0;
  const lines = ["polyvol comp\tz\t\n", "echo -n; polyvol config check --output=js\t -c mo\t\n", "exit\n"];
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    screen += chunk;
    // One line at a time: what is typed while a command runs belongs to that command.
    if (screen.split("ready> ").length - 1 > typed && typed < lines.length) {
      child.stdin.write(lines[typed] ?? "");
      typed += 1;
    }
  });
  await new Promise((resolve) => child.once("close", resolve));
  expect(screen).toContain("#compdef polyvol");
  expect(screen).toContain('more.json:1:29: clouds[\\"$(touch made)\\"]: found ');
  expect(existsSync(join(folder, "made"))).toBe(false);
});
