/**
 * Whether the global `fetch` is as Node made it. Somebody who replaces it (msw and other interceptors), or sets a
 * dispatcher or a proxy for it, means requests like ours, too. Whatever is not known for certain counts as changed.
 */
const DISPATCHER: unique symbol = Symbol.for("undici.globalDispatcher.1") as never;
const NODE_FETCH = /\binternal\/deps\/undici\/undici\b/;
/** Node's copy of the class as its build left it; the npm package's has no such line. */
const NODE_AGENT = /^class\b[^{]*\{\s*static \{\s*__name\(this, "Agent"\)/;
const PROXY_SWITCH = "--use-env-proxy";

const proxied =
  (process.env["NODE_USE_ENV_PROXY"] ?? "") !== "" ||
  process.execArgv.includes(PROXY_SWITCH) ||
  (process.env["NODE_OPTIONS"] ?? "").includes(PROXY_SWITCH);
let genuineFetch: unknown;
let genuineDispatcher: unknown;

/** Whether a request by `node:http` has the same effect as one by the global `fetch`. */
export function isPlatformUntouched(): boolean {
  return !proxied && isGenuineFetch() && isGenuineDispatcher();
}

function isGenuineFetch(): boolean {
  const { fetch } = globalThis;
  if (fetch === genuineFetch) return true;
  if (!NODE_FETCH.test(sourceOf(fetch))) return false;
  genuineFetch = fetch;
  return true;
}

/** Node sets one when its own client is loaded, which the first use of many globals does. */
function isGenuineDispatcher(): boolean {
  const dispatcher = (globalThis as { readonly [DISPATCHER]?: object })[DISPATCHER];
  if (dispatcher === genuineDispatcher) return true;
  if (!NODE_AGENT.test(sourceOf(dispatcher?.constructor)) || !hasDefaults(dispatcher)) return false;
  genuineDispatcher = dispatcher;
  return true;
}

/** Node's class can be had by way of the instance, and used with options. */
function hasDefaults(dispatcher: object | undefined): boolean {
  const symbol = Object.getOwnPropertySymbols(dispatcher ?? {}).find(
    (each) => each.description === "options",
  );
  const options = symbol === undefined ? undefined : Reflect.get(dispatcher ?? {}, symbol);
  if (typeof options !== "object" || options === null) return false;
  return Object.values(options).every((value) => value === undefined || value === Number.POSITIVE_INFINITY);
}

function sourceOf(value: unknown): string {
  return typeof value === "function" ? Function.prototype.toString.call(value) : "";
}
