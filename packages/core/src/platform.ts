/**
 * What only some runtimes have. Beside the transport of Node this is the one place that names it, and nothing of it is
 * touched before somebody needs it: a browser or a worker loads all the rest as it is.
 */
import { PolyvolError } from "./errors.ts";

/** Variables by name, as in `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The environment variables of the process, each read when it is asked for. None where the runtime has none, and none
 * that the runtime keeps from us: Deno throws for those that it was not allowed.
 */
export function environmentVariables(): Variables {
  return new Proxy<Record<string, string | undefined>>({}, { get: (_, name) => readVariable(String(name)) });
}

function readVariable(name: string): string | undefined {
  try {
    return globalThis.process?.env[name];
  } catch {
    return undefined;
  }
}

/** Refuses a runtime that is too old, before a call fails in the words of the runtime. @throws PolyvolError `unsupported` */
export function checkRuntime(): void {
  if (typeof Promise.withResolvers === "function") return;
  const node = globalThis.process?.versions.node;
  const found = node === undefined ? "this runtime has no Promise.withResolvers" : `this is Node ${node}`;
  throw new PolyvolError(
    "unsupported",
    `Polyvol needs Node 22.21 or newer of its line, or 24.5 or newer; ${found}`,
  );
}

/**
 * The file system.
 * @throws Error where the runtime has none
 */
export function fileSystem(): typeof import("node:fs") {
  const fileSystem = globalThis.process?.getBuiltinModule?.("node:fs");
  if (fileSystem === undefined) throw new Error("this runtime has no files: give the value or a callback");
  return fileSystem;
}

/**
 * HMAC-SHA256 of a text in base64, at once. `undefined` where the runtime has only the Web Crypto API, which sends each
 * text to another thread and waits for it.
 */
export function hmacSha256(key: string, text: string): string | undefined {
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  return crypto?.createHmac("sha256", key).update(text).digest("base64");
}

/** Whether all that runs here is one program's: a worker, which keeps requests apart, lets none wait for another. */
const isProcess = /^(?:Node\.js|Bun|Deno)\//.test(globalThis.navigator?.userAgent ?? "");
let digestKey: string | undefined;

/**
 * What tells texts apart within this process and gives none of them away: an HMAC whose key each process draws for itself.
 * `undefined` where the runtime is no process, or cannot do it at once.
 */
export function processDigest(text: string): string | undefined {
  if (!isProcess) return undefined;
  digestKey ??= crypto.randomUUID();
  return hmacSha256(digestKey, text);
}
