import { type CommandInput, type ProviderCommand, UsageError } from "../kit/command.ts";
import { fromFile, readJson } from "../kit/command-shared.ts";
import { check, InvalidInput } from "../kit/validation.ts";
import { createSamsungScpEmulator, type SamsungScpEmulatorOptions } from "./emulator.ts";
import { DURATION_NAMES, optionsSchema, type SamsungScpOptions } from "./options.ts";

/** `polyvol-emulator samsung-scp …` */
export const samsungScpCommand: ProviderCommand = {
  provider: "samsung-scp",
  summary: "Samsung Cloud Platform v2, virtualserver API: volumes and snapshots, versions 1.0 to 1.3",
  options: {
    "access-key": {
      type: "string",
      value: "KEY",
      help: "access key of requests; default from SCP_ACCESS_KEY",
    },
    "secret-key": {
      type: "string",
      value: "SECRET",
      help: "secret that signs them; default from SCP_SECRET_KEY",
    },
    region: { type: "string", value: "REGION", help: "region served; default from SCP_REGION or kr-west1" },
    environment: {
      type: "string",
      value: "s|g|e",
      help: "Samsung, Sovereign or Enterprise; default from SCP_ENVIRONMENT or e",
    },
    server: {
      type: "string",
      multiple: true,
      value: "UUID",
      help: "a server that volumes can be attached to",
    },
    work: {
      type: "string",
      value: "TIME",
      help: "how long each piece of work takes; default 0.5s to 3s by kind",
    },
    "clock-skew": {
      type: "string",
      value: "TIME|off",
      help: "how far a request's time may be off; default 15m",
    },
    versions: {
      type: "string",
      value: "documented|calendar",
      help: "fixed statuses of versions, or statuses by date; default documented",
    },
    "expired-versions": {
      type: "string",
      value: "serve|refuse",
      help: "what becomes of a version past its date; default serve",
    },
    options: { type: "string", value: "FILE", help: "JSON file with any other option of the emulator" },
  },
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
  create(input) {
    const options = optionsOf(input);
    try {
      const emulator = createSamsungScpEmulator(options);
      const { volumes, snapshots } = input;
      if (volumes > 0 || snapshots > 0) emulator.seed({ generate: { volumes, snapshots } });
      return emulator;
    } catch (error) {
      if (error instanceof InvalidInput) throw new UsageError(error.message);
      throw error;
    }
  },
};

function optionsOf(input: CommandInput): SamsungScpEmulatorOptions {
  const { env } = input;
  const file = readJson(input, "options");
  const base: SamsungScpOptions = file === undefined ? {} : fromFile(input, "options", () => parse(file));
  const accessKey = input.text("access-key") ?? env["SCP_ACCESS_KEY"] ?? base.accessKey;
  const secretKey = input.text("secret-key") ?? env["SCP_SECRET_KEY"] ?? base.secretKey;
  if ((accessKey === undefined || secretKey === undefined) && base.accessKeys === undefined)
    throw new UsageError("--access-key and --secret-key (or SCP_ACCESS_KEY and SCP_SECRET_KEY) are needed");
  const region = input.text("region") ?? base.region ?? env["SCP_REGION"];
  const environment = input.text("environment") ?? base.environment ?? env["SCP_ENVIRONMENT"];
  const publicUrl = input.publicUrl ?? base.publicUrl;
  const versions = choice(input, "versions", ["documented", "calendar"]);
  const expiredVersions = choice(input, "expired-versions", ["serve", "refuse"]);
  return {
    ...input.shell,
    ...base,
    ...(accessKey !== undefined && { accessKey }),
    ...(secretKey !== undefined && { secretKey }),
    ...(region !== undefined && { region }),
    // Whether it is one of the three is for the options to say.
    ...(environment !== undefined && { environment: environment as SamsungScpOptions["environment"] }),
    ...(publicUrl !== undefined && { publicUrl }),
    servers: [...(base.servers ?? []), ...input.texts("server")],
    ...(versions !== undefined && { versions }),
    ...(expiredVersions !== undefined && { expiredVersions }),
    ...skew(input),
    ...work(input),
  };
}

/** Checks the options of a file, and leaves defaults to what comes after. */
function parse(file: unknown): SamsungScpOptions {
  check(optionsSchema, file, "options");
  return file as SamsungScpOptions;
}

function choice<T extends string>(input: CommandInput, name: string, allowed: readonly T[]): T | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw new UsageError(`--${name} takes ${allowed.join(" or ")}, not "${text}"`);
  return found;
}

function skew(input: CommandInput): Pick<SamsungScpOptions, "clockSkewMs"> {
  if (input.text("clock-skew") === "off") return { clockSkewMs: false };
  const clockSkewMs = input.duration("clock-skew");
  return clockSkewMs === undefined ? {} : { clockSkewMs };
}

function work(input: CommandInput): Pick<SamsungScpOptions, "durations"> {
  const ms = input.duration("work");
  if (ms === undefined) return {};
  return { durations: Object.fromEntries(DURATION_NAMES.map((name) => [name, ms])) };
}
