import type { BlockStorage, CallOptions } from "@polyvol/core";
import { bulkCallOptions } from "../bulk-call-options.ts";
import { createMarkEvidence, judgeMarks, type MarkEvidence, marksOf } from "../observe/hidden-marks.ts";
import {
  createSourcesInUse,
  type HiddenMarks,
  type ObservedSnapshot,
  observeSnapshot,
  type SourcesInUse,
  withSource,
} from "../observe/inventory.ts";
import { FRESH_FOR_MS, shortestTime } from "../plan/cost.ts";
import type { VolumePlan } from "../plan/stored-plan.ts";
import type { RunContext } from "./options.ts";

/** The snapshots of one volume as a complete listing showed them. */
export interface FreshSnapshots {
  readonly all: readonly ObservedSnapshot[];
  /** What is hidden of their marks. One volume alone may be without, since somebody took them off: then the account decides. */
  hidden(): Promise<HiddenMarks | undefined>;
}

/**
 * What deletions are judged on: a listing of the whole account for all volumes that are about to delete, where that costs
 * fewer requests than one of each volume, and else the volume's own. Beside it a listing of the volumes, as fresh, where
 * these show what they are being made of.
 */
export interface FreshListing {
  /** By a listing that began after the moment `since`, and no longer ago than a minute. */
  of(volumeId: string, since: number): Promise<FreshSnapshots>;
  /** This moment: later than all before it, also where no time has passed. */
  moment(): number;
  /** The volume has nothing to be judged any more. */
  done(volumeId: string): void;
  /** Something was not as expected: what was read so far counts no more. */
  distrust(): void;
}

/** When a listing began: by the run's monotonic time, and as a moment. */
interface Begun {
  readonly begunAt: number;
  readonly moment: number;
}

/** One listing of the account, or of one volume. */
interface Reading extends Begun {
  readonly snapshots: ReadonlyMap<string, readonly ObservedSnapshot[]>;
  /** Of the account; absent in a listing of one volume. */
  readonly marks?: MarkEvidence;
  hidden?: Promise<HiddenMarks | undefined>;
}

