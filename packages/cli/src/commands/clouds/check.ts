import { type BlockStorage, type Health, PolyvolError } from "@polyvol/core";
import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { onEachCloud } from "../../on-clouds.ts";
import type { Tone } from "../../output/colour.ts";
import { writeResult, writeVerdict } from "../../output/result.ts";

interface Row {
  readonly cloud: string;
  readonly provider: string;
  readonly health: Health | undefined;
  readonly durationMs: number | undefined;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

/** A clock that is this far off makes signed requests fail on some providers. */
const SKEW_MS = 120_000;

export async function run(context: Context, _options: Options): Promise<number> {
  const { clouds } = await context.config();
  const checks = await onEachCloud(context, async (storage) => {
    const startedAt = performance.now();
    const health = await storage.checkHealth({ ...context.call, tags: true });
    if (health.tagsVisible === false) throw hiddenTags(storage);
    return { health, durationMs: Math.round(performance.now() - startedAt) };
  });
  const done = new Map(checks.results.map(({ cloud, value }) => [cloud, value]));
  const failed = new Map(checks.failures.map(({ cloud, error }) => [cloud, failureOf(error)]));
  const rows = (await context.selected()).map((cloud): Row => {
    const result = done.get(cloud);
    return {
      cloud,
      provider: clouds.get(cloud)?.provider ?? "",
      health: result?.health,
      durationMs: result?.durationMs,
      failure: failed.get(cloud),
    };
  });
  const allIsWell = rows.every(({ failure }) => failure === undefined);
  await writeVerdict(context.output, allIsWell, () =>
    writeResult(context.output, rows.map(toData), () => toTable(rows)),
  );
  return checks.report();
}

/** What such credentials do not see could be a hold, so backups delete nothing by them. */
function hiddenTags({ provider, capabilities }: BlockStorage): PolyvolError {
  const scope = capabilities.limits.tags?.readScope;
  const needs = scope === undefined ? "the right to see them" : `the scope ${scope}`;
  const reason = `the credentials cannot see tags: they need ${needs}, and without it backups delete nothing`;
  return new PolyvolError("permission_denied", reason, { provider, operation: "checkHealth" });
}

function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : String(error);
  return { code: typeof code === "string" ? code : "configuration", message };
}

function toData({ cloud, provider, health, durationMs, failure }: Row): object {
  return { cloud, provider, ok: failure === undefined, ...health, durationMs, failure };
}

async function toTable(rows: readonly Row[]): Promise<string> {
  const { renderTable } = await import("../../output/table.ts");
  const tone = ({ failure }: Row): Tone => (failure === undefined ? "good" : "bad");
  return renderTable(rows, [
    { title: "cloud", text: ({ cloud }) => cloud },
    { title: "provider", text: ({ provider }) => provider },
    { title: "result", text: ({ failure }) => failure?.code ?? "ok", tone },
    { title: "api version", text: ({ health }) => health?.apiVersion ?? "" },
    { title: "clock skew", text: skewText, tone: skewTone, align: "right" },
    { title: "requests left", text: ({ health }) => String(health?.requestsLeft ?? ""), align: "right" },
    {
      title: "took",
      text: ({ durationMs }) => (durationMs === undefined ? "" : `${durationMs} ms`),
      align: "right",
      optional: true,
    },
  ]);
}

function skewText({ health }: Row): string {
  const ms = health?.clockSkewMs;
  // Providers tell the time in whole seconds, cut off: on average it is half a second later.
  return ms === undefined ? "" : `${Math.trunc((ms + 500) / 1000) || 0} s`;
}

function skewTone({ health }: Row): Tone | undefined {
  return Math.abs(health?.clockSkewMs ?? 0) > SKEW_MS ? "bad" : undefined;
}
