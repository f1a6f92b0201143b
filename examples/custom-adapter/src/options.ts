import { type BlockStorageOptions, type Clock, PolyvolError } from "@polyvol/core";
import type { SecretSource } from "@polyvol/core/driver";
import * as z from "zod";

export interface AtticDriverOptions {
  /** Origin of the service. Plain `http:` for loopback addresses only. */
  readonly baseUrl: string;
  /** The value, `{ file }`, or a callback. Default: the environment variable `ATTIC_TOKEN`. */
  readonly token?: SecretSource;
  /** Room for volumes whose creation names no region. Default: none, each has to name one. */
  readonly region?: string;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
}

/** The driver's own options and those of every storage. */
export interface AtticStorageOptions extends AtticDriverOptions, BlockStorageOptions {}

const callback = z.custom((value) => typeof value === "function");
const secret = z.union([z.string().min(1), z.strictObject({ file: z.string() }), callback], {
  error: "must be a token, { file: path } or a callback",
});
/** Options of core and of its HTTP client, named here so that a misspelt one is noticed. */
const rest =
  "clock fetch onEvent retry polling timeoutMs waitTimeoutMs listConcurrency without limits random";
const known = z.strictObject({
  ...Object.fromEntries(rest.split(" ").map((name) => [name, z.unknown().optional()])),
  baseUrl: z.url("must be an https URL, or an http one of a loopback address"),
  token: secret,
  region: z.string("must be the name of a room").min(1).optional(),
});

/** @throws PolyvolError `invalid_argument` naming the option and what is allowed, never a value */
export function withDefaults<T extends AtticDriverOptions>(options: T): T & { readonly token: SecretSource } {
  const complete = { ...options, token: options.token ?? process.env["ATTIC_TOKEN"] ?? "" };
  const issue = known.safeParse(complete).error?.issues[0];
  if (issue !== undefined)
    throw refused(`${["option", ...issue.path.map(String)].join(" ")}: ${issue.message}`);
  return complete;
}

/** An argument that is refused before anything is sent. */
export function refused(reason: string): PolyvolError {
  return new PolyvolError("invalid_argument", reason, { outcome: "not_applied" });
}
