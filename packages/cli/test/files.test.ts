import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commandInShell, type Ended, polyvol } from "./polyvol.ts";

const CLOUD = { provider: "digitalocean", region: "nyc3", credentials: { token: { env: "TOKEN" } } };
const POLICY = `{ "select": { "name": "db" }, "schedule": { "cron": "@daily", "timezone": "UTC" }, "retention": { "last": 30 } }`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "polyvol-files-"));
  await writeFile(join(folder, "polyvol.config.json"), JSON.stringify({ clouds: { main: CLOUD } }));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (command: string): Promise<Ended> =>
  polyvol(command.split(" "), { cwd: folder, env: { TOKEN: "T" } });

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

describe("a file that somebody named", () => {
  test.each([
    ["backup run --record", "option '--record <file>' argument '' is invalid"],
    ["backup status --output-file", "option '--output-file <file>' argument '' is invalid"],
    ["backup plan --save", "option '--save <file>' argument '' is invalid"],
    ["backup report --html", "option '--html <file>' argument '' is invalid"],
    ["backup run --notify-secret-file", "option '--notify-secret-file <file>' argument '' is invalid"],
    ["demo --report", "option '--report <file>' argument '' is invalid"],
    ["volumes list -c", "option '-c, --config <file>' argument '' is invalid"],
    ["backup apply", "command-argument value '' is invalid for argument 'file'"],
    ["config init", "command-argument value '' is invalid for argument 'file'"],
  ])("%s with an empty text is refused before anything is done", async (command, what) => {
    const { code, out, err } = await polyvol([...command.split(" "), ""], {
      cwd: folder,
      env: { TOKEN: "T" },
    });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`error: ${what}. Give the path of a file.`);
  });

  test("a configuration in JSON with a key twice is refused with its line", async () => {
    const cloud = JSON.stringify(CLOUD);
    await write(
      "twice.json",
      `{\n"clouds": { "main": ${cloud} },\n"policies": {\n"a": ${POLICY},\n"a": ${POLICY}\n}\n}`,
    );
    const { code, err } = await run("config check -c twice.json");
    expect({ code, err }).toEqual({
      code: 2,
      err: "error: twice.json:5:1: found a key that stands twice in its object; allowed: JSON, each key once\n",
    });
  });

  test.skipIf(process.platform === "win32")(
    "a configuration that does not fit on the disk leaves no piece",
    () => {
      // The shell bounds how large a file may get.
      const script = `ulimit -f 1; ${commandInShell()} config init new.yaml`;
      const { status, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
      expect(stderr).toMatch(/^error: new\.yaml cannot be written: /);
      expect(status).toBe(1);
      expect(existsSync(join(folder, "new.yaml"))).toBe(false);
    },
  );

  test("data that is nested too deeply", async () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    await Promise.all(["deep.json", "deep.yaml"].map((name) => write(name, deep)));
    for (const command of [
      "backup apply deep.json",
      "config check -c deep.json",
      "config check -c deep.yaml",
      "backup explain --policy deep.json --snapshots deep.json",
      "emulator digitalocean --seed deep.json",
      "emulator samsung-scp --faults deep.json",
    ]) {
      const { code, err } = await run(command);
      expect({ code, err }, command).toEqual({ code: 2, err: expect.stringContaining("nested too deeply") });
      expect(err, command).not.toContain("call stack");
    }
  });

  test.runIf(process.platform !== "win32")(
    "a pipe in the place of a file is refused, and the command ends",
    async () => {
      execFileSync("mkfifo", [join(folder, "pipe"), join(folder, "pipe.yaml")]);
      const credentials = { token: { file: "pipe" } };
      await write("by-pipe.json", JSON.stringify({ clouds: { main: { ...CLOUD, credentials } } }));
      for (const [command, words] of [
        ["backup apply pipe", "found a named pipe (FIFO); allowed: a regular file of at most 256 MiB"],
        ["config check -c pipe.yaml", "found a named pipe (FIFO); allowed: a regular file of at most 4 MiB"],
        ["volumes list -c by-pipe.json", "which is a named pipe (FIFO); allowed: a readable file"],
        ["emulator digitalocean --seed pipe", "pipe is no regular file"],
      ] as const) {
        const { code, err } = await run(command);
        expect({ code, err }, command).toEqual({ code: 2, err: expect.stringContaining(words) });
      }
      await rm(join(folder, "polyvol.config.json"));
      execFileSync("mkfifo", [join(folder, "polyvol.config.yaml")]);
      const found = await run("config check");
      expect(found).toMatchObject({
        code: 2,
        err: expect.stringContaining("polyvol.config.yaml: found a named pipe"),
      });
    },
  );

  test.runIf(process.platform !== "win32")(
    "is found by its whole path also when the working directory has gone",
    async () => {
      const cli = (args: string): string => `${commandInShell()} ${args}`;
      const whole = join(folder, "polyvol.config.json");
      const script = `mkdir gone && cd gone && rmdir ../gone && ${cli(`config check -c '${whole}'`)} && ${cli("config check")}`;
      const { status, stdout, stderr } = spawnSync("sh", ["-c", script], {
        cwd: folder,
        env: { PATH: process.env["PATH"] ?? "", TOKEN: "T" },
        encoding: "utf8",
      });
      expect({ status, stdout }).toEqual({
        status: 2,
        stdout: expect.stringContaining(`${whole} is fine.\n1 cloud: main`),
      });
      expect(stderr).toBe(
        "error: configuration: found a working directory that was removed; allowed: the whole path of the file (--config), or a working directory that is there\n",
      );
    },
  );
});
