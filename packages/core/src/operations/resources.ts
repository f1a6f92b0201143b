import { answeredFor, comparableId, isSameId } from "../answered.ts";
import { type Call, runCall } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import type { CallContext, DriverPage, PageRequest } from "../driver.ts";
import { extendError, isPolyvolError } from "../errors.ts";
import type { Listing } from "../list/listing.ts";
import { createListing, walkOf } from "../list/listing.ts";
import type { PageHooks, PageSource } from "../list/source.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { ListOptions, SnapshotQuery, VolumeQuery } from "../options.ts";
import type { Snapshot } from "../snapshot.ts";
import { hasTags } from "../tags.ts";
import type { Volume } from "../volume.ts";
import { createSharedLooks, type SharedLooks } from "../wait/shared-looks.ts";
import { watchTags } from "./hidden-tags.ts";

/** The first pause before a page is read again whose own answer contradicts it; each further one is twice as long. */
const SHORT_READ_MS = 100;

/** One page of what is asked for now: `PageSource.fetch`, and the query. */
type Fetch<T extends { readonly id: string }, Query> = (
  asked: Query,
  ...page: Parameters<PageSource<T>["fetch"]>
) => Promise<DriverPage<T>>;

/** How one kind of resource is read: the same for volumes and snapshots. */
export interface Resources<T extends Volume | Snapshot, Query> {
  readonly kind: "volume" | "snapshot";
  readonly looks: SharedLooks<T, Query>;
  /** What was made just now is waited for. @throws PolyvolError `not_found` */
  get(call: Call, id: string): Promise<T>;
  /** `undefined`: there is none, or what was made just now does not show yet. */
  tryGet(call: Call, id: string): Promise<T | undefined>;
  /** Everything that matches, by a complete listing within the call. */
  listAll(call: Call, query: Query): Promise<readonly T[]>;
  /** The same for a call that is announced: by a walk that it shares with others, where there are any. */
  lookAll(call: Call, query: Query): Promise<readonly T[]>;
  list(query: Query, options: ListOptions | undefined): Listing<T>;
}

export interface ResourcesSetup<T, Query> {
  readonly kind: "volume" | "snapshot";
  readonly runtime: Runtime;
  readonly getOne: (id: string, context: CallContext) => Promise<T>;
  readonly getPage: (query: Query, page: PageRequest, context: CallContext) => Promise<DriverPage<T>>;
  readonly matches: (item: T, query: Query) => boolean;
  /** Every item that matches a query has its key among its own. */
  readonly keyOf: (query: Query) => string;
  readonly keysOf: (item: T) => readonly string[];
}

