import type { Policy, RetentionExplanation } from "@polyvol/backup";
import type { Snapshot, Tagged } from "@polyvol/core";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { onCloudOfVolume, refuseLoneRegion } from "../../find.ts";
import { snapshotHolds } from "../../holds.ts";
import { type RegionOptions, withRegion } from "../../options.ts";
import { countText, instantText, nameOrId } from "../../output/format.ts";
import { type Renderers, writeResult } from "../../output/result.ts";
import { readJson, withFileNames } from "./json-files.ts";
import { readPolicies, unknownPolicy } from "./setup.ts";

const ABOUT = `
--policy is the id of a policy of the configuration, and may be left out where there is but one;
what ends in .json, or has a / in it, is a file with the keys of a retention policy. --snapshots
takes what "polyvol snapshots list -o json" writes, too. With --volume and a policy of the
configuration, only its snapshots are judged, each by its slot. Held snapshots, brakes and what is
due are the plan's business: polyvol backup plan.
`;

const EXAMPLES = [
  "polyvol backup explain --policy nightly --volume db",
  "polyvol backup explain --policy nightly --snapshots snapshots.json",
  "polyvol backup explain --policy policy.json --snapshots snapshots.json -o json",
];

export function addExplain(backup: Command, action: MakeAction): void {
  withRegion(backup.command("explain"))
    .description("show what a retention policy keeps of given snapshots, and why; changes nothing")
    .option("--policy <policy>", "id of a policy, or a JSON file of a retention policy")
    .option("--volume <volume>", "the snapshots that this volume has, by id or name")
    .option(
      "--snapshots <file>",
      'those of a JSON file, without any cloud: [{ "id", "time", "volume"?, "tags"? }]',
    )
    .addHelpText(...examples(EXAMPLES, ABOUT))
    .action(action(explain));
}

interface ExplainOptions extends RegionOptions {
  readonly policy?: string;
  readonly volume?: string;
  readonly snapshots?: string;
}

async function explain(context: Context, options: ExplainOptions): Promise<void> {
  if ((options.volume === undefined) === (options.snapshots === undefined)) {
    throw new UsageError("say which snapshots: --volume for those that it has, or --snapshots FILE.");
  }
  refuseLoneRegion(options);
  const { explainRetention } = await import("@polyvol/backup");
  const policy = await readPolicy(context, options.policy);
  const rules = "id" in policy ? policy.retention : policy.rules;
  const snapshots =
    options.snapshots === undefined
      ? await ofVolume(context, options, "id" in policy ? policy : undefined)
      : await fromListing(await readJson(options.snapshots, "a list of snapshots"));
  const files = { policy: options.policy ?? "", snapshots: options.snapshots ?? "" };
  const explanation = await withFileNames(files, () => explainRetention(rules, snapshots));
  await writeResult(context.output, explanation, (render) => view(explanation, snapshots, render));
}

/**
 * The policy of `--policy`, or the only one that there is.
 * @throws UsageError for an id that the configuration does not have, none of several, and a file that cannot be read
 */
async function readPolicy(
  context: Context,
  text: string | undefined,
): Promise<Policy | { readonly rules: unknown }> {
  if (text !== undefined && /\.json$|[/\\]/.test(text)) {
    return { rules: await readJson(text, "the keys of a retention policy") };
  }
  const policies = await readPolicies(await context.config());
  const [policy, second] = policies.filter(({ id }) => text === undefined || id === text);
  if (policy !== undefined && second === undefined) return policy;
  const ids = policies.map(({ id }) => id);
  const orFile = ", or a file that ends in .json";
  if (text !== undefined) throw await unknownPolicy([text], ids, orFile);
  throw new UsageError(`say which policy: --policy with one of ${ids.join(", ")}${orFile}.`);
}

