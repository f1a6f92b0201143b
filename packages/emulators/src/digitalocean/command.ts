import type { CommandInput, ProviderCommand } from "../kit/command.ts";
import { optionsOf } from "../kit/command-options.ts";
import { bulkSeed } from "./bulk.ts";
import { createDigitalOceanEmulator } from "./emulator.ts";
import { type DigitalOceanOptions, optionsSchema, parseToken } from "./options.ts";

const TOKENS_VARIABLE = "POLYVOL_EMULATOR_TOKENS";

/** The file of `--options`, with what the command line says in its place or besides. */
function readOptions(input: CommandInput): DigitalOceanOptions {
  const { file, given, all } = input.options(optionsSchema);
  const inVariable = (input.env[TOKENS_VARIABLE] ?? "").split(/\s+/).filter((text) => text !== "");
  const fresh = [...(given.tokens ?? []), ...inVariable.map((text) => parseToken(text, TOKENS_VARIABLE))];
  const tokens = fresh.length > 0 ? fresh : file.tokens;
  if (tokens === undefined)
    input.note(`no token given (--token or ${TOKENS_VARIABLE}): any token is accepted`);
  return { ...all, tokens, droplets: [...(file.droplets ?? []), ...(given.droplets ?? [])] };
}

/** `polyvol-emulator digitalocean …` */
export const digitalOceanCommand: ProviderCommand = {
  provider: "digitalocean",
  summary: "DigitalOcean API v2: volumes, snapshots, actions, tags",
  options: optionsOf(optionsSchema),
  environment: { [TOKENS_VARIABLE]: "more tokens as --token takes them, separated by spaces" },
  examples: [
    "digitalocean --port 4010 --token T --droplet 1001:nyc3",
    "digitalocean --token T --token reader=read --droplet 1001:nyc3 --action-duration 0s",
    "digitalocean --token T --volumes 1000 --snapshots 25000 --quota-per-minute 0",
  ],
  create: (input) => createDigitalOceanEmulator(readOptions(input)),
  bulkSeed,
};
