/**
 * Whether the platform's `fetch` is as Node made it. Somebody who replaces it (msw and other interceptors), or sets a
 * dispatcher or a proxy for it, means requests like ours, too.
 *
 * Node's own HTTP client is loaded when first used. A dispatcher that stood here before was put there by we do not know
 * whom; one that comes with the loading is Node's own, and any later one the user's.
 */
const DISPATCHER: unique symbol = Symbol.for("undici.globalDispatcher.1") as never;
const NODE_FETCH = /\binternal\/deps\/undici\/undici\b/;
const PROXY_SWITCH = "--use-env-proxy";

const before = dispatcher();
const proxied =
  (process.env["NODE_USE_ENV_PROXY"] ?? "") !== "" ||
  process.execArgv.includes(PROXY_SWITCH) ||
  (process.env["NODE_OPTIONS"] ?? "").includes(PROXY_SWITCH);
let expected: unknown = before;
let genuine: typeof globalThis.fetch | undefined;

function dispatcher(): unknown {
  return (globalThis as { readonly [DISPATCHER]?: unknown })[DISPATCHER];
}

/** Runs what loads Node's own HTTP client, and remembers the dispatcher that this brings with it. */
export async function loadingNodeClient<T>(load: () => Promise<T>): Promise<T> {
  if (dispatcher() !== undefined) return load();
  // Touching it loads it, in one turn: nothing else can come in between.
  void globalThis.Request;
  expected = dispatcher();
  return load();
}

/** Whether a request by `node:http` has the same effect as one by the global `fetch`. */
export function isPlatformUntouched(): boolean {
  if (proxied || before !== undefined || dispatcher() !== expected) return false;
  if (globalThis.fetch === genuine) return true;
  if (!NODE_FETCH.test(Function.prototype.toString.call(globalThis.fetch))) return false;
  genuine = globalThis.fetch;
  return true;
}
