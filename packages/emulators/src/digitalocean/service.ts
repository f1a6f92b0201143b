import { createIds } from "../kit/ids.ts";
import { rawPath } from "../kit/node-request.ts";
import { createRouter } from "../kit/router.ts";
import type { Clock, EmulatedService, ServiceRequest, ServiceResponse } from "../kit/service.ts";
import { createAuthentication, type Identity } from "./auth.ts";
import type { Operation } from "./call.ts";
import { corsHeaders, preflight } from "./cors.ts";
import { ApiError, apiError, errorResponse, notFound } from "./errors.ts";
import type { Settings } from "./options.ts";
import { createQuota, type Quota, type QuotaHeaders } from "./quota.ts";
import { actionOperations } from "./routes-actions.ts";
import { dropletOperations } from "./routes-droplets.ts";
import { neighbourOperations } from "./routes-neighbours.ts";
import { snapshotOperations } from "./routes-snapshots.ts";
import { tagOperations } from "./routes-tags.ts";
import { volumeOperations } from "./routes-volumes.ts";
import { seedWorld } from "./seed.ts";
import { dumpWorld, inventoryOf } from "./state.ts";
import { createWorld } from "./world.ts";

/** Ids that do not look like ids lead nowhere, whatever exists. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  volume_id: /^[0-9a-f-]+$/i,
  snapshot_id: /^[0-9a-f-]+$/i,
  action_id: /^\d{1,15}$/,
  droplet_id: /^\d{1,15}$/,
  tag_name: /^[a-zA-Z0-9_:-]{1,255}$/,
};

const router = createRouter<Operation>(
  [
    ...volumeOperations,
    ...snapshotOperations,
    ...actionOperations,
    ...tagOperations,
    ...dropletOperations,
    ...neighbourOperations,
  ].map((operation) => ({ method: operation.method, path: operation.path, handler: operation })),
  PATTERNS,
);

/** The emulated API: who asks, whether the quota allows it, which operation it is, and whether the token may. */
export function createDigitalOceanService(
  settings: Settings,
  clock: Clock,
  randomSeed: number,
): EmulatedService {
  const { quotaPerMinute, quotaPerHour = 20 * quotaPerMinute, tokens } = settings;
  const world = createWorld(settings, randomSeed, clock.now());
  const authenticate = createAuthentication(tokens);
  const quotas = new Map<string, Quota>();
  const untouched = createQuota(quotaPerMinute, quotaPerHour);
  // A source of its own, so that a reset of the world does not repeat the ids of requests.
  const requestIds = createIds(randomSeed);

  function quotaOf({ token }: Identity): Quota {
    const known = quotas.get(token);
    if (known !== undefined) return known;
    const made = createQuota(quotaPerMinute, quotaPerHour);
    quotas.set(token, made);
    return made;
  }

  function run(identity: Identity, request: ServiceRequest, now: number): ServiceResponse {
    const found = router.find(request.method, rawPath(request.rawTarget));
    if (found === undefined) throw notFound();
    const { grant } = identity;
    if (!grant.allows(found.handler.scopes)) throw apiError(403);
    const view = { tags: grant.has("tag:read"), sizes: grant.has("sizes:read"), nulls: false };
    return found.handler.handler({ world, request, params: found.params, grant, now, view });
  }

  function finish(
    response: ServiceResponse,
    request: ServiceRequest,
    requestId: string,
    quota: QuotaHeaders,
  ): ServiceResponse {
    const headers = { ...response.headers, "x-request-id": requestId, ...quota, ...corsHeaders(request) };
    return { ...response, headers };
  }

  return {
    provider: "digitalocean",
    secrets: (tokens ?? []).map((entry) => (typeof entry === "string" ? entry : entry.token)),
    hosts: ["api.digitalocean.com"],
    handle(request) {
      const now = clock.now();
      world.schedule.runDue(now);
      const requestId = requestIds.requestId();
      let quota = untouched.peek(now);
      try {
        if (request.method === "OPTIONS") return finish(preflight(request), request, requestId, quota);
        const identity = authenticate(request.headers.get("authorization"));
        const verdict = quotaOf(identity).take(now);
        quota = verdict.headers;
        if (verdict.refused !== undefined) {
          const wait = verdict.retryAfter;
          throw apiError(429, undefined, wait === undefined ? {} : { "retry-after": String(wait) });
        }
        return finish(run(identity, request, now), request, requestId, quota);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return finish(errorResponse(error, requestId), request, requestId, quota);
      }
    },
    failure(status, request) {
      const requestId = requestIds.requestId();
      const quota = untouched.peek(clock.now());
      const response =
        status < 400 ? { status, headers: {}, body: {} } : errorResponse(apiError(status), requestId);
      return finish(response, request, requestId, quota);
    },
    state: () => {
      world.schedule.runDue(clock.now());
      return dumpWorld(world, clock.now());
    },
    inventory() {
      world.schedule.runDue(clock.now());
      return inventoryOf(world);
    },
    seed(data) {
      world.schedule.runDue(clock.now());
      seedWorld(world, data, clock.now());
    },
    reset() {
      world.reset(clock.now());
      quotas.clear();
    },
  };
}
