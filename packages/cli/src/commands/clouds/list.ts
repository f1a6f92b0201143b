import type { CloudConfig, SecretReference } from "@polyvol/container";
import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { writeResult } from "../../output/result.ts";

export async function run(context: Context, _options: Options): Promise<void> {
  const { clouds } = await context.config();
  const rows = (await context.selected()).flatMap((name) => clouds.get(name) ?? []);
  await writeResult(context.output, rows.map(toData), async () => {
    const { renderTable } = await import("../../output/table.ts");
    return renderTable(rows, [
      { title: "cloud", text: ({ name }) => name },
      { title: "provider", text: ({ provider }) => provider },
      { title: "region", text: ({ region }) => region ?? "" },
      { title: "credentials", text: credentialsText, flexible: true },
      {
        title: "address",
        text: ({ options }) => String(options["baseUrl"] ?? "the provider's"),
        flexible: true,
      },
    ]);
  });
}

function toData({ name, provider, region, credentials, options }: CloudConfig): object {
  const sources = Object.entries(credentials ?? {}).map(([key, value]) => [key, describe(value)]);
  return { cloud: name, provider, region, credentials: Object.fromEntries(sources), options };
}

function describe(reference: SecretReference): string {
  if (typeof reference === "function") return "given in the file";
  return "env" in reference ? `env ${reference.env}` : `file ${reference.file}`;
}

function credentialsText({ credentials }: CloudConfig): string {
  if (credentials === undefined) return "the adapter's own variables";
  return Object.values(credentials).map(describe).join(", ");
}
