import * as z from "zod";
import { strictObject, text } from "../kit/validation.ts";
import { apiError } from "./responses.ts";

/** What a token may do. */
export interface Grant {
  has(scope: string): boolean;
  /** True when every one of the scopes is granted. */
  allows(scopes: readonly string[]): boolean;
}

/** Coarse scopes, with the short names that are accepted for them. */
const FULL = new Set(["api:write", "write", "full"]);
const READ = new Set(["api:read", "read"]);

/** Scopes that bring others along. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  "snapshot:delete": [
    "image:delete",
    "image:read",
    "droplet:read",
    "regions:read",
    "sizes:read",
    "actions:read",
    "snapshot:read",
  ],
};

/** True for `full`, `write`, `read` and everything of the form `resource:verb`. */
export function isScope(text: string): boolean {
  return FULL.has(text) || READ.has(text) || /^[a-z0-9_]+:[a-z_]+$/.test(text);
}

/** A token that exists. */
export const token = strictObject({
  /** The token itself. */
  token: text,
  /**
   * `api:write` (or `full`), `api:read` (or `read`), or custom scopes such as `block_storage:read`. Default: full
   * access. Without `tag:read` tags are hidden.
   */
  scopes: z
    .array(z.string().refine(isScope, "must be a scope such as block_storage:read"))
    .readonly()
    .optional(),
});

/** Makes a grant from the names of scopes. */
function createGrant(scopes: readonly string[]): Grant {
  const full = scopes.some((scope) => FULL.has(scope));
  const read = scopes.some((scope) => READ.has(scope));
  const custom = new Set(scopes.flatMap((scope) => [scope, ...(IMPLIED[scope] ?? [])]));
  const has = (scope: string): boolean => full || (read && scope.endsWith(":read")) || custom.has(scope);
  return { has, allows: (required) => full || required.every(has) };
}

/** A token that was accepted. */
export interface Identity {
  readonly token: string;
  readonly grant: Grant;
}

/** Finds out who is asking; throws 401 when nobody is. */
export type Authenticate = (authorization: string | undefined) => Identity;

/** `tokens`: those that are accepted; default any, with full access. */
export function createAuthentication(
  tokens: readonly (string | z.output<typeof token>)[] | undefined,
): Authenticate {
  const identities = new Map<string, Identity>();
  for (const entry of tokens ?? []) {
    const { token, scopes = ["api:write"] } = typeof entry === "string" ? { token: entry } : entry;
    identities.set(token, { token, grant: createGrant(scopes) });
  }
  const full = createGrant(["api:write"]);

  return (authorization) => {
    const token = /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw apiError(401);
    const known = identities.get(token);
    if (known !== undefined) return known;
    if (tokens !== undefined) throw apiError(401);
    return { token, grant: full };
  };
}
