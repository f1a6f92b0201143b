import { answeredFor } from "./answered.ts";
import { type Call, runCall } from "./call.ts";
import type { CallContext, DriverPage, PageRequest } from "./driver.ts";
import { extendError, isPolyvolError } from "./errors.ts";
import { watchTags } from "./hidden-tags.ts";
import { createListing, walkOf } from "./listing/create-listing.ts";
import type { Listing } from "./listing/listing.ts";
import type { Attempts, PageSource } from "./listing/source.ts";
import type { ListOptions } from "./options.ts";
import type { Runtime } from "./runtime.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Volume } from "./volume.ts";
import { createPolls, type Polls } from "./waiting/polls.ts";

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
  readonly polls: Polls<T>;
  /** @throws PolyvolError `not_found` */
  get(call: Call, id: string): Promise<T>;
  /** `undefined`: there is none. */
  tryGet(call: Call, id: string): Promise<T | undefined>;
  /** Everything that matches, by a complete listing within the call. */
  listAll(call: Call, query: Query): Promise<readonly T[]>;
  list(query: Query, options: ListOptions | undefined): Listing<T>;
}

export interface ResourcesSetup<T, Query> {
  readonly kind: "volume" | "snapshot";
  readonly runtime: Runtime;
  readonly getOne: (id: string, context: CallContext) => Promise<T>;
  readonly getPage: (query: Query, page: PageRequest, context: CallContext) => Promise<DriverPage<T>>;
  readonly matches: (item: T, query: Query) => boolean;
}

export function createResources<T extends Volume | Snapshot, Query extends object>(
  setup: ResourcesSetup<T, Query>,
): Resources<T, Query> {
  const { kind, runtime } = setup;
  const { driver } = runtime;
  const paging = (kind === "snapshot" ? driver.snapshotPaging : undefined) ?? driver.paging;

  const get = (call: Call, id: string): Promise<T> =>
    call.send("read", async (context) => answeredFor(id, await setup.getOne(id, context)));

  async function tryGet(call: Call, id: string): Promise<T | undefined> {
    try {
      return await get(call, id);
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
      fetch: (page, abortSignal, attempts) => fetch(asked, page, abortSignal, attempts),
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
    return createListing({
      name: `${driver.provider} ${kind}s ${JSON.stringify(query)}`,
      source: { ...sourceOf(query, fetch), concurrency: runtime.listConcurrency, requestSize },
      matches: (item) => {
        watch?.see(item);
        return setup.matches(item, query);
      },
      atEnd: watch?.atEnd,
      abortSignal,
      describeError: (error) =>
        isPolyvolError(error) && error.provider === undefined
          ? extendError(error, { provider: driver.provider, operation: `${kind}s.list`, attempts: 0 })
          : error,
    });
  }

  const polls = createPolls<T>(
    {
      get: (id, operation, abortSignal) =>
        runCall(runtime, readCall(operation, { abortSignal }), (call) => tryGet(call, id)),
      pages: (operation, abortSignal) =>
        walkOf<T>({
          ...sourceOf({} as Query, (query, page, signal) =>
            runCall(runtime, readCall(operation, { abortSignal: signal }), (call) =>
              call.send("read", (context) => setup.getPage(query, page, context)),
            ),
          ),
          // One after the other: what is wanted may be on the first.
          concurrency: 0,
          requestSize: undefined,
        })(undefined, abortSignal),
    },
    runtime,
  );

  return {
    kind,
    polls,
    get,
    tryGet,
    listAll: (call, query) =>
      listingOf(query, call.abortSignal, undefined, (asked, page, abortSignal, attempts) =>
        call.send("read", (context) =>
          setup.getPage(asked, page, watched({ ...context, abortSignal }, attempts)),
        ),
      ).toArray(),
    list: (query, options) =>
      listingOf(query, options?.abortSignal, options?.requestSize, (asked, page, abortSignal, attempts) =>
        runCall(runtime, readCall(`${kind}s.list`, { ...options, abortSignal }), (call) =>
          call.send("read", (context) => setup.getPage(asked, page, watched(context, attempts))),
        ),
      ),
  };
}

/** The context of one attempt, which has begun. */
function watched(context: CallContext, attempts: Attempts | undefined): CallContext {
  if (attempts === undefined) return context;
  attempts.onStart();
  return { ...context, onAnswer: attempts.onAnswer };
}

function readCall(
  operation: string,
  options: ListOptions,
): { operation: string; options: ListOptions; waits: false; changes: false } {
  return { operation, options, waits: false, changes: false };
}
