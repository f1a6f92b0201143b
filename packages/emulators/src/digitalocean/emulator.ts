import { createEmulator, splitOptions } from "../kit/emulator.ts";
import type { Emulator } from "../kit/emulator-types.ts";
import { createIds } from "../kit/ids.ts";
import { createRouter, rawPath } from "../kit/router.ts";
import type { EmulatedService, ServiceRequest, ServiceResponse } from "../kit/service.ts";
import { check } from "../kit/validation.ts";
import { accountOperations } from "./account.ts";
import { actionOperations } from "./actions.ts";
import { createAuthentication, type Identity } from "./auth.ts";
import { dropletOperations } from "./droplets.ts";
import { type DigitalOceanOptions, optionsSchema, type ResolvedOptions } from "./options.ts";
import { createQuota, type Quota, type QuotaHeaders } from "./quota.ts";
import { dumpState, inventoryOf } from "./render.ts";
import { ApiError, apiError, corsHeaders, errorResponse, notFound, preflight } from "./responses.ts";
import { addSeed } from "./seed.ts";
import { snapshotOperations } from "./snapshots.ts";
import { createState } from "./state.ts";
import { tagOperations } from "./tags.ts";
import { volumeOperations } from "./volumes.ts";

/**
 * Makes an emulator of the volume, snapshot, action and tag operations of DigitalOcean's API, and of those beside
 * them that volume clients use. Throws `InvalidInput` for options that cannot be.
 *
 * @example
 * const emulator = createDigitalOceanEmulator({ tokens: ["T"], droplets: [{ id: 1001, region: "nyc3" }] });
 * const listener = await emulator.listen();
 */
export function createDigitalOceanEmulator(options: DigitalOceanOptions = {}): Emulator {
  const { shell, own } = splitOptions(options);
  const service = createService(check(optionsSchema, own, "options"), shell.randomSeed, shell.clock.now());
  return createEmulator(service, shell);
}

/** Ids that do not look like ids lead nowhere, whatever exists. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  volume_id: /^[0-9a-f-]+$/i,
  snapshot_id: /^[0-9a-f-]+$/i,
  action_id: /^\d{1,15}$/,
  droplet_id: /^\d{1,15}$/,
  tag_name: /^[a-zA-Z0-9_:-]{1,255}$/,
};

const router = createRouter(
  [
    ...volumeOperations,
    ...snapshotOperations,
    ...actionOperations,
    ...tagOperations,
    ...dropletOperations,
    ...accountOperations,
  ],
  PATTERNS,
);

/** The emulated API: who asks, whether the quota allows it, which operation it is, and whether the token may. */
function createService(options: ResolvedOptions, randomSeed: number, startMs: number): EmulatedService {
  const { quotaPerMinute, quotaPerHour = 20 * quotaPerMinute, tokens } = options;
  const state = createState(options, randomSeed, startMs);
  const authenticate = createAuthentication(tokens);
  const quotas = new Map<string, Quota>();
  const untouched = createQuota(quotaPerMinute, quotaPerHour);
  // A source of its own, so that a reset of the state does not repeat the ids of requests.
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
    const { operation, params } = found;
    const { grant } = identity;
    if (!grant.allows(operation.scopes)) throw apiError(403);
    const view = { tags: grant.has("tag:read"), sizes: grant.has("sizes:read"), nulls: false };
    return operation.handler({ state, request, params, grant, now, view });
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
    handle(request, now) {
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
    failure(status, request, now) {
      const requestId = requestIds.requestId();
      const quota = untouched.peek(now);
      const response =
        status < 400 ? { status, headers: {}, body: {} } : errorResponse(apiError(status), requestId);
      return finish(response, request, requestId, quota);
    },
    runDue: state.schedule.runDue,
    state: (now) => dumpState(state, now),
    inventory: () => inventoryOf(state),
    seed: (data, now) => addSeed(state, data, now),
    reset(now) {
      state.reset(now);
      quotas.clear();
    },
  };
}
