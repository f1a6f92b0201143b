import { omitUndefined } from "@polyvol/core/driver";
import * as z from "zod";
import { compareText } from "../compare-text.ts";
import { countOffsite, isBehind } from "../offsite/standing.ts";
import { type UnmatchedSelector, unmatchedProblems } from "../policy/unmatched.ts";
import type { BackupProblem } from "../problem.ts";
import { checkDate, invalidArgument, type PolicyProblem, parseOrThrow } from "../retention/policy-error.ts";
import { aCount, anInstant, count, list, text } from "../schema.ts";
import { type ReportedShard, shardSchema } from "../shard/scope.ts";
import { type BackupStatus, type Freshness, GRACE_MS, type VolumeStatus } from "./status.ts";

/** What the shards of one fleet say together. */
export interface MergedStatus extends Omit<BackupStatus, "shard" | "unmatched"> {
  /** Which shards it is made of. */
  readonly shards: {
    /** How many there are. */
    readonly count: number;
    /** Indices of those that nothing was given of: of their accounts nothing is known. */
    readonly missing: readonly number[];
    /** Indices of those that several were given of; the newest counts. */
    readonly repeated: readonly number[];
  };
}

/** How reports are put together. */
export interface MergeOptions {
  /** What time it is. Default: that of the newest report, so that only reports of different times are told. */
  readonly now?: Date | undefined;
}

/** A status of a shard. */
type ShardStatus = BackupStatus & { readonly shard: ReportedShard };

/**
 * Puts the reports of `status` of the shards of one fleet together. The verdict is `failed` where a shard is missing or was
 * given twice, where the shards have not looked at the same accounts and policies, or where one has looked so long ago
 * that a deadline has passed since, of a snapshot or of what is to leave its cloud: unknown is not fresh. `now` is the
 * earliest of theirs, and `graceMs` the longest.
 *
 * @param reports the parsed JSON of each; in problems the first is `reports[0]`
 * @throws PolicyError `invalid_argument` for no reports, for what is no report of a shard, and for shards of different
 * counts, which say nothing of one fleet; for an invalid date
 */
export function mergeStatus(reports: readonly unknown[], { now }: MergeOptions = {}): MergedStatus {
  if (now !== undefined) checkDate(now, "now");
  const parsed = reports.map((each, index) => shardStatus(parseStatus(each, `reports[${index}]`), index));
  const [first] = parsed;
  if (first === undefined) {
    throw invalidArgument([{ path: "reports", found: "nothing", allowed: "at least one report of a shard" }]);
  }
  const { count } = first.shard;
  const others = parsed.flatMap(({ shard }, index): PolicyProblem[] =>
    shard.count === count
      ? []
      : [
          {
            path: `reports[${index}].shard.count`,
            found: String(shard.count),
            allowed: `${count}, as in reports[0]: shards of different counts do not make one whole`,
          },
        ],
  );
  if (others.length > 0) throw invalidArgument(others);

  const byIndex = Map.groupBy(parsed, ({ shard }) => shard.index);
  const repeated = [...byIndex].flatMap(([index, all]) => (all.length > 1 ? [index] : [])).sort(byNumber);
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !byIndex.has(index));
  const newest = [...byIndex.values()]
    .map((all) => all.reduce((one, other) => (other.now > one.now ? other : one)))
    .sort((one, other) => one.shard.index - other.shard.index);
  const problems = [
    ...incomplete(missing, repeated, count),
    ...differing(newest, count),
    ...outdated(newest, now),
    ...seenTwice(newest),
    ...newest.flatMap((each) => each.problems),
    ...unmatchedInAll(newest, missing),
  ];
  const counts: Record<Freshness, number> = { fresh: 0, late: 0, missing: 0, new: 0 };
  for (const each of newest) {
    for (const key of Object.keys(counts) as Freshness[]) counts[key] += each.counts[key];
  }
  const volumes = newest.flatMap((each) => each.volumes).sort((a, b) => compareText(keyOf(a), keyOf(b)));
  const offsite = countOffsite(volumes.map((volume) => volume.offsite));
  const isStale = counts.late + counts.missing > 0 || isBehind(offsite);
  return omitUndefined({
    now: newest.map(({ now }) => now).sort(compareText)[0] ?? first.now,
    graceMs: Math.max(...newest.map(({ graceMs = GRACE_MS }: Partial<BackupStatus>) => graceMs)),
    verdict: problems.length > 0 ? "failed" : isStale ? "stale" : "fresh",
    counts,
    offsite,
    volumes,
    unread: newest.flatMap((each) => each.unread).sort(compareText),
    problems,
    shards: { count, missing, repeated },
  });
}