function createResources<T extends Volume | Snapshot, Query extends object>(
  setup: ResourcesSetup<T, Query>,
): Resources<T, Query> {
  const { kind, runtime } = setup;
  const { driver, newcomers } = runtime;
  const paging = (kind === "snapshot" ? driver.snapshotPaging : undefined) ?? driver.paging;

  async function read(id: string, context: CallContext): Promise<T> {
    const resource = answeredFor(id, await setup.getOne(id, context));
    newcomers.known(id);
    return resource;
  }

  async function tryGet(call: Call, id: string): Promise<T | undefined> {
    try {
      return await call.send("read", (context) => read(id, context));
    } catch (error) {
      if (isPolyvolError(error, "not_found")) return undefined;
      throw error;
    }
  }

  /** One listing's way to its pages. Filters of the provider's can be left out, since all are applied here again. */
  function sourceOf(
    query: Query,
    fetch: Fetch<T, Query>,
  ): Omit<PageSource<T>, "concurrency" | "requestSize"> {
    let asked = query;
    return {
      paging,
      fetch: (page, abortSignal, hooks) => fetch(asked, page, abortSignal, hooks),
      pause: (attempt, abortSignal) => runtime.clock.sleep(SHORT_READ_MS * 2 ** attempt, abortSignal),
      widen: () => {
        const isFiltered = Object.keys(asked).some((key) => key !== "tags");
        asked = {} as Query;
        return isFiltered;
      },
    };
  }

  function listingOf(
    query: Query,
    abortSignal: AbortSignal | undefined,
    requestSize: number | undefined,
    fetch: Fetch<T, Query>,
  ): Listing<T> {
    const watch = watchTags(runtime, kind, query, abortSignal);
    const isOfAll = Object.keys(query).length === 0 && requestSize === undefined;
    let pages = 0;
    const counted: typeof fetch = (...page) => {
      pages += 1;
      return fetch(...page);
    };
    return createListing({
      name: `${driver.provider} ${kind}s ${JSON.stringify(query)}`,
      source: {
        ...sourceOf(query, isOfAll ? counted : fetch),
        concurrency: runtime.listConcurrency,
        requestSize,
      },
      matches: (item) => {
        watch?.see(item);
        return setup.matches(item, query);
      },
      atEnd: async () => {
        if (isOfAll) looks.learn(pages);
        pages = 0;
        await watch?.atEnd();
      },
      abortSignal,
      describeError: (error) =>
        isPolyvolError(error) && error.provider === undefined
          ? extendError(error, { provider: driver.provider, operation: `${kind}s.list`, attempts: 0 })
          : error,
    });
  }

  const looks = createSharedLooks<T, Query>(
    {
      matches: setup.matches,
      keyOf: setup.keyOf,
      keysOf: setup.keysOf,
      get: (id, operation, abortSignal) =>
        runCall(runtime, readCall(operation, { abortSignal }), (call) => tryGet(call, id)),
      pages: async function* ({ operation, abortSignal, timeoutMs, isWhole }) {
        const walk = walkOf<T>({
          ...sourceOf({} as Query, (query, page, signal, hooks) =>
            runCall(runtime, readCall(operation, omitUndefined({ abortSignal: signal, timeoutMs })), (call) =>
              call.send("read", (context) => setup.getPage(query, page, watched(context, hooks))),
            ),
          ),
          concurrency: isWhole ? runtime.listConcurrency : 0,
          requestSize: undefined,
        });
        try {
          yield* walk(undefined, abortSignal);
        } catch (error) {
          // Looks of their own follow, so this one was too many, as a retry is.
          runtime.budget.take();
          throw error;
        }
      },
    },
    runtime,
    driver.settleMs,
  );

  const listAll = (call: Call, query: Query): Promise<readonly T[]> =>
    listingOf(query, call.abortSignal, undefined, (asked, page, abortSignal, hooks) =>
      call.send("read", (context) => setup.getPage(asked, page, watched({ ...context, abortSignal }, hooks))),
    ).toArray();

  return {
    kind,
    looks,
    get: (call, id) => call.send("read", (context) => newcomers.unlessNew(id, read(id, context))),
    tryGet,
    listAll,
    lookAll: async (call, query) => (await looks.all(call, query)) ?? (await listAll(call, query)),
    list: (query, options) =>
      listingOf(query, options?.abortSignal, options?.requestSize, (asked, page, abortSignal, hooks) =>
        runCall(runtime, readCall(`${kind}s.list`, { ...options, abortSignal }), (call) =>
          call.send("read", (context) => setup.getPage(asked, page, watched(context, hooks))),
        ),
      ),
  };
}

/** The context of one attempt, which has begun. */
function watched(context: CallContext, hooks: PageHooks | undefined): CallContext {
  if (hooks === undefined) return context;
  hooks.onStart();
  return { ...context, onAnswer: hooks.onAnswer };
}

function readCall(
  operation: string,
  options: ListOptions,
): { operation: string; options: ListOptions; waits: false; changes: false } {
  return { operation, options, waits: false, changes: false };
}

export type VolumeResources = Resources<Volume, VolumeQuery>;

export function createVolumeResources(runtime: Runtime): VolumeResources {
  const { driver } = runtime;
  return createResources<Volume, VolumeQuery>({
    kind: "volume",
    runtime,
    getOne: (id, context) => driver.getVolume(id, context),
    getPage: (query, page, context) =>
      driver.listVolumes(omitUndefined({ name: query.name, region: query.region }), page, context),
    matches: (volume, query) =>
      (query.name === undefined || volume.name === query.name) &&
      (query.region === undefined || volume.region === query.region) &&
      (query.tags === undefined || hasTags(volume, query.tags, runtime.capabilities.limits.tags)),
    keyOf: ({ name }) => `name ${name}`,
    keysOf: ({ name }) => [`name ${name}`],
  });
}

export type SnapshotResources = Resources<Snapshot, SnapshotQuery>;

export function createSnapshotResources(runtime: Runtime): SnapshotResources {
  const { driver } = runtime;
  return createResources<Snapshot, SnapshotQuery>({
    kind: "snapshot",
    runtime,
    getOne: (id, context) => driver.getSnapshot(id, context),
    getPage: (query, page, context) =>
      driver.listSnapshots(omitUndefined({ name: query.name, volumeId: query.volumeId }), page, context),
    matches: (snapshot, query) =>
      (query.name === undefined || snapshot.name === query.name) &&
      (query.volumeId === undefined || isSameId(snapshot.volumeId, query.volumeId)) &&
      (query.tags === undefined || hasTags(snapshot, query.tags, runtime.capabilities.limits.tags)),
    keyOf: ({ volumeId, name }) =>
      volumeId === undefined ? `name ${name}` : `volume ${comparableId(volumeId)}`,
    keysOf: ({ volumeId, name }) => [`volume ${comparableId(volumeId)}`, `name ${name}`],
  });
}
