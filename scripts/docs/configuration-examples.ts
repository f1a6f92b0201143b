import { parse, stringify } from "yaml";
import { PROVIDERS } from "../../packages/config/src/index.ts";

/** An example for each key of one mapping of a configuration, as it is written in YAML. */
export interface ExampleSection {
  /** Where the mapping is. */
  readonly path: readonly string[];
  /** What else has to stand in it for the key to make sense. */
  readonly beside?: (key: string) => Readonly<Record<string, unknown>>;
  readonly examples: Readonly<Record<string, string>>;
}

const MAIN = ["clouds", "main"];
const NIGHTLY = ["policies", "nightly"];

export const EXAMPLES: Readonly<Record<string, ExampleSection>> = {
  file: {
    path: [],
    examples: {
      $schema: "./polyvol.schema.json",
      allowLiteralSecrets: "true",
      clouds: "{ main: { provider: digitalocean } }",
      policies:
        '{ nightly: { select: { name: "db-*" }, schedule: { every: 6h, timezone: UTC }, retention: { daily: 7 } } }',
    },
  },
  cloud: {
    path: MAIN,
    examples: {
      provider: "samsung-scp",
      region: "nyc3",
      credentials: "{ token: { env: DIGITALOCEAN_TOKEN } }",
      options: "{ timeoutMs: 30000 }",
      snapshotPrice: "0.06 USD",
      account: "acme",
    },
  },
  policy: {
    path: NIGHTLY,
    examples: {
      select: '{ cloud: main, name: "db-*" }',
      schedule: '{ cron: "0 3 * * *", timezone: Europe/Berlin }',
      retention: "{ daily: 7, weekly: 4, monthly: 6 }",
      prefix: '"pv-{cloud}-{volume}"',
      allowEmpty: "true",
      formerIds: "[nightly-old]",
      allowAttached: "false",
      concurrency: "2",
      brakes: "{ maxShare: 0.2 }",
      hooks: "{ before: { command: [sync] } }",
      offsite: "{ command: [/usr/local/bin/offsite], every: 1d }",
    },
  },
  select: {
    path: [...NIGHTLY, "select"],
    examples: { cloud: "[main, other]", name: '["db-*", web]', id: "506f78a4", tags: '["env:prod", backup]' },
  },
  schedule: {
    path: [...NIGHTLY, "schedule"],
    beside: (key) => (key === "cron" ? { timezone: "UTC" } : { timezone: "UTC", every: "6h" }),
    examples: {
      timezone: "Europe/Berlin",
      cron: '"0 3 * * *"',
      every: "6h",
      anchor: "2026-01-01T01:30:00Z",
    },
  },
  retention: {
    path: [...NIGHTLY, "retention"],
    beside: () => ({ last: 1 }),
    examples: {
      timezone: "America/New_York",
      last: "3",
      hourly: "24",
      daily: "7",
      weekly: "4",
      monthly: "6",
      yearly: "2",
      within: "2d",
      withinHourly: "1d12h",
      withinDaily: "14d",
      withinWeekly: "2m",
      withinMonthly: "1y",
      withinYearly: "5y",
      keepTags: "[[gold], [env:prod, audit]]",
      keepOldest: "false",
    },
  },
  brakes: { path: [...NIGHTLY, "brakes"], examples: { maxShare: "0.2", minAge: "12h" } },
  hooks: {
    path: [...NIGHTLY, "hooks", "before"],
    beside: () => ({ command: ["sync"] }),
    examples: { command: "[/usr/local/bin/freeze, /data]", timeout: "30s", environment: "[PGHOST]" },
  },
  offsite: {
    path: [...NIGHTLY, "offsite"],
    beside: () => ({ command: ["/usr/local/bin/offsite"] }),
    examples: {
      command: "[/usr/local/bin/offsite, --quiet]",
      every: "7d",
      timeout: "6h",
      mount: "true",
      environment: "[RESTIC_REPOSITORY, RESTIC_PASSWORD_FILE]",
    },
  },
};

/** Where the options of a section stand. */
function pathOf(id: string): readonly string[] {
  const options = [...MAIN, "options"];
  return EXAMPLES[id]?.path ?? (id === "retry" || id === "polling" ? [...options, id] : options);
}

/** A whole file with the example of a key in its place, as YAML. */
export function fileWith(id: string, key: string, example: string): string {
  const beside = EXAMPLES[id]?.beside;
  const path = pathOf(id);
  const provider = PROVIDERS.some((each) => each.provider === id) ? id : "digitalocean";
  const file = {
    clouds: { main: { provider } },
    policies: {
      nightly: { select: { name: "*" }, schedule: { every: "6h", timezone: "UTC" }, retention: { daily: 7 } },
    },
  };
  let place: Record<string, unknown> = file;
  for (const step of path) {
    // What a section is about is written anew; only clouds, policies and what is in them by name are kept.
    if (beside !== undefined && step === path.at(-1)) place[step] = { ...beside(key) };
    place[step] ??= {};
    place = place[step] as Record<string, unknown>;
  }
  // Read as a reader would write it.
  Object.assign(place, parse(`${key}: ${example}`));
  return stringify(file);
}
