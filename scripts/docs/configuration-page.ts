import { policiesJsonSchema } from "../../packages/backup/src/index.ts";
import { configJsonSchema, PROVIDERS } from "../../packages/container/src/index.ts";
import { allowedAt } from "./configuration-allowed.ts";
import { EXAMPLES } from "./configuration-examples.ts";
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

function sectionText(section: SettingSection): string {
  const rows = section.keys.map((key) => {
    const doc = section.docs.get(key);
    const example = EXAMPLES[section.id]?.examples[key];
    if (doc === undefined || example === undefined)
      throw new Error(`${section.id}.${key} has no docstring or example`);
    return [`\`${key}\``, doc.meaning, allowedAt(section, key), doc.fallback, `\`${key}: ${example}\``];
  });
  const head = section.text === "" ? "" : `${section.text}\n\n`;
  return `### ${section.title}\n\n${head}${table(["key", "meaning", "allowed", "default", "example"], rows)}`;
}

function credentialsText(): string {
  const rows = PROVIDERS.flatMap(({ provider, credentials }) =>
    Object.entries(credentials).map(([key, { required, description, variables = [] }]) => [
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
