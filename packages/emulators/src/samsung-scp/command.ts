import type { CommandInput, ProviderCommand } from "../kit/command.ts";
import { UsageError } from "../kit/command-line.ts";
import { optionsOf } from "../kit/command-options.ts";
import { createSamsungScpEmulator, type SamsungScpEmulatorOptions } from "./emulator.ts";
import { optionsSchema, type SamsungScpOptions } from "./options.ts";

/** The file of `--options`, with what the command line and the environment say in its place or besides. */
function readOptions(input: CommandInput): SamsungScpEmulatorOptions {
  const { env } = input;
  const { file, given, all } = input.options(optionsSchema);
  const accessKey = given.accessKey ?? env["SCP_ACCESS_KEY"] ?? file.accessKey;
  const secretKey = given.secretKey ?? env["SCP_SECRET_KEY"] ?? file.secretKey;
  if ((accessKey === undefined || secretKey === undefined) && file.accessKeys === undefined)
    throw new UsageError("--access-key and --secret-key (or SCP_ACCESS_KEY and SCP_SECRET_KEY) are needed");
  // Whether the variable is one of the three is for the options to say.
  const inVariable = env["SCP_ENVIRONMENT"] as SamsungScpOptions["environment"];
  return {
    ...all,
    accessKey,
    secretKey,
    region: given.region ?? file.region ?? env["SCP_REGION"],
    environment: given.environment ?? file.environment ?? inVariable,
    servers: [...(file.servers ?? []), ...(given.servers ?? [])],
  };
}

/** `polyvol-emulator samsung-scp …` */
export const samsungScpCommand: ProviderCommand = {
  provider: "samsung-scp",
  summary: "Samsung Cloud Platform v2, virtualserver API: volumes and snapshots, versions 1.0 to 1.3",
  options: optionsOf(optionsSchema),
  environment: {
    SCP_ACCESS_KEY: "access key, unless --access-key is given",
    SCP_SECRET_KEY: "secret key, unless --secret-key is given",
    SCP_REGION: "region, unless --region is given",
    SCP_ENVIRONMENT: "environment, unless --environment is given",
  },
  examples: [
    "samsung-scp --port 4020 --access-key A --secret-key S",
    "samsung-scp --port 4020 --access-key A --secret-key S --region kr-west1 --server b13531ca-99ec-4aa5-a2dd-a85665b0a358",
    "samsung-scp --access-key A --secret-key S --volumes 1000 --snapshots 100000 --work 0",
    "samsung-scp --access-key A --secret-key S --clock virtual --start 2026-06-01T00:00:00Z --versions calendar --expired-versions refuse",
  ],
  create: (input) => createSamsungScpEmulator(readOptions(input)),
  bulkSeed: ({ volumes, snapshots }) => ({ generate: { volumes, snapshots } }),
};