export function createFreshListing(
  storage: BlockStorage,
  volumes: readonly VolumePlan[],
  pagesAtPlan: number,
  { abortSignal, monotonicNow }: RunContext,
): FreshListing {
  const call: CallOptions = bulkCallOptions(storage, "read", abortSignal);
  const { snapshotsPerRequest = 100 } = storage.capabilities.requestCosts ?? {};
  const left = new Set(volumes.filter((each) => each.delete.length > 0).map(({ volumeId }) => volumeId));
  const most = left.size;
  const own = new Map<string, Reading>();
  const created = volumes.reduce((sum, each) => sum + each.create.length, 0);
  let pages = pagesAtPlan + Math.ceil(created / snapshotsPerRequest);
  let pagesRead = 0;
  let isWorthless = false;
  let latest = 0;
  let trustedFrom = 0;
  let sources: (Begun & { readonly reading: Promise<SourcesInUse> }) | undefined;
  let account: (Begun & { readonly reading: Promise<Reading | undefined>; used: number }) | undefined;
  /** Volumes that the last listing of the account served before it was too old. */
  let served = Number.POSITIVE_INFINITY;

  function moment(): number {
    latest += 1;
    return latest;
  }

  function begin(): Begun {
    return { begunAt: monotonicNow(), moment: moment() };
  }

  function isFresh(reading: Begun, since: number): boolean {
    return reading.moment > Math.max(since, trustedFrom) && !isOld(reading);
  }

  function isOld({ begunAt }: Begun): boolean {
    return monotonicNow() - begunAt > FRESH_FOR_MS;
  }

  /** The rule of costs. All listings of the account together never cost more than one of each volume would. */
  function accountPays(): boolean {
    const isQuick = storage.capabilities.limits.requestQuotas.every(
      (quota) => shortestTime(pages, quota) < FRESH_FOR_MS / 2,
    );
    return !isWorthless && isQuick && pages < Math.min(left.size, served) && pagesRead + pages <= most;
  }

  async function readAccount(begun: Begun): Promise<Reading> {
    const marks = createMarkEvidence();
    const snapshots = new Map<string, ObservedSnapshot[]>([...left].map((id) => [id, []]));
    let count = 0;
    for await (const snapshot of storage.snapshots.list({}, call)) {
      count += 1;
      const seen = observeSnapshot(snapshot);
      marks.see(seen);
      snapshots.get(snapshot.volumeId)?.push(seen);
    }
    pages = Math.max(1, Math.ceil(count / snapshotsPerRequest));
    pagesRead += pages;
    return { ...begun, snapshots, marks };
  }

  function beginAccount(): NonNullable<typeof account> {
    if (account !== undefined && isOld(account)) served = Math.max(1, account.used);
    const begun = begin();
    const reading = readAccount(begun).catch(() => {
      abortSignal?.throwIfAborted();
      // Each volume's own listing says what is wrong, or that its part of the account can be read all the same.
      isWorthless = true;
      return undefined;
    });
    // Whoever waits for it hears of the abort.
    reading.catch(() => undefined);
    account = { ...begun, reading, used: 0 };
    return account;
  }

  async function ofAccount(volumeId: string, since: number): Promise<Reading | undefined> {
    while (left.has(volumeId)) {
      const known = account !== undefined && isFresh(account, since) ? account : undefined;
      if (known === undefined && !accountPays()) return undefined;
      const chosen = known ?? beginAccount();
      const reading = await chosen.reading;
      if (reading === undefined) return undefined;
      // One that was too old at its end is of no use, and the next one would be the same.
      if (isOld(reading) && chosen.used === 0) isWorthless = true;
      if (!isFresh(reading, since)) continue;
      chosen.used += 1;
      return reading;
    }
    return undefined;
  }

  async function ofVolume(volumeId: string, since: number): Promise<Reading> {
    const known = own.get(volumeId);
    if (known !== undefined && isFresh(known, since)) return known;
    const begun = begin();
    const listed = await storage.snapshots.list({ volumeId }, call).toArray();
    const reading = { ...begun, snapshots: new Map([[volumeId, listed.map(observeSnapshot)]]) };
    own.set(volumeId, reading);
    return reading;
  }

  async function readSources(): Promise<SourcesInUse> {
    const found = createSourcesInUse();
    // Where changes are over once they are answered, no volume is being made.
    if (storage.driver?.deletion === "immediate") return found;
    for await (const volume of storage.volumes.list({}, call)) found.see(volume);
    return found;
  }

  /** A restore may have begun since all was read for the plan. */
  async function sourcesInUse(): Promise<SourcesInUse> {
    if (sources === undefined || !isFresh(sources, 0)) {
      const reading = readSources();
      // One that fails is read again by whoever comes next.
      reading.catch(() => {
        sources = undefined;
      });
      sources = { ...begin(), reading };
    }
    return await sources.reading;
  }

  async function accountMarks(reading: Reading): Promise<HiddenMarks | undefined> {
    let { marks } = reading;
    if (marks === undefined) {
      marks = createMarkEvidence();
      for await (const snapshot of storage.snapshots.list({}, call)) marks.see(observeSnapshot(snapshot));
    }
    return await judgeMarks(storage, marks, call);
  }

  return {
    moment,
    of: async (volumeId, since) => {
      const [inUse, reading] = await Promise.all([
        sourcesInUse(),
        ofAccount(volumeId, since).then((known) => known ?? ofVolume(volumeId, since)),
      ]);
      const all = (reading.snapshots.get(volumeId) ?? []).map((seen) => withSource(seen, inUse));
      return {
        all,
        hidden: async () => {
          if ((await judgeMarks(storage, marksOf(all), call)) === undefined) return undefined;
          reading.hidden ??= accountMarks(reading);
          return await reading.hidden;
        },
      };
    },
    done: (volumeId) => {
      left.delete(volumeId);
      own.delete(volumeId);
    },
    distrust: () => {
      trustedFrom = moment();
    },
  };
}