function shardStatus(status: BackupStatus, index: number): ShardStatus {
  const { shard } = status;
  if (shard !== undefined && shard.index < shard.count) return { ...status, shard };
  const found = shard === undefined ? "nothing: it is about all clouds" : `${shard.index}/${shard.count}`;
  const allowed = "the report of a shard, as status makes it with a shard (--shard)";
  throw invalidArgument([{ path: `reports[${index}].shard`, found, allowed }]);
}

const byNumber = (one: number, other: number): number => one - other;
const keyOf = ({ cloud, volumeId, policyId }: BackupStatus["volumes"][number]): string =>
  JSON.stringify([cloud, volumeId, policyId]);

/** So many indices are told. */
const MOST_TOLD = 20;

/** As `--shard` has them: indices count from 0. */
function shardsText(indices: readonly number[], count: number): string {
  const told = indices
    .slice(0, MOST_TOLD)
    .map((index) => `${index}/${count}`)
    .join(", ");
  const rest = indices.length - MOST_TOLD;
  return `${indices.length === 1 ? "shard" : "shards"} ${told}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function incomplete(missing: readonly number[], repeated: readonly number[], count: number): BackupProblem[] {
  const problems: BackupProblem[] = [];
  if (missing.length > 0) {
    const message = `${shardsText(missing, count)} missing: nothing is known of the accounts there; run status of it`;
    problems.push({ code: "not_found", message, effect: "attention" });
  }
  if (repeated.length > 0) {
    const message = `${shardsText(repeated, count)} given more than once: the newest counts; name each once`;
    problems.push({ code: "conflict", message, effect: "attention" });
  }
  return problems;
}

/** An account that has moved from one shard to another between two configurations may be in none. */
function differing(all: readonly ShardStatus[], count: number): BackupProblem[] {
  const groups = [...Map.groupBy(all, ({ shard }) => shard.basis).values()].sort(
    (a, b) => b.length - a.length,
  );
  const [most = [], ...others] = groups;
  if (others.length === 0) return [];
  const [one, other] = [others.flat(), most].map((group) =>
    shardsText(group.map(({ shard }) => shard.index).sort(byNumber), count),
  );
  const message =
    `${one} looked at other accounts or policies than ${other}: an account may be in none of them; ` +
    "give all shards one configuration, and run status again";
  return [{ code: "conflict", message, effect: "attention" }];
}

/**
 * What was fresh then says nothing once a deadline has passed that lay ahead, such as where a shard is not looked at any
 * more. Accounts without volumes may have some by now.
 */
function outdated(all: readonly ShardStatus[], now: Date | undefined): BackupProblem[] {
  const at = Math.max(...all.map((each) => Date.parse(each.now)), now?.getTime() ?? 0);
  const by = new Date(at).toISOString();
  const lastOver = Math.max(...all.flatMap((each) => slotsOver(each, at)));
  return all.flatMap((each): BackupProblem[] => {
    const { index, count, accounts } = each.shard;
    const lookedAt = Date.parse(each.now);
    const passed = (deadlineOf: (volume: VolumeStatus) => string | undefined): number =>
      each.volumes.filter((volume) => {
        const deadline = Date.parse(deadlineOf(volume) ?? "");
        return lookedAt <= deadline && deadline < at;
      }).length;
    // Reports of older versions have no deadline.
    const late = passed(({ deadline, nextSlot }) => deadline ?? nextSlot);
    const behind = passed(({ offsite }) => offsite?.deadline);
    const unknown: string[] = [];
    if (each.volumes.length === 0 && accounts > 0 && lookedAt < lastOver)
      unknown.push(`and slots have come due since, by ${by}: whether its accounts have volumes`);
    if (late > 0)
      unknown.push(
        `and ${late} of its volumes are late since, by ${by}, unless they have their snapshots: whether they have`,
      );
    if (behind > 0)
      unknown.push(
        `and ${behind} of its volumes are late off-site since, by ${by}, unless they have left: whether they have`,
      );
    return unknown.map((what) => ({
      code: "failed_precondition",
      message: `shard ${index}/${count} was looked at ${each.now}, ${what} is not known; run status of it again`,
      effect: "attention",
    }));
  });
}

/** The slots that a shard tells of whose grace is over. */
function slotsOver({ volumes, graceMs = GRACE_MS }: Partial<ShardStatus>, at: number): readonly number[] {
  return (volumes ?? [])
    .flatMap(({ dueSlot = "", nextSlot = "" }) => [Date.parse(dueSlot), Date.parse(nextSlot)])
    .filter((slot) => slot + graceMs < at);
}

/** Other ids can be the same in two accounts. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** One account under two names, which no shard could see alone. */
function seenTwice(all: readonly ShardStatus[]): BackupProblem[] {
  const homes = new Map<string, string>();
  const pairs = new Map<string, readonly [home: string, other: string]>();
  for (const { cloud, provider, volumeId, volumeName, newest } of all.flatMap(({ volumes }) => volumes)) {
    if (newest === undefined || !UUID.test(volumeId)) continue;
    const key = JSON.stringify([provider, volumeId, volumeName, newest.snapshotId]);
    const home = homes.get(key) ?? cloud;
    homes.set(key, home);
    if (home !== cloud) pairs.set(JSON.stringify([home, cloud]), [home, cloud]);
  }
  return [...pairs.values()].map(([home, cloud]) => {
    const message =
      `clouds ${home} and ${cloud} are one account in two shards: both show the same snapshots; ` +
      "say so by account, or take one out";
    return { code: "conflict", message, effect: "attention", cloud };
  });
}

/** Only what fits nothing in all shards is a mistake, and only all of them can say that. */
function unmatchedInAll(all: readonly ShardStatus[], missing: readonly number[]): readonly BackupProblem[] {
  if (missing.length > 0 || all.some(({ unread }) => unread.length > 0)) return [];
  const keyOfPart = (part: UnmatchedSelector): string =>
    JSON.stringify([part.policyId, part.what, part.value]);
  const [first, ...others] = all.map(
    ({ unmatched = [] }) => new Map(unmatched.map((part) => [keyOfPart(part), part])),
  );
  const inAll = [...(first ?? [])].filter(([key]) => others.every((each) => each.has(key)));
  return unmatchedProblems(
    inAll.map(([, part]) => part),
    "all shards",
  );
}

const object = "an object as status() makes it";

const instant = z.iso.datetime(anInstant);
const freshness = z.enum(["fresh", "late", "missing", "new"], "fresh, late, missing or new");
const offsite = z.looseObject(
  {
    state: z.enum(["fresh", "late", "never", "new", "unknown"], "fresh, late, never, new or unknown"),
    deadline: instant.exactOptional(),
  },
  object,
);
const volume = z.looseObject(
  {
    cloud: text,
    provider: text,
    volumeId: text,
    volumeName: text,
    policyId: text,
    freshness,
    overdueMs: z.number(aCount),
    deadline: instant.exactOptional(),
    snapshots: count,
    failed: count,
    nextSlot: instant.exactOptional(),
    offsite: offsite.exactOptional(),
  },
  object,
);
const what = z.enum(["selector", "id", "name", "cloud"], "selector, id, name or cloud");

/** What is put together is checked; what is only shown is passed on. */
const statusSchema = z.looseObject(
  {
    now: instant,
    graceMs: z.number(aCount).exactOptional(),
    verdict: z.enum(["fresh", "stale", "failed"], "fresh, stale or failed"),
    counts: z.strictObject({ fresh: count, late: count, missing: count, new: count }, object),
    volumes: list(volume),
    unread: list(text),
    problems: list(z.looseObject({ code: text, message: text, effect: text }, object)),
    shard: z.optional(shardSchema),
    unmatched: z.optional(
      list(z.strictObject({ policyId: text, what, value: text.exactOptional() }, object)),
    ),
  },
  object,
);

/**
 * Reads a stored status (parsed JSON).
 *
 * @param root what problems call it
 * @throws PolicyError `invalid_argument` for what is none
 */
function parseStatus(value: unknown, root = "status"): BackupStatus {
  return parseOrThrow(statusSchema as unknown as z.ZodType<BackupStatus>, value, root);
}
