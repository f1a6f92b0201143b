/**
 * The scopes that requests need, for tokens with custom ones: the `x-required-scopes` of the API's description
 * (https://github.com/digitalocean/openapi), first fit. A token with full access has them all.
 */
type Need = readonly [method: string, path: RegExp, scopes: readonly string[], withTags?: string];

const ACTIONS = /^\/v2\/volumes\/(?:[^/]+\/)?actions/;
const OF_VOLUME = /^\/v2\/volumes\/(?:snapshots\/[^/]+|[^/]+\/snapshots)$/;
const NEEDS: readonly Need[] = [
  ["GET", ACTIONS, ["block_storage_action:read"]],
  ["POST", ACTIONS, ["block_storage_action:create"]],
  ["GET", OF_VOLUME, ["block_storage_snapshot:read"]],
  ["POST", OF_VOLUME, ["block_storage_snapshot:create"], "tag:create"],
  ["DELETE", OF_VOLUME, ["block_storage_snapshot:delete"]],
  ["GET", /^\/v2\/volumes/, ["block_storage:read"]],
  ["POST", /^\/v2\/volumes$/, ["block_storage:create"], "tag:create"],
  ["DELETE", /^\/v2\/volumes/, ["block_storage:delete"]],
  ["GET", /^\/v2\/snapshots$/, ["snapshot:read"]],
  ["GET", /^\/v2\/snapshots\//, ["snapshot:read", "block_storage_snapshot:read"]],
  ["DELETE", /^\/v2\/snapshots\//, ["snapshot:delete", "image:delete"]],
  ["GET", /^\/v2\/actions/, ["actions:read"]],
  ["GET", /^\/v2\/tags/, ["tag:read"]],
  ["POST", /^\/v2\/tags/, ["tag:create"]],
  ["DELETE", /^\/v2\/tags/, ["tag:delete"]],
];

/** What a refused request needs, in words; undefined for a request that the adapter does not make. */
export function neededScopes(method: string, path: string): string | undefined {
  // A path may stand behind one of a proxy.
  const own = path.slice(Math.max(0, path.indexOf("/v2/"))).replace(/\/$/, "");
  const [, , scopes, withTags] = NEEDS.find(([each, shape]) => each === method && shape.test(own)) ?? [];
  if (scopes === undefined) return undefined;
  const needs = `it needs the ${scopes.length === 1 ? "scope" : "scopes"} ${scopes.join(" and ")}`;
  return withTags === undefined ? needs : `${needs}, and with tags also ${withTags}`;
}
