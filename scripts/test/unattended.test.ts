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
  writeFileSync(units[1] as string, read("systemd/polyvol-backup.timer").replace("*:00/15", "*:00/15x"));
  expect(verify()).toContain("polyvol-backup.timer");
});

test.skipIf(!hasSystemd).each([
  ["polyvol-backup.timer", 15],
  ["polyvol-offsite.timer", 60],
])("%s does not rest where the clock goes back (needs systemd-analyze)", (name, minutes) => {
  const [, when = ""] = /^OnCalendar=(.+)$/m.exec(read(`systemd/${name}`)) ?? [];
  const count = (3 * 60) / minutes;
  const night = ["--base-time=2026-10-24 23:59 UTC", `--iterations=${count}`];
  const env = { ...process.env, TZ: "Europe/Berlin" };
  const said = execFileSync("systemd-analyze", ["calendar", ...night, when], { encoding: "utf8", env });
  const runs = [...said.matchAll(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g)];
  const first = Date.parse("2026-10-25T00:00:00Z");
  expect(runs.map(([, day, time]) => Date.parse(`${day}T${time}Z`))).toEqual(
    Array.from({ length: count }, (_, index) => first + index * minutes * 60_000),
  );
});