/** What a volume has; of a policy, only its own, each by the slot that it is of. */
async function ofVolume(
  context: Context,
  { volume = "", ...options }: ExplainOptions,
  policy: Policy | undefined,
): Promise<readonly ExplainedSnapshot[]> {
  const { parseSnapshotName } = await import("@polyvol/backup");
  const { storage, found } = await onCloudOfVolume(context, volume, options);
  const all = await storage.snapshots.list({ volumeId: found.id }, context.call).toArray();
  const holds = await snapshotHolds(context, storage, all);
  const slotOf = (snapshot: Snapshot): Date | undefined => {
    if (policy === undefined) return snapshot.createdAt;
    const named = parseSnapshotName(snapshot.name, snapshot.volumeId);
    const isOwn = named !== undefined && [policy.id, ...policy.formerIds].includes(named.policyId);
    return isOwn ? named.slot : undefined;
  };
  const judged = all.flatMap((snapshot) => {
    const time = slotOf(snapshot);
    if (time === undefined) return [];
    const held = holds.get(snapshot.id) ?? null;
    return [{ ...snapshot, time: time.toISOString(), volumeName: found.name, held }];
  });
  return (await fromListing(judged)) as readonly ExplainedSnapshot[];
}

interface Row extends Partial<ExplainedSnapshot> {
  readonly id: string;
  readonly kept: boolean;
  readonly why: string;
}

/** Those keys that are texts: of what the library does not look at, a file can hold anything. */
function wordsOf(snapshot: ExplainedSnapshot): Partial<ExplainedSnapshot> {
  return Object.fromEntries(Object.entries(snapshot).filter(([, value]) => typeof value === "string"));
}

function view({ kept, removed }: RetentionExplanation, snapshots: unknown, { table }: Renderers): string {
  const given = new Map((snapshots as readonly ExplainedSnapshot[]).map((each) => [each.id, wordsOf(each)]));
  const rows: readonly Row[] = [
    ...kept.map(({ id, reasons }) => ({ ...given.get(id), id, kept: true, why: reasons.join("; ") })),
    ...removed.map(({ id }) => ({ ...given.get(id), id, kept: false, why: "no rule keeps it" })),
  ];
  const summary = `${countText(rows.length, "snapshot")}: ${kept.length} kept, ${removed.length} removed.\n`;
  if (rows.length === 0) return summary;
  const lines = table<Row>(rows, [
    { title: "volume", text: ({ volumeName, volume }) => nameOrId(volumeName, volume), rank: 2 },
    { title: "snapshot", text: ({ name, id }) => name ?? id, whole: true },
    { title: "time", text: ({ time = "" }) => (time === "" ? "" : instantText(new Date(time))), rank: 1 },
    {
      title: "fate",
      text: (row) => (row.kept ? "kept" : "removed"),
      tone: (row) => (row.kept ? "good" : "bad"),
    },
    { title: "why", text: ({ why }) => why, cutTo: 20 },
    { title: "id", text: ({ name, id }) => (name === undefined ? "" : id), ids: true, rank: 3 },
  ]);
  return `${lines}\n${summary}`;
}

/** A snapshot as retention judges it, with what people call it. */
interface ExplainedSnapshot {
  readonly id: string;
  /** ISO 8601. */
  readonly time?: string;
  readonly name?: string;
  /** What the rules count by: each volume for itself. */
  readonly volume?: string;
  readonly volumeName?: string;
}

/**
 * What `polyvol snapshots list -o json` writes, in the keys of a retention's input; all else stays as it is, for the
 * library to judge.
 */
async function fromListing(value: unknown): Promise<unknown> {
  const { tagTexts } = await import("@polyvol/core");
  const textsOf = (tags: unknown, flatTags: unknown): unknown =>
    isRecord(tags) ? tagTexts({ tags, flatTags } as Tagged) : (flatTags ?? tags);
  return Array.isArray(value) ? value.map((each) => fromListed(each, textsOf)) : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fromListed(value: unknown, textsOf: (tags: unknown, flatTags: unknown) => unknown): unknown {
  if (!isRecord(value)) return value;
  const { createdAt, volumeId, flatTags, tags, held, ...rest } = value;
  return {
    ...(createdAt === undefined ? {} : { time: createdAt }),
    ...(typeof volumeId === "string" && volumeId !== "" ? { volume: volumeId } : {}),
    ...(tags === undefined ? {} : { tags: textsOf(tags, flatTags) }),
    // Not visible: what may be held is not judged as if it were not.
    ...(held === undefined ? {} : { held: held ?? true }),
    ...rest,
  };
}
