import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(root + path, "utf8");

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly "timeout-minutes"?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const manifest = JSON.parse(read("package.json")) as {
  readonly packageManager: string;
  readonly scripts: Readonly<Record<string, string>>;
};
const files = readdirSync(`${root}.github/workflows`).map((name) => `.github/workflows/${name}`);
const workflows = new Map(files.map((file) => [file, parse(read(file)) as Workflow]));
const jobs = [...workflows].flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ at: `${file}: ${name}`, job })),
);
const steps = jobs.flatMap(({ at, job }) => (job.steps ?? []).map((step) => ({ at, step })));

/** What is wrong with a command line of a workflow: it has to name what this repository has. */
function problemOf(line: string): string | undefined {
  const [command, ...words] = line.trim().split(/\s+/);
  const [first = ""] = words;
  if (command === "pnpm") {
    return first === "install" || first in manifest.scripts ? undefined : `no script ${first}`;
  }
  if (command === "bash" || command === "node") {
    const missing = words.filter((word) => /^[\w.]+\//.test(word) && !existsSync(root + word));
    return missing.length > 0 ? `no file ${missing.join(", ")}` : undefined;
  }
  if (line === `npm install --global ${manifest.packageManager}`) return undefined;
  // Writes the variable's name, which pnpm fills in, and not the token.
  if (/^echo "\$\(npm config get registry \|.*\):_authToken=\\\$\{NPM_TOKEN\}" > ~\/\.npmrc$/.test(line))
    return undefined;
  return "a command that this test does not know";
}

test.each(steps.filter(({ step }) => step.run !== undefined))("$at: $step.run", ({ step }) => {
  expect(problemOf(step.run ?? "")).toBeUndefined();
});

test("a command line that names what is not there is found", () => {
  expect(problemOf("pnpm no-such-script")).toBe("no script no-such-script");
  expect(problemOf("bash .ci/gone")).toBe("no file .ci/gone");
  expect(problemOf("node scripts/gone.ts packages/core")).toBe("no file scripts/gone.ts");
  expect(problemOf("npm install --global pnpm@1.0.0")).toMatch(/does not know/);
});

test("actions are pinned to a commit, with the version that it is", () => {
  const lines = files.flatMap((file) => read(file).split("\n")).filter((line) => /\buses:/.test(line));
  const foreign = lines.filter((line) => !line.includes("uses: ./"));
  expect(foreign.length).toBeGreaterThan(0);
  for (const line of foreign) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  for (const { job } of jobs) if (job.uses !== undefined) expect(existsSync(root + job.uses)).toBe(true);
});

test("a workflow may only read, unless a job says otherwise; no job runs for hours", () => {
  for (const [file, { permissions }] of workflows) expect(permissions, file).toEqual({ contents: "read" });
  for (const { at, job } of jobs) if (job.steps) expect(job["timeout-minutes"], at).toBeLessThanOrEqual(60);
});

test("what is published has passed CI, is signed, and comes from the scripts of the repository", () => {
  const { jobs } = workflows.get(".github/workflows/release.yml") ?? {};
  const release = jobs?.["release"];
  expect(release?.needs).toBe("ci");
  expect(jobs?.["ci"]?.uses).toBe("./.github/workflows/ci.yml");
  expect(Object.keys(workflows.get(".github/workflows/ci.yml")?.on ?? {})).toContain("workflow_call");
  expect(release?.env).toMatchObject({ PNPM_CONFIG_PROVENANCE: "true" });
  expect(release?.permissions).toMatchObject({ "id-token": "write" });
  const action = release?.steps?.find((step) => step.uses?.startsWith("changesets/action@"));
  for (const input of ["version-script", "publish-script"]) {
    expect(problemOf(action?.with?.[input] ?? ""), input).toBeUndefined();
  }
});

test("dependencies are proposed and installed only when they are of some age", () => {
  const { updates } = parse(read(".github/dependabot.yml")) as {
    readonly updates: readonly { readonly cooldown: { readonly "default-days": number } }[];
  };
  expect(updates.map((update) => update.cooldown["default-days"])).toEqual([7, 7]);
  expect(parse(read("pnpm-workspace.yaml"))).toMatchObject({ minimumReleaseAge: 2880 });
});

test("every changeset is of packages that exist, and all packages share one version", () => {
  const folders = readdirSync(`${root}packages`);
  const manifests = folders.map((folder) => JSON.parse(read(`packages/${folder}/package.json`)));
  expect(new Set(manifests.map(({ version }) => version)).size).toBe(1);
  for (const folder of folders) {
    const path = `packages/${folder}/src/version.ts`;
    if (existsSync(root + path)) expect(read(path)).toContain(`VERSION: string = "${manifests[0].version}"`);
  }
  const names = new Set(manifests.map(({ name }) => name));
  for (const file of readdirSync(`${root}.changeset`).filter((name) => name.endsWith(".md"))) {
    const [, head = ""] = read(`.changeset/${file}`).split("---");
    for (const name of Object.keys(parse(head) ?? {})) expect(names, file).toContain(name);
  }
});
