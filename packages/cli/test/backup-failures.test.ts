import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clouds, ENV, startClouds } from "./clouds.ts";

const NIGHTLY = `policies:
  nightly:
    select: { name: "*" }
    schedule: { cron: "0 0 * * *", timezone: UTC }
    retention: { daily: 4 }
`;

let clouds: Clouds;
let config = "";
beforeAll(async () => {
  clouds = await startClouds();
  clouds.ocean.seed({ volumes: [{ name: "db", region: "nyc3", size_gigabytes: 10 }] });
  clouds.samsung.seed({ volumes: [{ name: "erp" }] });
  config = await readFile(join(clouds.folder, "polyvol.config.yaml"), "utf8");
  await clouds.write("policies.yaml", `${config}${NIGHTLY}`);
});
afterAll(() => clouds.close());

/** The configuration with these policies, under a name of its own. */
async function having(
  name: string,
  ...changes: readonly (readonly [from: string, to: string])[]
): Promise<string> {
  let policies = NIGHTLY;
  for (const [from, to] of changes) {
    expect(policies).toContain(from);
    policies = policies.replace(from, to);
  }
  await clouds.write(name, `${config}${policies}`);
  return name;
}

test.concurrent("policies that contradict themselves or each other", async () => {
  const both = await having("both.yaml", ['cron: "0 0 * * *"', 'cron: "0 0 * * *", every: 6h']);
  const twins = await having("twins.yaml", [
    "retention: { daily: 4 }",
    'retention: { daily: 4 }\n  Nightly:\n    select: { name: "*" }\n    schedule: { cron: "0 0 * * *", timezone: UTC }\n    retention: { daily: 4 }',
  ]);
  const brakes = await having("brakes.yaml", [
    "retention: { daily: 4 }",
    "retention: { daily: 4 }\n    brakes: { maxShare: 2 }",
  ]);
  const hook = await having("hook.yaml", [
    "retention: { daily: 4 }",
    "retention: { daily: 4 }\n    hooks: { before: { command: [a], environment: [MY_SECRET] } }",
  ]);
  const all = await Promise.all(
    [both, twins, brakes, hook].map((file) => clouds.run(`backup plan -c ${file}`)),
  );
  expect(all.map(({ code, out }) => [code, out])).toEqual(all.map(() => [2, ""]));
  const [bothErr, twinsErr, brakesErr, hookErr] = all.map(({ err }) => err);
  expect(bothErr).toMatch(
    /^error: both\.yaml:\d+:\d+: policies\.nightly\.schedule: found .*; allowed: .*cron.*every/,
  );
  expect(twinsErr).toContain(
    'found "nightly" beside "Nightly"; allowed: ids that differ by more than capitals',
  );
  expect(brakesErr).toContain(
    "policies.nightly.brakes.maxShare: found 2; allowed: a number above 0, up to 1",
  );
  expect(hookErr).toContain(
    'hooks.before.environment[0]: found "MY_SECRET"; allowed: the name of an environ',
  );
});

test.concurrent("a limit that cannot be kept is refused with the arithmetic, and the other cloud goes on", async () => {
  const file = await having("limit.yaml", ["daily: 4", "daily: 40"]);
  const { code, out, err } = await clouds.run(`backup plan -c ${file}`);
  expect(code).toBe(2);
  expect(out).toMatch(/\nsamsung +erp +nightly +create /);
  expect(out).not.toMatch(/\nocean /);
  expect(err).toMatch(
    /^error: volume db \([^)]+\) on ocean: .*= 41 snapshots; digitalocean allows 25 of one volume.*; no snapshot is taken and none deleted there\n/,
  );
});

test.concurrent("a selector that matches nothing", async () => {
  const file = await having("empty.yaml", ['name: "*"', 'name: "none-*"']);
  const { code, err } = await clouds.run(`backup run -c ${file}`);
  expect(code).toBe(1);
  expect(err).toContain(
    "its selector matches no volume on ocean, samsung; correct select, or say allowEmpty: true",
  );
});

