/** The recipes of docs/fleet.md: their files can be read, and their command lines are polyvol's and agree with them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { parsePolicies, parseShard } from "../../packages/backup/src/index.ts";
import { loadConfig } from "../../packages/config/src/index.ts";
import { checkPolyvol } from "../docs/command-line.ts";

const folder = fileURLToPath(new URL("../../examples/fleet/", import.meta.url));
const read = (path: string): string => readFileSync(join(folder, path), "utf8");

interface Job {
  readonly completionMode: string;
  readonly completions: number;
  readonly parallelism: number;
  readonly template: {
    readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] };
  };
}
const job = (parse(read("kubernetes/indexed-cronjob.yaml")) as { spec: { jobTemplate: { spec: Job } } }).spec
  .jobTemplate.spec;
const batch = JSON.parse(read("aws-batch/job-definition.json")) as {
  containerProperties: { command: readonly string[] };
};
interface Pipeline {
  readonly shard: { readonly parallel: number; readonly script: readonly string[] };
  readonly together: { readonly script: readonly string[] };
}
const gitlab = parse(read("gitlab/.gitlab-ci.yml")) as Pipeline;
interface Workflow {
  readonly jobs: Readonly<
    Record<"shard" | "together", { readonly steps: readonly { readonly run?: string }[] }>
  >;
}
const github = parse(read("github/polyvol.yml")) as Workflow;
const unit = read("systemd/polyvol-shard@.service");
const slurm = read("slurm/polyvol-fleet.sbatch");
const nomad = read("nomad/polyvol-fleet.nomad.hcl");
const ofNomad = JSON.parse(
  /\bargs = (\[[^\]]*\])/.exec(nomad)?.[1]?.replace(/,\s*\]/, "]") ?? "[]",
) as readonly string[];

/** The words of a line for a shell, without where it writes to. */
const words = (line: string): readonly string[] =>
  line
    .replace(/ > .*$/, "")
    .replaceAll('"$SHARD"', "3/4")
    .replaceAll(/status-\*(?:\/status)?\.json/g, "status-1.json status-2.json")
    .split(" ")
    .slice(1);
const ofGithub = Object.values(github.jobs)
  .flatMap(({ steps }) => steps)
  .flatMap(({ run = "" }) => (run.startsWith("polyvol ") ? [run] : []));

test.each<readonly [string, readonly string[]]>([
  ["kubernetes", job.template.spec.containers[0]?.args ?? []],
  ["aws batch", batch.containerProperties.command],
  ["slurm", words(/^exec (.+)$/m.exec(slurm)?.[1] ?? "")],
  ["nomad", ofNomad],
  ["systemd", words(/^ExecStart=(.+)$/m.exec(unit)?.[1]?.replace("%i", "0") ?? "")],
  ...[...gitlab.shard.script, ...gitlab.together.script].map(
    (line) => [`gitlab: ${line}`, words(line)] as const,
  ),
  ...ofGithub.map((line) => [`github: ${line}`, words(line)] as const),
])("%s runs a command that there is", async (_name, args) => {
  expect(args.slice(0, 1)).toEqual(["backup"]);
  expect(await checkPolyvol(args)).toBeUndefined();
});

const shardIn = (args: readonly string[]): string => args[args.indexOf("--shard") + 1] ?? "";

test("each place of each carrier is a shard of its own", () => {
  const args = job.template.spec.containers[0]?.args ?? [];
  expect(job.completionMode).toBe("Indexed");
  expect(job.parallelism).toBeLessThanOrEqual(job.completions);
  const places = Array.from({ length: job.completions }, (_, index) => index);
  expect(places.map((index) => parseShard(shardIn(args), { JOB_COMPLETION_INDEX: String(index) }))).toEqual(
    places.map((index) => ({ index, count: job.completions })),
  );
  const size = /size="\$\{POLYVOL_SHARDS:-(\d+)\}"/.exec(read("aws-batch/submit.sh"))?.[1] ?? "";
  const ofBatch = { AWS_BATCH_JOB_ARRAY_INDEX: "7", AWS_BATCH_JOB_ARRAY_SIZE: size };
  expect(parseShard(shardIn(batch.containerProperties.command), ofBatch)).toEqual({ index: 7, count: 8 });
  const { parallel } = gitlab.shard;
  const ofGitlab = { GITLAB_CI: "true", CI_NODE_INDEX: String(parallel), CI_NODE_TOTAL: String(parallel) };
  for (const line of gitlab.shard.script) {
    expect(parseShard(shardIn(words(line)), ofGitlab)).toEqual({ index: parallel - 1, count: parallel });
  }
});

