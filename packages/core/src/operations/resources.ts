import { answeredFor, comparableId, isSameId } from "../answered.ts";
import { type Call, runCall } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import type { TagRule } from "../capabilities.ts";
import type { CallContext, Changed, DriverPage, PageRequest } from "../driver.ts";
import { extendError, isPolyvolError } from "../errors.ts";
import type { Listing } from "../list/listing.ts";
import { createListing, walkOf } from "../list/listing.ts";
import type { PageHooks, PageSource } from "../list/source.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { CallOptions, ListOptions } from "../options.ts";
import type { Resource, ResourceKind, ResourceQuery } from "../resource.ts";
import type { Snapshot } from "../snapshot.ts";
import { hasTags } from "../tags.ts";
import type { Volume } from "../volume.ts";
import type { LookSource } from "../wait/look-source.ts";
import type { SharedLooks } from "../wait/shared-looks.ts";
import { watchTags } from "./hidden-tags.ts";

/** The first pause before a page is read again whose own answer contradicts it; each further one is twice as long. */
const SHORT_READ_MS = 100;

/** One page of what is asked for now: `PageSource.fetch`, and the query. */
type Fetch<T extends Resource> = (
  asked: ResourceQuery,
  ...page: Parameters<PageSource<T>["fetch"]>
) => Promise<DriverPage<T>>;

export type Reads<T extends Resource> = ReturnType<typeof createReads<T>>;

/** The same for what changes resources, which looks in company. */
export interface Resources<T extends Resource> extends Reads<T> {
  readonly looks: SharedLooks<T, ResourceQuery>;
  /** As `listAll`, for a call that is announced: by a walk that it shares with others, where there are any. */
  lookAll(call: Call, query: ResourceQuery): Promise<readonly T[]>;
}

/** How the driver answers for one kind. */
interface ResourceMethods<T extends Resource> {
  readonly getOne: (id: string, context: CallContext) => Promise<T>;
  /** One request to delete it. */
  readonly deleteOne: (id: string, context: CallContext) => Promise<Changed>;
  readonly getPage: (query: ResourceQuery, page: PageRequest, context: CallContext) => Promise<DriverPage<T>>;
}

