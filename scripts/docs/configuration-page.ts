import { policiesJsonSchema } from "../../packages/backup/src/index.ts";
import { configJsonSchema, PROVIDERS } from "../../packages/config/src/index.ts";
import { cloudSections, policySections, type SettingSection } from "./configuration-sections.ts";
import { table } from "./table.ts";

/** All tables, in the order of the page. */
export function allSections(): readonly SettingSection[] {
  return [...cloudSections(configJsonSchema()), ...policySections(policiesJsonSchema())];
}

/** What stands between the markers of docs/configuration.md. */
export function configurationReference(): string {
  const parts = allSections().map((section) =>
    section.id === "cloud" ? `${sectionText(section)}\n\n${credentialsText()}` : sectionText(section),
  );
  return parts.join("\n\n");
}

function sectionText({ title, text, rows }: SettingSection): string {
  const cells = rows.map(({ key, meaning, allowed, fallback, example }) => [
    `\`${key}\``,
    meaning,
    allowed,
    fallback,
    `\`${key}: ${example}\``,
  ]);
  const head = text === "" ? "" : `${text}\n\n`;
  return `### ${title}\n\n${head}${table(["key", "meaning", "allowed", "default", "example"], cells)}`;
}

function credentialsText(): string {
  const rows = PROVIDERS.flatMap(({ provider, options }) =>
    Object.entries(options)
      .filter(([, { secret }]) => secret)
      .map(([key, { required, description, variables = [] }]) => [
        `\`${provider}\``,
        `\`${key}\``,
        description,
        required ? "yes" : "no",
        variables.map((name) => `\`${name}\``).join(", then "),
      ]),
  );
  const head = ["provider", "key", "what it is", "needed", "without `credentials`, read from"];
  return `### Credentials

\`clouds.NAME.credentials\`, each \`{ env: NAME }\` (an environment variable, read when the cloud is connected) or
\`{ file: PATH }\` (a file that holds it and nothing else, relative to the configuration, read at every request, so that
a replaced one takes effect). In a configuration that is code also a function, asked before every request. The secret
itself is refused unless \`allowLiteralSecrets\` is \`true\`.

${table(head, rows)}`;
}
