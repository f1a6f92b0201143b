import { readFileSync } from "node:fs";
import { PROVIDERS } from "../../packages/config/src/index.ts";
import { fileOptions } from "../../packages/config/src/schema.ts";
import type { Option, Options } from "../../packages/core/src/driver.ts";
import { pollingOptions, retryOptions, storageOptions } from "../../packages/core/src/storage-options.ts";
import { allowedAt } from "./configuration-allowed.ts";
import { EXAMPLES } from "./configuration-examples.ts";
import { docstringsOf, type SettingDoc } from "./docstrings.ts";

/** A table of the reference: the keys of one mapping. */
export interface SettingSection {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly rows: readonly SettingRow[];
}

/** What the reference says of a key. */
export interface SettingRow extends SettingDoc {
  readonly key: string;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** A value, as it is written in YAML. */
  readonly example: string;
}

/** A part of a JSON Schema. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

const CONFIG = "packages/config/src/config.ts";
const POLICY = "packages/backup/src/policy/definition.ts";
const RETENTION = "packages/backup/src/retention/policy.ts";

/** How a provider is called in titles: as its page is. */
function titleOf(provider: string): string {
  const page = readFileSync(new URL(`../../docs/providers/${provider}.md`, import.meta.url), "utf8");
  return /^# (.+)$/m.exec(page)?.[1] ?? provider;
}

const keysOf = (schema: Schema | undefined): readonly string[] => Object.keys(schema?.properties ?? {});

/** Rows of keys that are described by docstrings, with examples of their own. */
function documented(
  id: string,
  keys: readonly string[],
  docs: ReadonlyMap<string, SettingDoc>,
): readonly SettingRow[] {
  return keys.map((key) => {
    const doc = docs.get(key);
    const example = EXAMPLES[id]?.examples[key];
    if (doc === undefined || example === undefined)
      throw new Error(`${id}.${key} has no docstring or example`);
    return { key, ...doc, allowed: allowedAt(id, key), example };
  });
}

/** Rows of options, which say all of themselves. */
function rowsOf(options: Options): readonly SettingRow[] {
  return Object.entries(options).map(([key, option]) => ({
    key,
    meaning: option.description,
    allowed: option.allowed,
    fallback: option.defaultText ?? defaultOf(option),
    example: yamlOf(option.example),
  }));
}

function defaultOf({ default: value }: Option): string {
  if (value === undefined) return "";
  return typeof value === "number" ? value.toLocaleString("en-US") : `\`${String(value)}\``;
}

/** A value in one line of YAML. Texts that would be read as something else are quoted. */
function yamlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${yamlOf(each)}`)
      .join(", ")} }`;
  }
  return typeof value === "string" && /^[\d.]+$/.test(value) ? JSON.stringify(value) : String(value);
}

/** The sections about the file and its clouds. `config` is the JSON Schema of the whole file. */
export function cloudSections(config: Schema): readonly SettingSection[] {
  const schemaKey: SettingDoc = {
    meaning: "Address of the JSON Schema, for editors. `polyvol config schema` writes it.",
    fallback: "",
  };
  const top = new Map([...docstringsOf(CONFIG, "ConfigInput"), ["$schema", schemaKey] as const]);
  const cloud = ["provider", "region", "credentials", "options", "snapshotPrice", "account"];
  return [
    { id: "file", title: "The file", text: "", rows: documented("file", keysOf(config), top) },
    {
      id: "cloud",
      title: "A cloud",
      text: "`clouds.NAME`. The name stands in command lines and tables.",
      rows: documented("cloud", cloud, docstringsOf(CONFIG, "CloudInput")),
    },
    {
      id: "common",
      title: "Options of every cloud",
      text: "`clouds.NAME.options`. A driver from elsewhere (`package:NAME`) says itself what it takes.",
      rows: rowsOf(fileOptions(storageOptions)),
    },
    { id: "retry", title: "Retries", text: "`clouds.NAME.options.retry`.", rows: rowsOf(retryOptions) },
    { id: "polling", title: "Polling", text: "`clouds.NAME.options.polling`.", rows: rowsOf(pollingOptions) },
    ...PROVIDERS.map(({ provider, options }) => ({
      id: provider,
      title: `Options of ${titleOf(provider)}`,
      text: "`clouds.NAME.options`, with those of every cloud.",
      rows: rowsOf(fileOptions(options)).filter(({ key }) => !Object.hasOwn(storageOptions, key)),
    })),
  ];
}

/** The sections about policies. `policies` is the JSON Schema of all policies. */
export function policySections(policies: Schema): readonly SettingSection[] {
  const policy = policies.additionalProperties;
  const part = (name: string): Schema | undefined => policy?.properties?.[name];
  const retention = new Map(
    ["shape", "counts", "spans"].flatMap((name) => [...docstringsOf(RETENTION, name)]),
  );
  const { meaning = "" } = retention.get("timezone") ?? {};
  retention.set("timezone", { meaning, fallback: "that of the schedule" });
  const about = "[backup.md](backup.md)";
  return [
    {
      id: "policy",
      title: "A policy",
      text: `\`policies.ID\`. The id is letters, digits and \`-\`, up to 32, and never changes: the names of all snapshots of the policy hold it. What policies mean is in ${about}.`,
      rows: documented("policy", keysOf(policy), docstringsOf(POLICY, "policySchema")),
    },
    {
      id: "select",
      title: "Selection",
      text: "`policies.ID.select`. At least one key; a volume must fit every key that is given.",
      rows: documented("select", keysOf(part("select")), docstringsOf(POLICY, "select")),
    },
    {
      id: "schedule",
      title: "Schedule",
      text: "`policies.ID.schedule`. Exactly one of `cron` and `every`.",
      rows: documented(
        "schedule",
        keysOf(part("schedule")),
        docstringsOf("packages/backup/src/schedule/schedule.ts", "definitionKeys"),
      ),
    },
    {
      id: "retention",
      title: "Retention",
      text: "`policies.ID.retention`. At least one rule that keeps something; any rule that matches keeps.",
      rows: documented("retention", keysOf(part("retention")), retention),
    },
    {
      id: "brakes",
      title: "Brakes",
      text: "`policies.ID.brakes`.",
      rows: documented("brakes", keysOf(part("brakes")), docstringsOf(POLICY, "brakesSchema")),
    },
    {
      id: "hooks",
      title: "Hooks",
      text: "`policies.ID.hooks.before` and `policies.ID.hooks.after`, each with these keys.",
      rows: documented(
        "hooks",
        keysOf(part("hooks")?.properties?.["before"]),
        docstringsOf(POLICY, "hookSchema"),
      ),
    },
    {
      id: "offsite",
      title: "Off-site",
      text: "`policies.ID.offsite`. What it does is in [offsite.md](offsite.md).",
      rows: documented("offsite", keysOf(part("offsite")), docstringsOf(POLICY, "offsiteSchema")),
    },
  ];
}
