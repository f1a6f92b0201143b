import type { CommandOption, ProviderCommand } from "./command.ts";

type Options = Readonly<Record<string, CommandOption>>;

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}

function optionRows(options: Options): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { value, multiple, help }]) => [
    `--${name}${value === undefined ? "" : ` ${value}`}`,
    multiple === true ? `${help} (repeatable)` : help,
  ]);
}

/** The help text of the program as a whole. `program` is what was typed to run it. */
export function generalHelp(
  program: string,
  providers: Readonly<Record<string, string>>,
  shared: Options,
): string {
  return `Serves an emulator of a cloud's block-storage API until stopped. The first line on standard output is JSON
with the provider and the URL.

Usage: ${program} PROVIDER [options]
       ${program} PROVIDER --help    the options of one provider

Providers:
${table(Object.entries(providers))}

Options of every provider:
${table(optionRows(shared))}

Examples:
  ${program} digitalocean --port 4010 --token T --droplet 1001:nyc3
  ${program} samsung-scp --port 4020 --access-key A --secret-key S
  ${program} digitalocean --token T --clock virtual --faults faults.json
  curl -X POST http://127.0.0.1:4010/_emulator/clock -d '{"advanceMs":600000}'
`;
}

/** The help text of one provider. */
export function providerHelp(program: string, command: ProviderCommand, shared: Options): string {
  const environment = Object.entries(command.environment);
  return `${command.summary}

Usage: ${program} ${command.provider} [options]

Options of ${command.provider}:
${table(optionRows(command.options))}

Options of every provider:
${table(optionRows(shared))}
${environment.length === 0 ? "" : `\nEnvironment:\n${table(environment)}\n`}
Examples:
${command.examples.map((line) => `  ${program} ${line}`).join("\n")}
`;
}
