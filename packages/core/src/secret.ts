import { readFile } from "node:fs/promises";

/**
 * Where a credential comes from: the value itself, a file that holds it (white space around it is dropped), or a
 * callback that is asked before every request, so that credentials can rotate.
 */
export type SecretSource = string | { readonly file: string } | (() => string | Promise<string>);

/** The credential now. Files are read at each call, so a replaced file takes effect. Errors never hold the value. */
export async function resolveSecret(source: SecretSource): Promise<string> {
  if (typeof source === "string") return source;
  if (typeof source === "function") return await source();
  return (await readFile(source.file, "utf8")).trim();
}
