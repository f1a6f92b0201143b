import { PROVIDERS } from "../../packages/container/src/index.ts";
import { docstringsOf, type SettingDoc } from "./docstrings.ts";

/** A table of the reference: the keys of one mapping. */
export interface SettingSection {
  /** By which its examples are found. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** The keys as the schema has them. */
  readonly keys: readonly string[];
  readonly docs: ReadonlyMap<string, SettingDoc>;
}

/** A part of a JSON Schema. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

const CONTAINER = "packages/container/src/config.ts";
const OPTIONS = "packages/core/src/options.ts";
const POLICY = "packages/backup/src/policy/types.ts";
const HTTP = ["baseUrl", "quotas", "maxConcurrency", "attemptTimeoutMs"];

const keysOf = (schema: Schema | undefined): readonly string[] => Object.keys(schema?.properties ?? {});

/** The sections about the file and its clouds. `config` is the JSON Schema of the whole file. */
export function cloudSections(config: Schema): readonly SettingSection[] {
  const optionsOf = (provider: string): readonly string[] =>
    Object.keys(PROVIDERS.find((each) => each.provider === provider)?.options ?? {});
  const own = (provider: string): readonly string[] =>
    optionsOf(provider).filter((key) => HTTP.includes(key) || !common.includes(key));
  const common = optionsOf("digitalocean").filter((key) => !HTTP.includes(key));
  const top = docstringsOf(CONTAINER, "ConfigInput");
  const schemaKey: SettingDoc = {
    meaning: "Address of the JSON Schema, for editors. `polyvol config schema` writes it.",
    fallback: "",
  };
  return [
    {
      id: "file",
      title: "The file",
      text: "",
      keys: keysOf(config),
      docs: new Map([...top, ["$schema", schemaKey]]),
    },
    {
      id: "cloud",
      title: "A cloud",
      text: "`clouds.NAME`. The name stands in command lines and tables.",
      keys: ["provider", "region", "credentials", "options"],
      docs: docstringsOf(CONTAINER, "CloudInput"),
    },
    {
      id: "common",
      title: "Options of every cloud",
      text: "`clouds.NAME.options`. A driver from elsewhere (`package:NAME`) says itself what it takes.",
      keys: common,
      docs: docstringsOf(OPTIONS, "BlockStorageOptions"),
    },
    {
      id: "retry",
      title: "Retries",
      text: "`clouds.NAME.options.retry`.",
      keys: ["maxAttempts", "baseDelayMs", "maxDelayMs", "budget"],
      docs: docstringsOf(OPTIONS, "RetryOptions"),
    },
    {
      id: "polling",
      title: "Polling",
      text: "`clouds.NAME.options.polling`.",
      keys: ["initialDelayMs", "maxDelayMs"],
      docs: docstringsOf(OPTIONS, "PollingOptions"),
    },
    {
      id: "digitalocean",
      title: "Options of DigitalOcean",
      text: "`clouds.NAME.options`, with those of every cloud.",
      keys: own("digitalocean"),
      docs: docstringsOf("packages/digitalocean/src/options.ts", "DigitalOceanDriverOptions"),
    },
    {
      id: "samsung-scp",
      title: "Options of Samsung Cloud Platform",
      text: "`clouds.NAME.options`, with those of every cloud.",
      keys: own("samsung-scp"),
      docs: docstringsOf("packages/samsung-scp/src/options.ts", "SamsungScpDriverOptions"),
    },
  ];
}

/** The sections about policies. `policies` is the JSON Schema of all policies. */
export function policySections(policies: Schema): readonly SettingSection[] {
  const policy = policies.additionalProperties;
  const part = (name: string): Schema | undefined => policy?.properties?.[name];
  const retention = new Map(docstringsOf("packages/backup/src/retention/types.ts", "RetentionPolicy"));
  const { meaning = "" } = retention.get("timezone") ?? {};
  retention.set("timezone", { meaning, fallback: "that of the schedule" });
  const about = "[backup.md](backup.md)";
  return [
    {
      id: "policy",
      title: "A policy",
      text: `\`policies.ID\`. The id is letters, digits and \`-\`, up to 32, and never changes: the names of all snapshots of the policy hold it. What policies mean is in ${about}.`,
      keys: keysOf(policy),
      docs: docstringsOf(POLICY, "PolicyDefinition"),
    },
    {
      id: "select",
      title: "Selection",
      text: "`policies.ID.select`. At least one key; a volume must fit every key that is given.",
      keys: keysOf(part("select")),
      docs: docstringsOf(POLICY, "SelectDefinition"),
    },
    {
      id: "schedule",
      title: "Schedule",
      text: "`policies.ID.schedule`. Exactly one of `cron` and `every`.",
      keys: keysOf(part("schedule")),
      docs: docstringsOf("packages/backup/src/schedule/types.ts", "ScheduleDefinition"),
    },
    {
      id: "retention",
      title: "Retention",
      text: "`policies.ID.retention`. At least one rule that keeps something; any rule that matches keeps.",
      keys: keysOf(part("retention")),
      docs: retention,
    },
    {
      id: "brakes",
      title: "Brakes",
      text: "`policies.ID.brakes`.",
      keys: keysOf(part("brakes")),
      docs: docstringsOf(POLICY, "BrakesDefinition"),
    },
    {
      id: "hooks",
      title: "Hooks",
      text: "`policies.ID.hooks.before` and `policies.ID.hooks.after`, each with these keys.",
      keys: keysOf(part("hooks")?.properties?.["before"]),
      docs: docstringsOf(POLICY, "HookDefinition"),
    },
  ];
}
