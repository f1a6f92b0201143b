import type { BlockStorage, Listing, Snapshots, Volumes } from "@polyvol/core";
import type { CallSpans, TracedCall } from "./call-spans.ts";

/** The same storage, each of whose calls is a span. */
export function traceStorage(storage: BlockStorage, spans: CallSpans): BlockStorage {
  const { provider, capabilities, driver, volumes, snapshots } = storage;
  const traced =
    <Given extends readonly unknown[], Result>(
      operation: string,
      call: (...given: Given) => Promise<Result>,
    ) =>
    (...given: Given): Promise<Result> =>
      spans.run({ provider, operation }, () => call(...given));
  const listed = <Item>(operation: string, listing: Listing<Item>): Listing<Item> =>
    traceListing(spans, { provider, operation }, listing);

  const tracedVolumes: Volumes = {
    list: (...given) => listed("volumes.list", volumes.list(...given)),
    get: traced("volumes.get", (...given) => volumes.get(...given)),
    find: traced("volumes.find", (...given) => volumes.find(...given)),
    create: traced("volumes.create", (...given) => volumes.create(...given)),
    beginCreate: traced("volumes.beginCreate", (...given) => volumes.beginCreate(...given)),
    resize: traced("volumes.resize", (...given) => volumes.resize(...given)),
    attach: traced("volumes.attach", (...given) => volumes.attach(...given)),
    detach: traced("volumes.detach", (...given) => volumes.detach(...given)),
    revert: traced("volumes.revert", (...given) => volumes.revert(...given)),
    rename: traced("volumes.rename", (...given) => volumes.rename(...given)),
    delete: traced("volumes.delete", (...given) => volumes.delete(...given)),
  };
  const tracedSnapshots: Snapshots = {
    list: (...given) => listed("snapshots.list", snapshots.list(...given)),
    get: traced("snapshots.get", (...given) => snapshots.get(...given)),
    find: traced("snapshots.find", (...given) => snapshots.find(...given)),
    create: traced("snapshots.create", (...given) => snapshots.create(...given)),
    beginCreate: traced("snapshots.beginCreate", (...given) => snapshots.beginCreate(...given)),
    update: traced("snapshots.update", (...given) => snapshots.update(...given)),
    delete: traced("snapshots.delete", (...given) => snapshots.delete(...given)),
  };
  return {
    provider,
    capabilities,
    driver,
    volumes: tracedVolumes,
    snapshots: tracedSnapshots,
    resume: (...given) => spans.run({ provider, operation: "resume" }, () => storage.resume(...given)),
    checkHealth: traced("checkHealth", (...given) => storage.checkHealth(...given)),
    run: (operation, ...given) => spans.run({ provider, operation }, () => storage.run(operation, ...given)),
  };
}

function traceListing<Item>(spans: CallSpans, call: TracedCall, listing: Listing<Item>): Listing<Item> {
  return {
    [Symbol.asyncIterator]: () => spans.iterate(call, () => listing[Symbol.asyncIterator]()),
    byPage: (options) => spans.iterate(call, () => listing.byPage(options)),
    toArray: (options) => spans.run(call, () => listing.toArray(options)),
  };
}
