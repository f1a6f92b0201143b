import { apiError } from "./errors.ts";
import type { Settings } from "./options.ts";
import { createGrant, type Grant } from "./scopes.ts";

/** A token that was accepted. */
export interface Identity {
  readonly token: string;
  readonly grant: Grant;
}

/** Finds out who is asking; throws 401 when nobody is. */
export type Authenticate = (authorization: string | undefined) => Identity;

/** How many tokens are remembered when any token will do. */
const REMEMBERED_TOKENS = 10_000;

export function createAuthentication(tokens: Settings["tokens"]): Authenticate {
  const identities = new Map<string, Identity>();
  for (const entry of tokens ?? []) {
    const { token, scopes = ["api:write"] } = typeof entry === "string" ? { token: entry } : entry;
    identities.set(token, { token, grant: createGrant(scopes) });
  }
  const anyone = tokens === undefined;
  const full = createGrant(["api:write"]);

  return (authorization) => {
    const token = /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw apiError(401);
    const known = identities.get(token);
    if (known !== undefined) return known;
    if (!anyone) throw apiError(401);
    const identity: Identity = { token, grant: full };
    if (identities.size < REMEMBERED_TOKENS) identities.set(token, identity);
    return identity;
  };
}
