import { writeFile } from "node:fs/promises";
import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { note } from "../../output/streams.ts";
import { unwritable } from "../../unwritable.ts";
import { UsageError } from "../../usage-error.ts";

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

# What "polyvol backup run" does. "polyvol backup plan" shows it first, and changes nothing.
policies:
  nightly: # the id is part of the names of snapshots: it never changes
    select: { name: "*" } # all volumes; also by cloud, id or tags
    schedule: { cron: "0 3 * * *", timezone: UTC }
    retention: { daily: 7, weekly: 4, monthly: 6 }
`;

export async function run(_context: Context, _options: Options, file: string): Promise<void> {
  if (!/\.ya?ml$/.test(file))
    throw new UsageError(`${file}: the file is written as YAML; end its name in .yaml.`);
  try {
    await writeFile(file, TEMPLATE, { flag: "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new UsageError(`${file} exists and is left as it is; name another file.`);
    throw unwritable(file, error);
  }
  note(`Wrote ${file}. Remove the clouds that you do not have, then: polyvol config check\n`);
}
