import { PolyvolError } from "./errors.ts";
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