test.concurrent("of three clouds one is down and one has a wrong credential: the third goes on", async () => {
  const more = `  down:
    provider: digitalocean
    region: nyc3
    credentials: { token: { env: TOKEN } }
    options: { baseUrl: "http://127.0.0.1:9", retry: { maxAttempts: 1 } }
`;
  await clouds.write("three.yaml", `${config}${more}${NIGHTLY}`);
  const env = { ...ENV, SECRET: "wrong-key" };
  const [plan, status, audit] = await Promise.all([
    clouds.run("backup plan -c three.yaml", env),
    clouds.run("backup status -c three.yaml", env),
    clouds.run("backup audit -c three.yaml -o json", env),
  ]);
  expect([plan.code, status.code, audit.code]).toEqual([1, 1, 1]);
  expect(plan.out).toMatch(/\nocean +db +nightly +create /);
  expect(plan.err).toMatch(/error: down: .*ECONNREFUSED.*; no snapshot is taken and none deleted there\n/);
  expect(plan.err).toContain("next:  see that this machine reaches that host (network, proxy,");
  expect(plan.err).toMatch(/error: samsung: .*\(unauthenticated/);
  expect(plan.err).toContain("then: polyvol clouds check --cloud samsung -c three.yaml\n");
  expect(status.out).toMatch(/\nocean +db +nightly +(missing +none +\d+\w|new +none) +0 +in \d+[hms]\n/);
  expect(status.err).not.toContain("no snapshot is taken");
  expect(JSON.parse(audit.out)).toMatchObject({
    ok: false,
    problems: [{ cloud: "down" }, { cloud: "samsung" }],
  });
  expect(`${plan.err}${status.err}${audit.err}`).not.toContain("wrong-key");
});

test.concurrent("files that cannot be read or written", async () => {
  await mkdir(join(clouds.folder, "folder"), { recursive: true });
  const secret = config.replace("{ env: TOKEN }", "{ file: ./nowhere/token }");
  await clouds.write("secret.yaml", secret);
  const [settings, plan, policy, kept, begun, credential, empty] = await Promise.all([
    clouds.run("backup plan -c folder"),
    clouds.run("backup apply folder -c policies.yaml"),
    clouds.run("backup explain --policy ./folder --snapshots folder"),
    clouds.run("backup plan -c policies.yaml --save folder"),
    clouds.run("config init folder/none/polyvol.config.yaml"),
    clouds.run("volumes list --cloud ocean -c secret.yaml"),
    clouds.run("backup restore --cloud ocean --volume db --as x -c none/polyvol.config.yaml"),
  ]);
  expect([settings, plan, policy, credential, empty].map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  expect([kept.code, begun.code]).toEqual([1, 1]);
  expect(settings.err).toMatch(/^error: folder: found a folder; allowed: a regular file of at most .*\n$/);
  expect(plan.err).toMatch(/^error: folder: found a folder; allowed: a regular file of at most .*\n$/);
  expect(policy.err).toContain("error: ./folder: found a folder; allowed: a regular file");
  expect(kept).toMatchObject({ out: "", err: "error: folder cannot be written: it is a folder (EISDIR)\n" });
  expect(begun.err).toBe(
    "error: folder/none/polyvol.config.yaml cannot be written: there is no folder folder/none (ENOENT)\n",
  );
  expect(credential.err).toMatch(
    /^error: .*secret\.yaml:\d+:\d+: clouds\.ocean\.credentials\.token\.file: found .*token, which does not exist; allowed: a readable file/,
  );
  expect(empty.err).toContain("none/polyvol.config.yaml: found no such file; allowed: a readable file");
});

test.concurrent("unknown commands, clouds, policies and volumes", async () => {
  const [command, cloud, policy, volume, restored] = await Promise.all([
    clouds.run("backup pln"),
    clouds.run("backup drill --cloud osean --volume db"),
    clouds.run("backup status -c policies.yaml --policy nigthly"),
    clouds.run("backup drill --cloud ocean --volume nix"),
    clouds.run("backup restore --cloud ocean --volume db --as db-2"),
  ]);
  expect([command, cloud, policy].map(({ code }) => code)).toEqual([2, 2, 2]);
  expect(command.err).toContain("(Did you mean plan?)\nknown: plan, apply, run, ");
  expect(cloud.err).toContain('found no cloud "osean"; allowed: ocean, samsung. Did you mean "ocean"?');
  expect(policy.err).toBe('error: --policy: found nigthly; allowed: nightly. Did you mean "nightly"?\n');
  expect(volume.code).toBe(1);
  expect(volume.err).toBe(
    "drill of nix on ocean: asked for\ndrill of nix on ocean: failed\n" +
      'error: ocean: digitalocean drill: no volume has the name or the id "nix", and no snapshot says that its volume had that name (not_found)\n' +
      "next:  polyvol volumes list and polyvol snapshots list show what there is\n",
  );
  expect(restored.code).toBe(1);
  expect(restored.err).toMatch(/\(not_found\)\nnext: {2}/);
});

test.concurrent("where nothing but a variable is missing, every command about backups ends as for a wrong configuration", async () => {
  const { TOKEN: _, ...env } = ENV;
  const commands = ["status", "plan", "run", "audit", "report"];
  const all = await Promise.all(
    commands.map((command) => clouds.run(`backup ${command} -c policies.yaml`, env)),
  );
  // A run has done what it could on the other cloud.
  expect(all.map(({ code }) => code)).toEqual([2, 2, 1, 2, 2]);
  expect((await clouds.run("backup run -c policies.yaml", {})).code).toBe(2);
  for (const { err } of all) expect(err).toContain("found TOKEN, which is not set; ");
  const { out, err } = await clouds.run("backup status -c policies.yaml -o json", env);
  expect(JSON.parse(out).problems).toEqual([
    expect.objectContaining({ cloud: "ocean", code: "invalid_argument", retryable: false }),
  ]);
  expect(JSON.parse(err).error).toMatchObject({ cloud: "ocean", code: "invalid_argument" });
  // What also fails for a cloud's own reasons may pass.
  const mixed = await clouds.run("backup status -c policies.yaml", { ...env, SECRET: "wrong" });
  expect(mixed.code).toBe(1);
});