test("each task of the array of Slurm, and each allocation of Nomad, is a shard of its own", () => {
  const [, first = "", last = ""] = /^#SBATCH --array=(\d+)-(\d+)%\d+$/m.exec(slurm) ?? [];
  const count = Number(last) - Number(first) + 1;
  expect(count).toBe(8);
  for (let index = 0; index < count; index += 1) {
    const ofSlurm = {
      ...{ SLURM_ARRAY_TASK_ID: String(Number(first) + index), SLURM_ARRAY_TASK_COUNT: String(count) },
      ...{ SLURM_ARRAY_TASK_MIN: first, SLURM_ARRAY_TASK_MAX: last },
    };
    expect(parseShard(shardIn(words(/^exec (.+)$/m.exec(slurm)?.[1] ?? "")), ofSlurm)).toEqual({
      index,
      count,
    });
  }
  const allocations = Number(/\bcount = (\d+)/.exec(nomad)?.[1]);
  for (let index = 0; index < allocations; index += 1) {
    const place = { NOMAD_ALLOC_INDEX: String(index) };
    expect(parseShard(shardIn(ofNomad), place)).toEqual({ index, count: allocations });
  }
  expect(allocations).toBe(8);
});

test("a shell reads the script for Slurm, whose options stand before its first command", () => {
  const script = join(folder, "slurm/polyvol-fleet.sbatch");
  expect(spawnSync("sh", ["-n", script], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  const lines = slurm.trim().split("\n");
  expect(lines.slice(lines.findIndex((line) => !line.startsWith("#"))).join("\n")).not.toContain("#SBATCH");
});

test("the configuration is read, from an inventory that answers", async () => {
  const config = parse(read("polyvol.config.yaml")) as { clouds: object; policies: object };
  const accounts = {
    acme: { provider: "digitalocean", credentials: { token: { file: "/run/polyvol/acme" } } },
  };
  const loaded = await loadConfig({ config: { policies: config.policies, clouds: () => accounts as never } });
  expect(loaded.refused.size).toBe(0);
  expect(parsePolicies(loaded.policies).map(({ id }) => id)).toEqual(["nightly"]);
  const from = loadConfig({ path: join(folder, "polyvol.config.yaml"), environment: {} });
  await expect(from).rejects.toThrow("clouds.from.headers.Authorization.env: found INVENTORY_AUTHORIZATION");
});

test("the script for AWS Batch submits an array of eight", () => {
  const bin = mkdtempSync(join(tmpdir(), "polyvol-aws-"));
  onTestFinished(() => rmSync(bin, { recursive: true }));
  writeFileSync(join(bin, "aws"), '#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n', { mode: 0o755 });
  const { stdout, status } = spawnSync("sh", [join(folder, "aws-batch/submit.sh")], {
    encoding: "utf8",
    env: { PATH: `${bin}:${process.env["PATH"]}` },
  });
  const given = stdout.trim().split("\n");
  expect(status).toBe(0);
  expect(given.slice(0, 2)).toEqual(["batch", "submit-job"]);
  expect(given.slice(-2)).toEqual(["--array-properties", "size=8"]);
});

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test.skipIf(!hasSystemd)("systemd takes the units of a shard (needs systemd-analyze)", () => {
  const copies = mkdtempSync(join(tmpdir(), "polyvol-units-"));
  onTestFinished(() => rmSync(copies, { recursive: true }));
  const name = "polyvol-shard@";
  writeFileSync(join(copies, `${name}.service`), unit.replace("/usr/local/bin/polyvol", "/bin/true"));
  writeFileSync(join(copies, `${name}.timer`), read(`systemd/${name}.timer`));
  const units = [`${name}2.service`, `${name}2.timer`].map((each) => join(copies, each));
  const { stderr, status } = spawnSync("systemd-analyze", ["verify", ...units], { encoding: "utf8" });
  const own = stderr.split("\n").filter((line) => line.includes("polyvol"));
  expect(status === 0 ? [] : own).toEqual([]);
});
