import type { CloudConfig, SecretReference } from "@polyvol/config";
import type { BlockStorage, Health } from "@polyvol/core";
import type { Command } from "commander";
import { examples, type MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { CONFIGURATION, errorData, reportError } from "../errors.ts";
import type { Options } from "../options.ts";
import { writeCheckResult, writeResult } from "../output/result.ts";
import type { Column } from "../output/table.ts";
import { onEachCloud } from "../selected-clouds.ts";
import { type WatchOptions, watched, withWatch } from "../watch.ts";

/** The commands about the clouds of the configuration. */
export function addClouds(clouds: Command, action: MakeAction): void {
  clouds
    .command("list")
    .description("show the configured clouds; sends nothing")
    .addHelpText(...examples(["polyvol clouds list", "polyvol clouds list -c other.yaml"]))
    .action(action(list));
  withWatch(clouds.command("check"))
    .description("one request to each cloud: credentials, API version, clock skew, quota left")
    .addHelpText(...examples(["polyvol clouds check --cloud main", "polyvol clouds check --output json"]))
    .action(action(check));
}

async function list(context: Context): Promise<number> {
  const config = await context.config();
  const { clouds, refused } = config;
  const { accountsOf } = await import("@polyvol/config");
  const keys = new Map(
    accountsOf(config).flatMap((account) => account.clouds.map((name) => [name, account.key] as const)),
  );
  const accountOf = ({ name }: CloudConfig): string => keys.get(name) ?? "";
  const names = await context.selected();
  const own = names.flatMap((name) => clouds.get(name) ?? []);
  const rows = await Promise.all(own.map(async (cloud) => ({ cloud, ...(await placesOf(cloud)) })));
  const data = own.map((cloud) => cloudData(cloud, accountOf(cloud)));
  await writeResult(context.output, data, ({ table }) =>
    table(rows, [
      { title: "cloud", text: ({ cloud }) => cloud.name, whole: true },
      { title: "provider", text: ({ cloud }) => cloud.provider },
      { title: "region", text: ({ cloud }) => cloud.region ?? "", rank: 1 },
      { title: "credentials", text: ({ credentials }) => credentials, cutTo: 8 },
      { title: "address", text: ({ address }) => address, cutTo: 8 },
      { title: "account", text: ({ cloud }) => accountOf(cloud), wide: true },
    ]),
  );
  const wrong = names.flatMap((name) => refused.get(name) ?? []);
  for (const error of wrong) reportError(error);
  return wrong.length === 0 ? 0 : CONFIGURATION;
}

function cloudData({ name, provider, region, credentials, options }: CloudConfig, account: string): object {
  const sources = Object.entries(credentials ?? {}).map(([key, value]) => [key, sourceText(value)]);
  return { cloud: name, provider, region, account, credentials: Object.fromEntries(sources), options };
}

/** Where the credentials of a cloud come from, and its address, in words: as the configuration has them, else as its adapter does. */
export async function placesOf({ provider, options, credentials = {} }: CloudConfig): Promise<Places> {
  const { PROVIDERS } = await import("@polyvol/config");
  const usual = PROVIDERS.find((each) => each.provider === provider)?.usualSources?.(options);
  const sources = Object.values(credentials).map(sourceText).join(", ");
  const address = options["baseUrl"] ?? options["authUrl"] ?? usual?.address ?? "the provider's";
  return {
    credentials: sources || (usual?.credentials ?? "the adapter's own variables"),
    address: String(address),
  };
}

interface Places {
  readonly credentials: string;
  readonly address: string;
}

/** Where a credential comes from, in words. */
export function sourceText(reference: SecretReference): string {
  if (typeof reference === "function") return "given in the file";
  return "env" in reference ? `env ${reference.env}` : `file ${reference.file}`;
}

interface Row {
  readonly cloud: string;
  readonly provider: string;
  readonly health: Health | undefined;
  readonly durationMs: number | undefined;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

async function check(context: Context, options: Options & WatchOptions): Promise<number> {
  return await watched(context, options, () => checkOnce(context));
}

async function checkOnce(context: Context): Promise<number> {
  const { clouds } = await context.config();
  const checks = await onEachCloud(context, async (storage) => {
    const startedAt = performance.now();
    const health = await storage.checkHealth({ ...context.call, tags: true });
    if (health.tagsVisible === false) await throwHiddenTags(storage);
    return { health, durationMs: Math.round(performance.now() - startedAt) };
  });
  const results = new Map(checks.results.map(({ cloud, value }) => [cloud, value]));
  const failures = new Map(
    checks.failures.map(({ cloud, error }) => {
      const { code, message } = errorData(error, cloud);
      return [cloud, { code, message }];
    }),
  );
  const rows = (await context.selected()).map((cloud): Row => {
    const result = results.get(cloud);
    return {
      cloud,
      provider: clouds.get(cloud)?.provider ?? "",
      health: result?.health,
      durationMs: result?.durationMs,
      failure: failures.get(cloud),
    };
  });
  const ok = rows.every(({ failure }) => failure === undefined);
  await writeCheckResult(context.output, ok, rows.map(healthData), ({ table }) => table(rows, COLUMNS));
  return checks.report();
}

/** What such credentials do not see could be a hold, so backups delete nothing by them. */
async function throwHiddenTags({ provider, capabilities }: BlockStorage): Promise<never> {
  const [{ PolyvolError }, { rightToSee }] = await Promise.all([
    import("@polyvol/core"),
    import("@polyvol/core/driver"),
  ]);
  const needs = rightToSee("them", capabilities.limits.tags?.readScope);
  const reason = `the credentials cannot see tags: they need ${needs}, and without it backups delete nothing`;
  throw new PolyvolError("permission_denied", reason, { provider, operation: "checkHealth" });
}

function healthData({ cloud, provider, health, durationMs, failure }: Row): object {
  return { cloud, provider, ok: failure === undefined, ...health, durationMs, failure };
}

/** Beyond it, backups make nothing: slots would be due at the wrong time. Some providers refuse signed requests. */
export const MAX_SKEW_MS = 120_000;

const COLUMNS: readonly Column<Row>[] = [
  { title: "cloud", text: ({ cloud }) => cloud, whole: true },
  { title: "provider", text: ({ provider }) => provider, rank: 3 },
  {
    title: "result",
    text: ({ failure }) => failure?.code ?? "ok",
    tone: ({ failure }) => (failure === undefined ? "good" : "bad"),
  },
  { title: "region", text: ({ health }) => health?.region ?? "", rank: 4 },
  { title: "project", text: ({ health }) => health?.project ?? "", cutTo: 8, rank: 5 },
  { title: "api version", text: ({ health }) => health?.apiVersion ?? "", rank: 2 },
  {
    title: "clock skew",
    text: skewText,
    tone: ({ health }) => (Math.abs(health?.clockSkewMs ?? 0) > MAX_SKEW_MS ? "bad" : undefined),
    align: "right",
  },
  {
    title: "requests left",
    text: ({ health }) => String(health?.requestsLeft ?? ""),
    align: "right",
    rank: 1,
  },
  {
    title: "took",
    text: ({ durationMs }) => (durationMs === undefined ? "" : `${durationMs} ms`),
    align: "right",
    rank: 6,
  },
];

function skewText({ health }: Row): string {
  const ms = health?.clockSkewMs;
  return ms === undefined ? "" : `${Math.round(ms / 1000) || 0} s`;
}
