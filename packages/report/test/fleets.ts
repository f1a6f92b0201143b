import {
  type BackupReport,
  backupReport,
  evaluateRetention,
  type PolicyDefinition,
  parsePolicies,
  type RecordEntry,
  type RunRecord,
  type SnapshotPrice,
  snapshotName,
} from "@polyvol/backup";
import type { BlockStorage, Snapshot, Volume } from "@polyvol/core";
import { createMemoryStorage } from "@polyvol/memory";

const DAY = 86_400_000;
const HOUR = 3_600_000;

export const NOW = new Date("2026-11-29T08:00:00Z");

export const POLICIES: Readonly<Record<string, PolicyDefinition>> = {
  nightly: {
    select: { name: "*" },
    schedule: { cron: "0 3 * * *", timezone: "UTC" },
    retention: { daily: 7, weekly: 4, monthly: 3 },
    allowEmpty: true,
  },
  sundays: {
    select: { name: "db-*" },
    schedule: { cron: "30 3 * * 0", timezone: "UTC" },
    retention: { last: 4 },
    allowEmpty: true,
  },
};

/** A cloud that shows these, whatever they are called. */
export function cloudOf(
  volumes: readonly Volume[],
  snapshots: readonly Snapshot[],
  {
    provider = "digitalocean",
    limit = 25,
  }: { readonly provider?: string; readonly limit?: number | "unknown" } = {},
): BlockStorage {
  const { capabilities } = createMemoryStorage({ provider, limits: { snapshotsPerVolume: limit } });
  const listing = <T>(items: readonly T[]) => ({
    toArray: () => Promise.resolve([...items]),
    async *[Symbol.asyncIterator]() {
      yield* items;
    },
  });
  return {
    provider,
    capabilities,
    checkHealth: () => Promise.resolve({ latencyMs: 1 }),
    volumes: { list: () => listing(volumes) },
    snapshots: { list: () => listing(snapshots) },
  } as unknown as BlockStorage;
}

export function volume(index: number, name: string, more: Partial<Volume> = {}): Volume {
  return {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    name,
    provider: "digitalocean",
    region: index % 3 === 0 ? "sfo3" : "nyc3",
    sizeGiB: 10 + ((index * 37) % 500),
    state: "in_use",
    createdAt: new Date(NOW.getTime() - 120 * DAY),
    tags: {},
    attachments: [],
    ...more,
  };
}

/** What the policy keeps of nights of 70 days, without those of some days ago. */
export function snapshotsFor(
  of: Volume,
  policyId: string,
  {
    missed = [],
    late = [],
    held = [],
    stated = true,
  }: { missed?: number[]; late?: number[]; held?: number[]; stated?: boolean } = {},
): readonly Snapshot[] {
  const definition = POLICIES[policyId];
  if (definition === undefined) return [];
  const hour = policyId === "nightly" ? 3 * HOUR : 3.5 * HOUR;
  const today = Math.floor(NOW.getTime() / DAY) * DAY;
  const every = Array.from({ length: 70 }, (_, ago) => ({
    ago,
    time: new Date(today + hour - ago * DAY),
  })).filter(({ ago, time }) => !missed.includes(ago) && (policyId === "nightly" || time.getUTCDay() === 0));
  const { kept } = evaluateRetention(
    { ...definition.retention, timezone: "UTC" },
    every.map(({ ago, time }) => ({ id: String(ago), time, held: held.includes(ago) })),
    { now: NOW },
  );
  return kept.map(({ snapshot }): Snapshot => {
    const ago = Number(snapshot.id);
    const delay = late.includes(ago) ? 5 * HOUR : 12 * 60_000;
    return {
      id: `${of.id}-${policyId}-${ago}`,
      name: snapshotName("polyvol", policyId, of.id, snapshot.time),
      provider: of.provider,
      volumeId: of.id,
      regions: [of.region],
      state: "available",
      createdAt: new Date(snapshot.time.getTime() + delay),
      minVolumeSizeGiB: of.sizeGiB,
      ...(stated ? { billableGiB: Math.round(of.sizeGiB / 3) } : {}),
      description: "Polyvol backup",
      tags: {
        "polyvol-policy": policyId,
        ...(held.includes(ago) ? { "polyvol-hold": "" } : {}),
      },
    };
  });
}

