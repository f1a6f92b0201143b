import type { BlockStorage, CallOptions, RequestTurn } from "@polyvol/core";
import pLimit, { type LimitFunction } from "p-limit";
import type { BackupPlan, VolumePlan } from "../plan/stored-plan.ts";
import type { Policy } from "../policy/types.ts";
import type { Scope } from "../shard/scope.ts";
import { createFreshListing, type FreshListing } from "./fresh-listing.ts";
import type { RunContext } from "./options.ts";

/** Snapshots that an account makes or deletes for one run at once: so many calls are under way, at most. */
const MOST_UNDER_WAY = 1_000;
/** Half of the time that a change may take, so that those that were begun last are sent in time, too. */
const SENT_WITHIN_MS = 450_000;

/** What all volumes of one cloud share in a run. */
export interface CloudWork {
  readonly storage: BlockStorage;
  /** What is deleted is judged on it. */
  readonly fresh: FreshListing;
  readonly order: CreationsFirst;
  /** Runs work that waits for the provider, for which there are many places. */
  underWay<T>(work: () => Promise<T>): Promise<T>;
  /** Runs work within the policy's `concurrency`: a request, or all of a snapshot with hooks. */
  inPlace<T>(policy: Policy, work: () => Promise<T>): Promise<T>;
}

/** The work of each cloud that could be opened. Clouds of one account share the places for what waits for their provider. */
export function createCloudWorks(
  plan: BackupPlan,
  { chosen, accounts }: Pick<Scope, "chosen" | "accounts">,
  context: RunContext,
): ReadonlyMap<string, CloudWork> {
  const storages = new Map(chosen.map(({ name, storage }) => [name, storage]));
  const volumesOf = Map.groupBy(plan.volumes, ({ cloud }) => cloud);
  const pagesOf = new Map(plan.clouds.map(({ cloud, requests }) => [cloud, requests.read]));
  const works = new Map<string, CloudWork>();
  for (const { clouds } of accounts) {
    const own = clouds.flatMap((name) => {
      const storage = storages.get(name);
      return storage === undefined || storage instanceof Error ? [] : [{ name, storage }];
    });
    const underWay = pLimit(mostUnderWay(own.map(({ storage }) => storage)));
    for (const { name, storage } of own) {
      const volumes = volumesOf.get(name) ?? [];
      works.set(name, {
        storage,
        fresh: createFreshListing(storage, volumes, pagesOf.get(name) ?? 1, context),
        order: createCreationsFirst(volumes),
        underWay: (work) => underWay(work),
        inPlace: placesOfPolicies(),
      });
    }
  }
  return works;
}

/** By policy: as many as its `concurrency` says. */
function placesOfPolicies(): CloudWork["inPlace"] {
  const places = new Map<string, LimitFunction>();
  return ({ id, concurrency }, work) => {
    const place = places.get(id) ?? pLimit(concurrency);
    places.set(id, place);
    return place(work);
  };
}

/** No more than the quotas of requests let through before the deadlines of those that were begun first come near. */
function mostUnderWay(storages: readonly BlockStorage[]): number {
  const sent = storages
    .flatMap(({ capabilities }) => capabilities.limits.requestQuotas)
    .map(({ requests, windowMs }) => requests * Math.max(1, Math.floor(SENT_WITHIN_MS / windowMs)));
  return Math.min(MOST_UNDER_WAY, ...sent);
}

/** What bounds the requests of one call. */
export interface Sending {
  readonly cloud: CloudWork;
  readonly policy: Policy;
  readonly context: RunContext;
  /**
   * Right before each request that changes something, in its place. What it throws is what the call throws, and nothing
   * is sent.
   */
  readonly judge?: () => Promise<void>;
}

/**
 * Options of a call whose requests each take a place of the policy, while what waits for the provider takes none. Once
 * the run is to begin nothing new, a first change is not sent any more, and the call throws the reason of that.
 */
export function sendingOptions({ cloud, policy, context, judge }: Sending, call: CallOptions): CallOptions {
  const giveUp = new AbortController();
  const { drainSignal } = context;
  let isSent = false;
  const inTurn: RequestTurn = (request, kind) =>
    cloud.inPlace(policy, async () => {
      if (kind === "change") {
        try {
          if (!isSent) drainSignal?.throwIfAborted();
          await judge?.();
        } catch (error) {
          // The call's own failures are of requests: this one ends it as it is.
          giveUp.abort(error);
          throw error;
        }
        isSent = true;
      }
      return await request();
    });
  const signals = [giveUp.signal, call.abortSignal].filter((each) => each !== undefined);
  return { ...call, abortSignal: AbortSignal.any(signals), inTurn };
}

/**
 * The order of a run on one cloud. What goes because a new snapshot is there goes when all creations of the cloud are
 * done, so that one listing shows all of them. Two kinds of volumes hold nothing up: those that wait for the provider's gap
 * between two snapshots, and those for whose snapshot there was no room; these get the room that deletions elsewhere make.
 */
interface CreationsFirst {
  /** The volume makes nothing any more, or not soon. May be said again and again. */
  created(volumeId: string): void;
  /** Resolves when no volume is about to make a snapshot. */
  allCreated(): Promise<void>;
  /** A snapshot has gone. */
  deleted(): void;
  /** The volume deletes nothing any more. May be said again and again. */
  pruned(volumeId: string): void;
  /**
   * For a volume without room for its new snapshot: whether a snapshot has gone on this cloud since, for this volume
   * alone to use. `false` when there is none to come.
   */
  room(volumeId: string): Promise<boolean>;
}

export function createCreationsFirst(volumes: readonly VolumePlan[]): CreationsFirst {
  const withWork = (key: "create" | "delete"): Set<string> =>
    new Set(volumes.filter((each) => each[key].length > 0).map(({ volumeId }) => volumeId));
  const creating = withWork("create");
  const pruning = withWork("delete");
  const forRoom: { readonly volumeId: string; readonly tell: (hasRoom: boolean) => void }[] = [];
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  if (creating.size === 0) open();

  function created(volumeId: string): void {
    if (creating.delete(volumeId) && creating.size === 0) open();
  }

  function pruned(volumeId: string): void {
    pruning.delete(volumeId);
    if (pruning.size > 0) return;
    for (const { tell } of forRoom.splice(0)) tell(false);
  }

  return {
    created,
    allCreated: () => opened,
    deleted: () => {
      const next = forRoom.shift();
      if (next === undefined) return;
      // With its new snapshot it deletes, too.
      pruning.add(next.volumeId);
      next.tell(true);
    },
    pruned,
    room: (volumeId) =>
      new Promise((tell) => {
        created(volumeId);
        forRoom.push({ volumeId, tell });
        pruned(volumeId);
      }),
  };
}
