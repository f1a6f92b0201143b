import type { CloudConfig } from "@polyvol/config";
import type { BlockStorage, Health, RequestQuota, Volume } from "@polyvol/core";
import { MAX_SKEW_MS, placesOf, sourceText } from "../commands/clouds.ts";
import type { Context } from "../context.ts";
import { hasCode } from "../errors.ts";
import { commandText } from "../next-step.ts";
import { numberText, quotaText, secondsText } from "../output/format.ts";
import { type Finding, failed, ok, skipped, warning } from "./check.ts";

/** Time services keep clocks closer together than this. */
const USUAL_SKEW_MS = 5_000;
/** Below it, a large run has to wait for its quota. */
const FEW_REQUESTS = 200;

/** What each check of a cloud is called, in their order. */
const LATER = [
  ...["reachable", "accepted", "clock", "read volumes", "region"],
  ...["read snapshots", "see tags", "quota"],
];
/** As many come with one request. */
const LOOKED_AT = 100;

/** Whether one cloud can be used: a handful of requests that change nothing. */
export async function examineCloud(context: Context, cloud: CloudConfig): Promise<readonly Finding[]> {
  const usual = await placesOf(cloud);
  let storage: BlockStorage;
  try {
    storage = await context.connect(cloud.name);
  } catch (error) {
    context.signal.throwIfAborted();
    const next = `set what the message names, then: ${commandText(`config check --cloud ${cloud.name}`)}`;
    return [failed("credentials", error, cloud.name, next), ...unseen("credentials", LATER)];
  }
  const startedAt = performance.now();
  try {
    const health = await storage.checkHealth({ ...context.call, tags: true });
    const took = performance.now() - startedAt;
    const reached = `${usual.address}, in ${secondsText(took)}`;
    return [
      credentials(cloud, usual.credentials),
      ...(await examineHealth(context, cloud, storage, health, reached)),
    ];
  } catch (error) {
    context.signal.throwIfAborted();
    return [credentials(cloud, usual.credentials), ...whyUnusable(cloud.name, usual.address, error)];
  }
}

const unseen = (check: string, names: readonly string[]): readonly Finding[] =>
  names.map((name) => skipped(name, `not looked at: see ${check}`));

/** @param usual where they are from when the configuration names none */
function credentials(cloud: CloudConfig, usual: string): Finding {
  const references = Object.entries(cloud.credentials ?? {});
  const sources = references.map(([name, source]) => `${name}: ${sourceText(source)}`);
  const quoted = references.flatMap(([, source]) =>
    typeof source === "object" && "env" in source && isQuoted(process.env[source.env]) ? [source.env] : [],
  );
  if (quoted.length === 0) return ok("credentials", sources.join(", ") || usual);
  const found = `${sources.join(", ")}; in quotation marks: ${quoted.join(", ")}`;
  return warning("credentials", found, "take the quotation marks out of the value, unless they belong to it");
}

/** Files of variables that no shell reads (`docker --env-file`) keep the quotation marks. */
function isQuoted(value: string | undefined): boolean {
  return value !== undefined && /^(["']).*\1$/s.test(value.trim());
}

/** A service that refuses has answered. */
function whyUnusable(cloud: string, address: string, error: unknown): readonly Finding[] {
  const refused = hasCode(error, "unauthenticated") || hasCode(error, "permission_denied");
  const after = (check: string): readonly Finding[] => unseen(check, LATER.slice(LATER.indexOf(check) + 1));
  if (!refused) return [failed("reachable", error, cloud), ...after("reachable")];
  const accepted = failed("accepted", error, cloud);
  return [ok("reachable", address), accepted, ...after("accepted")];
}

async function examineHealth(
  context: Context,
  { name: cloud, region }: CloudConfig,
  storage: BlockStorage,
  health: Health,
  reached: string,
): Promise<readonly Finding[]> {
  const { apiVersion, requestsLeft, project } = health;
  const version = apiVersion === undefined ? "" : `, API ${apiVersion}`;
  let seen: readonly Volume[] = [];
  let showsTags = false;
  const [volumes, snapshots] = await Promise.all([
    readable("read volumes", cloud, async () => {
      seen = await storage.volumes.list({}, context.call).toArray({ limit: LOOKED_AT });
    }),
    readable("read snapshots", cloud, async () => {
      const some = await storage.snapshots.list({}, context.call).toArray({ limit: LOOKED_AT });
      showsTags = some.some((snapshot) => Object.keys(snapshot.tags).length > 0);
    }),
  ]);
  context.signal.throwIfAborted();
  return [
    ok("reachable", `${reached}${version}`),
    ok("accepted", project === undefined ? "the credentials are accepted" : `in project ${project}`),
    clock(health),
    volumes,
    regionOf(region, seen),
    snapshots,
    await tags(health.tagsVisible ?? (showsTags || undefined), storage),
    quota(requestsLeft, storage.capabilities.limits.requestQuotas),
  ];
}

async function readable(check: string, cloud: string, read: () => Promise<unknown>): Promise<Finding> {
  try {
    await read();
    return ok(check, "yes");
  } catch (error) {
    return failed(check, error, cloud);
  }
}

/** Providers say nothing of a wrong region before something is created in it: volumes that are elsewhere do. */
function regionOf(region: string | undefined, volumes: readonly Volume[]): Finding {
  if (region === undefined) return skipped("region", "none is configured");
  if (volumes.some((volume) => volume.region === region)) return ok("region", `${region} has volumes`);
  const others = [...new Set(volumes.map((volume) => volume.region))];
  if (others.length === 0) return skipped("region", `${region} cannot be told to be right without volumes`);
  const found = `no volume is in ${region}; those that there are: ${others.sort().join(", ")}`;
  return warning("region", found, "see that the region in the configuration is the one that is meant");
}

function clock({ clockSkewMs }: Health): Finding {
  if (clockSkewMs === undefined) return skipped("clock", "the provider does not tell the time");
  const away = Math.abs(clockSkewMs);
  if (away <= USUAL_SKEW_MS) return ok("clock", `agrees with the provider's (${Math.round(away / 1000)} s)`);
  const found = `${secondsText(away)} ${clockSkewMs > 0 ? "behind" : "ahead of"} the provider's`;
  const next = "set this machine's clock, and let a time service keep it (NTP)";
  if (away <= MAX_SKEW_MS) return warning("clock", found, next);
  return { check: "clock", result: "failed", found: `${found}: backups make nothing`, next };
}

/** @param visible `undefined` where neither the provider nor a snapshot tells */
async function tags(visible: boolean | undefined, { capabilities }: BlockStorage): Promise<Finding> {
  if (visible === undefined) return skipped("see tags", "no snapshot has any by which it could be told");
  if (visible) return ok("see tags", "yes");
  const { rightToSee } = await import("@polyvol/core/driver");
  const next = `give the credentials ${rightToSee("them", capabilities.limits.tags?.readScope)}`;
  return { check: "see tags", result: "failed", found: "no: backups delete nothing", next };
}

/** What is left is of the longest of the bounds, which hold for all that uses the account. */
function quota(requestsLeft: number | undefined, bounds: readonly RequestQuota[]): Finding {
  const most =
    bounds.length === 0 ? "" : `; documented or configured: ${bounds.map(quotaText).join(" and ")}`;
  if (requestsLeft === undefined) return skipped("quota", `the provider does not tell what is left${most}`);
  const found = `${numberText(requestsLeft)} requests left${most}`;
  if (requestsLeft >= FEW_REQUESTS) return ok("quota", found);
  return warning(
    "quota",
    found,
    "find what else uses these credentials, or wait: runs keep within it, and take longer",
  );
}
