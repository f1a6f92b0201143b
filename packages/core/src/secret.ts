import { isPolyvolError, PolyvolError, refused } from "./errors.ts";
import { readTextFile, UnfitFile } from "./read-file.ts";

/** A credential is a few lines at most. */
const MOST_BYTES = 64 * 1024;

/**
 * Where a credential comes from: the value itself, a file that holds it (white space around it is dropped), or a
 * callback that is asked before every request, so that credentials can rotate.
 */
export type SecretSource = string | { readonly file: string } | (() => string | Promise<string>);

/**
 * The credential now. Files are read at each call, so a replaced file takes effect. Errors never hold the value.
 * @throws PolyvolError `unauthenticated` for a path that names no regular file of at most 64 KiB; else what the file
 * system or the callback throws
 */
export async function resolveSecret(source: SecretSource): Promise<string> {
  if (typeof source === "string") return source;
  if (typeof source === "function") return await source();
  try {
    return (await readTextFile(source.file, { mostBytes: MOST_BYTES })).trim();
  } catch (cause) {
    if (!(cause instanceof UnfitFile)) throw cause;
    const reason = `the credential file ${cause.message}`;
    throw new PolyvolError("unauthenticated", reason, { outcome: "not_applied", cause });
  }
}

/** Whether `value` can stand in a header as a key or token: visible ASCII, so that it hides no white space or line end. */
export function isHeaderSafe(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

/** Why a value cannot stand in a header, without any of it. */
function unfitWords(value: unknown): string {
  if (typeof value !== "string") return "it is no text";
  if (value.trim() === "") return "it is empty";
  const lines = value.trim().split("\n").length;
  if (lines > 1) return `it has ${lines} lines`;
  return /\s/.test(value) ? "it has white space in it" : "it has a character in it that is not visible ASCII";
}

/**
 * The credential now, fit for a header. `name` says in errors which one it is, such as `token`.
 * @throws PolyvolError `unauthenticated` when the source fails, or gives what cannot stand in a header
 */
export async function resolveHeaderSecret(source: SecretSource, name: string): Promise<string> {
  const from = `the ${name} ${typeof source === "object" ? `file ${source.file}` : "callback"}`;
  const value = await resolveSecret(source).catch((cause: unknown) => {
    if (isPolyvolError(cause, "unauthenticated")) throw cause;
    throw new PolyvolError("unauthenticated", `${from} failed`, { outcome: "not_applied", cause });
  });
  if (isHeaderSafe(value)) return value;
  const reason = `${from} gave nothing that can be a ${name}: ${unfitWords(value)}`;
  throw refused("unauthenticated", reason);
}
