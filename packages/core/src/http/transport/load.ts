import { type Transport, TransportNotLoaded } from "./contract.ts";

/** The name that runtimes give themselves; others than Node may have its modules, too, but not its connections. */
const isNode = globalThis.navigator?.userAgent.startsWith("Node.js/") === true;

/** The transport that the options choose. Loaded apart, since each brings more than all the rest. */
export async function loadTransport(fetch: typeof globalThis.fetch | undefined): Promise<Transport> {
  if (fetch === undefined && isNode) return (await import("./node.ts")).sendByNode;
  return (await import("./fetch.ts")).createFetchTransport(fetch);
}

/**
 * The transport that `load` gives, loaded with the first request. One that cannot be loaded rejects with
 * {@link TransportNotLoaded}, and the next request tries again.
 */
export function loadedOnUse(load: () => Promise<Transport>): Transport {
  let loading: Promise<Transport> | undefined;
  let loaded: Transport | undefined;
  return (request) => {
    if (loaded !== undefined) return loaded(request);
    loading ??= load();
    return loading.then(
      (transport) => {
        loaded = transport;
        return transport(request);
      },
      (cause: unknown) => {
        loading = undefined;
        throw new TransportNotLoaded(cause);
      },
    );
  };
}