/** Runs of 30 nights over these volumes, of which those of some days ago failed, and some drills. */
function recordOf(
  volumes: readonly Volume[],
  { failed = [], drilled = true }: { failed?: number[]; drilled?: boolean } = {},
): RunRecord {
  const today = Math.floor(NOW.getTime() / DAY) * DAY;
  const entries: RecordEntry[] = [];
  for (let ago = 29; ago >= 0; ago -= 1) {
    const slot = new Date(today + 3 * HOUR - ago * DAY);
    const isFailed = failed.includes(ago);
    const startedAt = new Date(slot.getTime() + 5 * 60_000).toISOString();
    const finishedAt = new Date(slot.getTime() + (isFailed ? 6 : 19) * 60_000).toISOString();
    const ids = volumes.map(({ id }) => id);
    const gone = new Date(slot.getTime() - 7 * DAY);
    const slots = { cloud: "ocean", policyId: "nightly" };
    entries.push({
      format: "polyvol-record",
      version: 1,
      kind: "run",
      command: "run",
      startedAt,
      finishedAt,
      ok: !isFailed,
      stopped: false,
      policyIds: ["nightly", "sundays"],
      clouds: [{ cloud: "ocean", seen: true }],
      totals: {
        volumes: ids.length,
        created: isFailed ? 0 : ids.length,
        deleted: isFailed || gone.getUTCDay() === 0 ? 0 : ids.length,
        left: isFailed ? ids.length : 0,
        problems: isFailed ? ids.length : 0,
      },
      made: isFailed
        ? []
        : [{ ...slots, slot: slot.toISOString(), volumeIds: ids, delaysSeconds: ids.map(() => 720) }],
      unmade: isFailed ? [{ ...slots, slot: slot.toISOString(), code: "rate_limited", volumeIds: ids }] : [],
      deleted:
        isFailed || gone.getUTCDay() === 0 ? [] : [{ ...slots, slot: gone.toISOString(), volumeIds: ids }],
      problems: isFailed
        ? [
            {
              code: "rate_limited",
              message: "the provider takes no more requests until 04:00",
              effect: "nothing_done",
              cloud: "ocean",
            },
          ]
        : [],
    });
  }
  for (const [index, each] of volumes.slice(0, drilled ? 4 : 0).entries()) {
    const ok = index !== 2;
    const at = NOW.getTime() - (index * 6 + 2) * DAY;
    entries.push({
      format: "polyvol-record",
      version: 1,
      kind: "drill",
      startedAt: new Date(at).toISOString(),
      finishedAt: new Date(at + 90_000).toISOString(),
      ok,
      cloud: "ocean",
      volumeId: each.id,
      snapshot: { id: "s", name: "s", takenAt: new Date(at - DAY).toISOString() },
      restoreMs: 74_000,
      problems: ok
        ? []
        : [{ code: "timeout", message: "the volume was not usable after 30 min", effect: "attention" }],
    });
  }
  return { entries: entries.sort((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt)), aside: [] };
}

const PRICES: Readonly<Record<string, SnapshotPrice>> = { ocean: { perGiBMonth: 0.06, currency: "USD" } };

const NAMES =
  "db-orders db-billing web-shop web-assets mail-spool mail-archive files-home files-video db-search web-blog ci-cache erp";

/** Nothing is there. */
export async function emptyFleet(): Promise<BackupReport> {
  return await backupReport(parsePolicies(POLICIES), { ocean: cloudOf([], []) }, NOW);
}

/** Twelve volumes with all that they need. */
export async function healthyFleet(): Promise<BackupReport> {
  const volumes = NAMES.split(" ").map((name, index) => volume(index, name));
  const snapshots = volumes.flatMap((each) => [
    ...snapshotsFor(each, "nightly", each.name === "db-orders" ? { held: [16] } : {}),
    ...(each.name.startsWith("db-") ? snapshotsFor(each, "sundays") : []),
  ]);
  const clouds = { ocean: cloudOf(volumes, snapshots) };
  return await backupReport(parsePolicies(POLICIES), clouds, NOW, {
    record: recordOf(volumes),
    prices: PRICES,
  });
}

/** Clouds that cannot be seen, volumes that are late or have nothing, runs that failed. */
export async function failingFleet(): Promise<BackupReport> {
  const volumes = [
    ...NAMES.split(" ").map((name, index) => volume(index, name)),
    volume(50, "brand-new", { createdAt: new Date(NOW.getTime() - 20 * 60_000) }),
    volume(51, "forgotten"),
    volume(52, "web-<script>alert(1)</script>"),
    volume(53, "مجلد-الصور-\u202eabc"),
  ];
  const snapshots = volumes.flatMap((each, index) => {
    if (["brand-new", "forgotten"].includes(each.name)) return [];
    const missed = index % 4 === 0 ? [0, 1, 2] : index % 4 === 1 ? [3] : [];
    const found = snapshotsFor(each, "nightly", {
      missed,
      late: index % 4 === 2 ? [0, 5] : [],
      stated: index % 2 === 0,
    });
    return [...found, ...(each.name.startsWith("db-") ? snapshotsFor(each, "sundays", { missed: [0] }) : [])];
  });
  const byHand: Snapshot = {
    ...(snapshots[0] as Snapshot),
    id: "by-hand",
    name: "before the <b>upgrade</b>",
    createdAt: new Date(NOW.getTime() - 40 * DAY),
    tags: {},
  };
  const others = volume(60, "scratch-olga");
  const policies = parsePolicies({
    ...POLICIES,
    nightly: {
      ...(POLICIES["nightly"] as PolicyDefinition),
      select: { name: ["db-*", "web-*", "m*", "f*", "ci-*", "erp", "brand-new", "lost"] },
      allowEmpty: false,
    },
  });
  const clouds = {
    ocean: cloudOf([...volumes, others], [...snapshots, byHand]),
    samsung: new Error("samsung: the access key was refused (401)"),
  };
  const record = recordOf(volumes.slice(0, 12), { failed: [3, 12] });
  return await backupReport(policies, clouds, NOW, {
    record: { ...record, aside: [{ file: "runs.jsonl", line: 17, why: "cut" }] },
  });
}

/** So many volumes on one cloud; of one in fifty a night is missing, of one in five hundred the last one is. */
export async function largeFleet(count: number): Promise<BackupReport> {
  const volumes = Array.from({ length: count }, (_, index) =>
    volume(index, `${["db", "web", "mail", "files"][index % 4]}-${String(index).padStart(5, "0")}`),
  );
  const snapshots = volumes.flatMap((each, index) => [
    ...snapshotsFor(each, "nightly", {
      missed: index % 500 === 7 ? [0] : index % 50 === 3 ? [((index % 300) / 50 + 1) | 0] : [],
    }),
    ...(each.name.startsWith("db-") ? snapshotsFor(each, "sundays") : []),
  ]);
  const clouds = { ocean: cloudOf(volumes, snapshots) };
  return await backupReport(parsePolicies(POLICIES), clouds, NOW, {
    record: recordOf(volumes),
    prices: PRICES,
  });
}
