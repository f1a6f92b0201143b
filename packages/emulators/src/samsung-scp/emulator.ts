import { createEmulator, splitOptions } from "../kit/emulator.ts";
import type { Emulator, EmulatorOptions } from "../kit/emulator-types.ts";
import { createRouter, rawPath } from "../kit/router.ts";
import type { EmulatedService, ServiceRequest, ServiceResponse } from "../kit/service.ts";
import { InvalidInput } from "../kit/validation.ts";
import { createVersionTable, type ResolvedVersion } from "./api-versions.ts";
import { createAuthentication, hasScpHeaders } from "./auth.ts";
import { json } from "./call.ts";
import { type Operation, operations } from "./operations.ts";
import { resolveOptions, type SamsungScpOptions } from "./options.ts";
import { createRenderer, inventoryOf } from "./render.ts";
import {
  ApiError,
  errorResponse,
  failureResponse,
  forbidden,
  gatewayResponse,
  methodNotAllowed,
  noSuchVersion,
  notFound,
} from "./responses.ts";
import { addSeed } from "./seed.ts";
import { createState } from "./state.ts";

/** The provider's own options and those of every emulator: clock, latency, faults, log. */
export interface SamsungScpEmulatorOptions extends SamsungScpOptions, EmulatorOptions {}

/**
 * Makes an emulator of the `virtualserver` API of Samsung Cloud Platform v2, as far as it is about volumes and
 * snapshots. Needs at least one access key. Throws `InvalidInput` when an option is wrong.
 *
 * @example
 * const emulator = createSamsungScpEmulator({ accessKey: "A", secretKey: "S", servers: [serverId] });
 * const listener = await emulator.listen();
 */
export function createSamsungScpEmulator(options: SamsungScpEmulatorOptions): Emulator {
  const { shell, own } = splitOptions(options);
  return createEmulator(createService(own, shell.randomSeed, shell.clock.now()), shell);
}

const router = createRouter(operations);

/** The `virtualserver` service of one region, behind the gateway that all services share. */
function createService(given: SamsungScpOptions, randomSeed: number, startMs: number): EmulatedService {
  const options = resolveOptions(given);
  const state = createState(options, randomSeed, startMs);
  const render = createRenderer(options.timestamps);
  const versions = createVersionTable(options.versions, options.expiredVersions === "refuse");
  const authenticate = createAuthentication({ ...options, defaultAccountId: state.defaultAccountId });
  const onlyVersions = versionsByOperation(options.operationVersions);
  const baseUrl = (request: ServiceRequest): string => options.publicUrl ?? request.origin;

  function has({ name, since }: Operation, version: ResolvedVersion): boolean {
    const only = onlyVersions.get(name);
    return only === undefined ? version.rank >= since : only.has(version.id);
  }

  function listVersions(request: ServiceRequest, now: number): ServiceResponse {
    const links = [{ href: `${baseUrl(request)}/v1`, rel: "self" }];
    const listed = versions.list(now).map(({ id, status, notBefore }) => ({
      id: `v${id}`,
      links,
      not_before: notBefore,
      status,
    }));
    return json(200, { versions: listed });
  }

  /** The catalogue is another service's; it is here so that clients which begin there need no second server. */
  function listEndpoints(request: ServiceRequest): ServiceResponse {
    const endpoint = {
      region: options.region,
      service_type: "scp-virtualserver",
      service_name: "virtualserver",
      url: baseUrl(request),
    };
    return json(200, { endpoints: [endpoint] });
  }

  function run(request: ServiceRequest, path: string, now: number): ServiceResponse {
    const { headers, method } = request;
    const caller = authenticate(request, now);
    if (path === "/v1/endpoints" && method === "GET") return listEndpoints(request);
    const route = router.find(method, path);
    if (route === undefined) {
      const allowed = router.methods(path);
      throw allowed.length > 0 ? methodNotAllowed(allowed) : notFound();
    }
    const { operation, params } = route;
    const header = headers.get("scp-api-version");
    const version = versions.resolve(header, now);
    if (version === undefined || !has(operation, version))
      throw noSuchVersion(header ?? `virtualserver ${version?.id ?? "current"}`);
    if (!caller.may(operation.action)) throw forbidden(operation.access, operation.action);
    const account = state.account(caller.accountId);
    return operation.handler({ state, options, render, account, caller, version, now, params, request });
  }

  return {
    provider: "samsung-scp",
    secrets: options.accessKeys.map((key) => key.secretKey),
    hosts: ["*.samsungsdscloud.com"],
    handle(request, now) {
      const { headers, method } = request;
      const path = rawPath(request.rawTarget);
      if (path === "/" && method === "GET") return listVersions(request, now);
      if (method === "OPTIONS") return gatewayResponse(403, path, now, state.newRequestId);
      if (!hasScpHeaders(headers)) return gatewayResponse(404, path, now, state.newRequestId);
      try {
        return run(request, path, now);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return errorResponse(error, request, state.newRequestId);
      }
    },
    runDue: state.schedule.runDue,
    state: (now) => render.dump(state, now),
    inventory: () => inventoryOf(state),
    seed: (data, now) => addSeed(state, data, now),
    reset: state.reset,
    failure: (status, request, now) => failureResponse(status, request, now, state.newRequestId),
  };
}

function versionsByOperation(
  given: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const known = operations.map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InvalidInput(`operationVersions: unknown operation "${unknown}"; known: ${known.join(", ")}.`);
  return new Map(Object.entries(given).map(([name, ids]) => [name, new Set(ids)]));
}
