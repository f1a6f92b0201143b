import { isPolyvolError, PolyvolError } from "@polyvol/core";
import { resolveSecret, type SecretSource } from "@polyvol/core/driver";
import type { Authorize } from "@polyvol/core/http";

/** Whether this can stand in a header. Prefixes such as `dop_v1_` are not required: older tokens have none. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

/** Adds the bearer token. A file or callback is asked for every request, so a rotated token takes effect. */
export function bearer(source: SecretSource): Authorize {
  return async (request) => {
    const token = typeof source === "string" ? source : await readToken(source);
    request.headers["authorization"] = `Bearer ${token}`;
  };
}

async function readToken(source: Exclude<SecretSource, string>): Promise<string> {
  const from = typeof source === "function" ? "the token callback" : `the token file ${source.file}`;
  const details = { outcome: "not_applied" } as const;
  const token = await resolveSecret(source).catch((cause: unknown) => {
    if (isPolyvolError(cause, "unauthenticated")) throw cause;
    throw new PolyvolError("unauthenticated", `${from} failed`, { ...details, cause });
  });
  if (isToken(token)) return token;
  throw new PolyvolError("unauthenticated", `${from} gave nothing that can be a token`, details);
}
