import { writeFile } from "node:fs/promises";
import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { say } from "../../output/streams.ts";
import { UsageError } from "../../usage-error.ts";

const TEMPLATE = `# Polyvol: clouds by name. Secrets stay out of this file: { env: NAME } or { file: PATH }.
# Editors complete it with the schema that "polyvol config schema" writes:
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
`;

export async function run(_context: Context, _options: Options, file: string): Promise<void> {
  if (!/\.ya?ml$/.test(file))
    throw new UsageError(`${file}: the file is written as YAML; end its name in .yaml.`);
  try {
    await writeFile(file, TEMPLATE, { flag: "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new UsageError(`${file} exists and is left as it is; name another file.`);
    throw new Error(`${file} cannot be written (${code})`, { cause: error });
  }
  say(`Wrote ${file}. Remove the clouds that you do not have, then: polyvol config check\n`);
}
