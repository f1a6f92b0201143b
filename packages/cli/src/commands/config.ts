import type { Policy } from "@polyvol/backup";
import type { Config } from "@polyvol/config";
import type { Command } from "commander";
import { examples, type MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { CONFIGURATION, reportError, UsageError, unwritable } from "../errors.ts";
import { configOption, programName } from "../next-step.ts";
import type { Options } from "../options.ts";
import { countText, shortPath } from "../output/format.ts";
import { isData, writeCheckResult, writeResult } from "../output/result.ts";
import { writeNote } from "../output/streams.ts";
import { writeNew } from "../output/whole-file.ts";
import { onEachCloud } from "../selected-clouds.ts";

/** The commands about configuration files. */
export function addConfig(config: Command, action: MakeAction): void {
  config
    .command("check")
    .description("check the file, its policies, and that each credential is there; sends nothing to a cloud")
    .addHelpText(...examples(["polyvol config check", "polyvol config check -c other.yaml"]))
    .action(action(check));
  config
    .command("schema")
    .description("write the JSON Schema of configuration files, for editors")
    .addHelpText(...examples(["polyvol config schema > polyvol.schema.json"]))
    .action(action(schema));
  config
    .command("init")
    .description("write a configuration file to begin with; never over an existing one")
    .argument("[file]", "file to write", "polyvol.config.yaml")
    .addHelpText(...examples(["polyvol config init"]))
    .action(action(init));
}

/**
 * Connecting a cloud looks up its credentials and lets the adapter check its options, without a request. Policies are
 * checked as far as that goes without their volumes.
 */
async function check(context: Context): Promise<number> {
  const config = await context.config();
  const { file } = config;
  const { results, failures, report } = await onEachCloud(context, async (storage) => storage.provider);
  const policies = await policiesOrError(config);
  const ok = failures.length === 0 && !(policies instanceof Error);
  const ids = policies instanceof Error ? [] : policies.map(({ id }) => id);
  const data = {
    file,
    ok,
    clouds: results.map(({ cloud, value }) => ({ cloud, provider: value })),
    policies: ids,
  };
  if (ok || isData(context.output)) {
    await writeCheckResult(context.output, ok, data, () => {
      const clouds = results.map(({ cloud, value }) => `${cloud} (${value})`);
      const name = file === undefined ? "The configuration" : shortPath(file);
      const policyCount = ids.length === 1 ? "1 policy" : `${ids.length} policies`;
      return `${name} is fine.\n${line(countText(clouds.length, "cloud"), clouds)}${line(policyCount, ids)}`;
    });
  }
  const code = report();
  if (!(policies instanceof Error)) return code;
  reportError(policies);
  return CONFIGURATION;
}

/** A configuration need not have policies. */
async function policiesOrError(config: Config): Promise<readonly Policy[] | Error> {
  if (config.policies === undefined) return [];
  const { readPolicies } = await import("./backup/setup.ts");
  try {
    return await readPolicies(config);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function line(count: string, names: readonly string[]): string {
  return `${count}${names.length === 0 ? "" : `: ${names.join(", ")}`}\n`;
}

/** Always data: a JSON Schema has no other form. */
async function schema({ output }: Context): Promise<void> {
  const [{ configJsonSchema }, { policiesJsonSchema }] = await Promise.all([
    import("@polyvol/config"),
    import("@polyvol/backup"),
  ]);
  const format = output === "yaml" ? "yaml" : "json";
  await writeResult(format, configJsonSchema([], policiesJsonSchema()), () => "");
}

const TEMPLATE = `# Polyvol: clouds by name. Secrets stay out of this file: { env: NAME } or { file: PATH }.
# Editors complete it after: polyvol config schema > polyvol.schema.json
# yaml-language-server: $schema=./polyvol.schema.json
clouds:
  ocean:
    provider: digitalocean
    region: nyc3
    credentials:
      token: { env: DIGITALOCEAN_TOKEN }

  samsung:
    provider: samsung-scp
    region: kr-west1
    credentials:
      accessKey: { env: SCP_ACCESS_KEY }
      secretKey: { env: SCP_SECRET_KEY }
    options:
      environment: e # s: Samsung, g: Sovereign, e: Enterprise

  stack:
    provider: openstack
    region: RegionOne
    credentials:
      applicationCredentialSecret: { env: OS_APPLICATION_CREDENTIAL_SECRET }
    options: # or only "cloud: NAME", a cloud of your clouds.yaml
      authUrl: https://cloud.example:5000/v3
      applicationCredentialId: 21dced0fd20347869b93710d2b98aae0

# What "polyvol backup run" does. "polyvol backup plan" shows it first, and changes nothing.
policies:
  nightly: # the id is part of the names of snapshots: who changes it says the old one in formerIds
    select: { name: "*" } # all volumes; also by cloud, id or tags
    schedule: { cron: "0 3 * * *", timezone: UTC }
    retention: { daily: 7, weekly: 4, monthly: 6 }
`;

async function init(_context: Context, _options: Options, file: string): Promise<void> {
  if (!/\.ya?ml$/.test(file))
    throw new UsageError(`${file}: the file is written as YAML; end its name in .yaml.`);
  try {
    await writeNew(file, TEMPLATE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new UsageError(`${file} exists and is left as it is; name another file.`);
    throw unwritable(file, error);
  }
  const { CONFIG_FILE_NAMES } = await import("@polyvol/config");
  // Of the names that are looked for, the first is taken.
  const check = `${programName()} config check${file === CONFIG_FILE_NAMES[0] ? "" : configOption(file)}`;
  writeNote(`Wrote ${file}. Remove the clouds that you do not have, then: ${check}\n`);
}
