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

/** Makes a grant from the names of scopes. */
export function createGrant(scopes: readonly string[]): Grant {
  const full = scopes.some((scope) => FULL.has(scope));
  const read = scopes.some((scope) => READ.has(scope));
  const custom = new Set(scopes.flatMap((scope) => [scope, ...(IMPLIED[scope] ?? [])]));
  const has = (scope: string): boolean => full || (read && scope.endsWith(":read")) || custom.has(scope);
  return { has, allows: (required) => full || required.every(has) };
}
