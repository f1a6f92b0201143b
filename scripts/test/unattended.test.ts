/** The recipes of docs/unattended.md: their command lines are polyvol's, and systemd takes their units. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { checkPolyvol } from "../docs/command-line.ts";

const folder = fileURLToPath(new URL("../../examples/unattended/", import.meta.url));
const read = (path: string): string => readFileSync(join(folder, path), "utf8");
const unit = read("systemd/polyvol-backup.service");
const offsiteUnit = read("systemd/polyvol-offsite.service");

interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
    };
  };
}

interface Container {
  readonly args: readonly string[];
}

/** The words after `polyvol` in a line that has it as its command. */
function wordsIn(text: string, line: RegExp): readonly string[] {
  const [, words] = line.exec(text) ?? [];
  if (words === undefined) throw new Error(`no line ${line}`);
  return words.trim().split(/ +/);
}

const [container] = (parse(read("kubernetes/cronjob.yaml")) as CronJob).spec.jobTemplate.spec.template.spec
  .containers;
const commands: Readonly<Record<string, readonly string[]>> = {
  systemd: wordsIn(unit, /^ExecStart=\/usr\/local\/bin\/polyvol (.+)$/m),
  cron: wordsIn(read("cron/polyvol"), /^\S+(?: \*){4} polyvol polyvol (.+) > \/dev\/null$/m),
  container: JSON.parse(/^CMD (\[.+\])$/m.exec(read("container/Containerfile"))?.[1] ?? "null") as string[],
  kubernetes: container?.args ?? [],
};

test.each(Object.entries(commands))("%s runs a command that there is", async (_, words) => {
  expect(words.slice(0, 3)).toEqual(["backup", "run", "--quiet"]);
  expect(await checkPolyvol(words)).toBeUndefined();
});

test("what leaves the cloud by systemd is a command that there is", async () => {
  const words = wordsIn(offsiteUnit, /^ExecStart=\/usr\/local\/bin\/polyvol (.+)$/m);
  expect(words.slice(0, 3)).toEqual(["backup", "offsite", "--quiet"]);
  expect(await checkPolyvol(words)).toBeUndefined();
});

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test.skipIf(!hasSystemd)("systemd takes the units (needs systemd-analyze)", () => {
  const copies = mkdtempSync(join(tmpdir(), "polyvol-units-"));
  onTestFinished(() => rmSync(copies, { recursive: true }));
  const names = ["polyvol-backup.service", "polyvol-backup.timer"];
  names.push(...names.map((name) => name.replace("backup", "offsite")));
  const units = names.map((name) => {
    const path = join(copies, name);
    writeFileSync(path, read(`systemd/${name}`).replace("/usr/local/bin/polyvol", "/bin/true"));
    return path;
  });
  const verify = (): string => {
    const { stderr, status } = spawnSync("systemd-analyze", ["verify", ...units], { encoding: "utf8" });
    // What other units of the machine lack is not about these.
    return status === 0
      ? ""
      : stderr
          .split("\n")
          .filter((line) => line.includes("polyvol"))
          .join("\n");
  };
  expect(verify()).toBe("");
  writeFileSync(units[1] as string, read("systemd/polyvol-backup.timer").replace("*:0/15", "*:0/15x"));
  expect(verify()).toContain("polyvol-backup.timer");
  expect(execFileSync("systemd-analyze", ["calendar", "*:0/15"], { encoding: "utf8" })).toContain(
    "Next elapse",
  );
});