/** How one kind of resource is read: the same for volumes and snapshots. */
function createReads<T extends Resource>(
  runtime: Runtime,
  kind: ResourceKind,
  { getOne, getPage, deleteOne }: ResourceMethods<T>,
) {
  const { driver, newcomers } = runtime;
  const { limits } = runtime.capabilities;
  const paging = (kind === "snapshot" ? driver.snapshotPaging : undefined) ?? driver.paging;
  const matches = (item: T, query: ResourceQuery): boolean => fits(item, query, limits.tags);
  const extent = { pages: 1 };

  async function read(id: string, context: CallContext): Promise<T> {
    return answeredFor(id, await getOne(id, context));
  }

  /** `undefined`: there is none, or what was made just now does not show yet. */
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
    query: ResourceQuery,
    fetch: Fetch<T>,
  ): Omit<PageSource<T>, "concurrency" | "requestSize"> {
    let asked = query;
    return {
      paging,
      fetch: (page, abortSignal, hooks) => fetch(asked, page, abortSignal, hooks),
      pause: (attempt, abortSignal) => runtime.clock.sleep(SHORT_READ_MS * 2 ** attempt, abortSignal),
      widen: () => {
        const isFiltered = Object.keys(asked).some((key) => key !== "tags");
        asked = {};
        return isFiltered;
      },
    };
  }

  function listingOf(
    query: ResourceQuery,
    { abortSignal, requestSize }: ListOptions,
    fetch: Fetch<T>,
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
        return matches(item, query);
      },
      atEnd: async () => {
        if (isOfAll) extent.pages = Math.max(1, pages);
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

  /** Pages that are calls of their own. */
  const pagesBy =
    (operation: string, options: CallOptions | undefined): Fetch<T> =>
    (asked, page, abortSignal, hooks) =>
      runCall(runtime, { operation, options: { ...options, abortSignal } }, (call) =>
        call.send("read", (context) => getPage(asked, page, watched(context, hooks))),
      );

  /** For looks that calls share. */
  const lookSource: LookSource<T, ResourceQuery> = {
    matches,
    extent,
    keyOf,
    keysOf,
    get: (id, operation, abortSignal) =>
      runCall(runtime, { operation, options: { abortSignal } }, (call) => tryGet(call, id)),
    pages: async function* ({ operation, abortSignal, timeoutMs, isWhole }) {
      const walk = walkOf<T>({
        ...sourceOf({}, pagesBy(operation, { timeoutMs })),
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
  };

  /** Everything that matches, by a complete listing within the call. */
  const listAll = (call: Call, query: ResourceQuery): Promise<readonly T[]> =>
    listingOf(query, { abortSignal: call.abortSignal }, (asked, page, abortSignal, hooks) =>
      call.send("read", (context) => getPage(asked, page, watched({ ...context, abortSignal }, hooks))),
    ).toArray();

  return {
    kind,
    lookSource,
    /** What was made just now is waited for. @throws PolyvolError `not_found` */
    get: (call: Call, id: string): Promise<T> =>
      call.send("read", (context) => newcomers.unlessNew(id, read(id, context))),
    tryGet,
    listAll,
    deleteOne,
    list: (query: ResourceQuery, options: ListOptions | undefined): Listing<T> =>
      listingOf(query, options ?? {}, pagesBy(`${kind}s.list`, options)),
  };
}

/** The context of one attempt, which has begun. */
function watched(context: CallContext, hooks: PageHooks | undefined): CallContext {
  if (hooks === undefined) return context;
  hooks.onStart();
  return { ...context, onAnswer: hooks.onAnswer };
}

/** Whether an item is one of those that are asked for. */
function fits(
  item: Resource,
  { name, region, volumeId, tags }: ResourceQuery,
  rule: TagRule | undefined,
): boolean {
  return (
    (name === undefined || item.name === name) &&
    (region === undefined || ("region" in item && item.region === region)) &&
    (volumeId === undefined || ("volumeId" in item && isSameId(item.volumeId, volumeId))) &&
    (tags === undefined || hasTags(item, tags, rule))
  );
}

/** What a query is about: every item that fits it has this among its {@link keysOf}. */
function keyOf({ name, volumeId }: ResourceQuery): string {
  return volumeId === undefined ? `name ${name}` : `volume ${comparableId(volumeId)}`;
}

function keysOf(item: Resource): readonly string[] {
  const ofVolume = "volumeId" in item ? [`volume ${comparableId(item.volumeId)}`] : [];
  return [`name ${item.name}`, ...ofVolume];
}

export type VolumeReads = Reads<Volume>;
export type VolumeResources = Resources<Volume>;

export function createVolumeReads(runtime: Runtime): VolumeReads {
  const { driver } = runtime;
  return createReads<Volume>(runtime, "volume", {
    getOne: (id, context) => driver.getVolume(id, context),
    getPage: ({ name, region }, page, context) =>
      driver.listVolumes(omitUndefined({ name, region }), page, context),
    deleteOne: (id, context) => driver.deleteVolume(id, context),
  });
}

export type SnapshotReads = Reads<Snapshot>;
export type SnapshotResources = Resources<Snapshot>;

export function createSnapshotReads(runtime: Runtime): SnapshotReads {
  const { driver } = runtime;
  return createReads<Snapshot>(runtime, "snapshot", {
    getOne: (id, context) => driver.getSnapshot(id, context),
    getPage: ({ name, volumeId }, page, context) =>
      driver.listSnapshots(omitUndefined({ name, volumeId }), page, context),
    deleteOne: (id, context) => driver.deleteSnapshot(id, context),
  });
}
