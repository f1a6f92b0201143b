import { createEmulator, splitOptions } from "../kit/emulator.ts";
import type { Emulator } from "../kit/emulator-types.ts";
import { createIds } from "../kit/ids.ts";
import { createRouter, rawPath } from "../kit/router.ts";
import type { EmulatedService, ServiceRequest, ServiceResponse } from "../kit/service.ts";
import { check } from "../kit/validation.ts";
import {
  computeVersion,
  computeVersionHeaders,
  computeVersionOf,
  needs,
  shownVersion,
  versionList,
  versionOf,
} from "./api-versions.ts";
import type { Call } from "./call.ts";
import { catalogueOperations } from "./catalogue.ts";
import { createIdentity, isForIdentity } from "./identity.ts";
import { IMAGE_PATH, imageVersions } from "./identity-documents.ts";
import { type OpenStackOptions, optionsSchema, type ResolvedOptions } from "./options.ts";
import { dumpState, inventoryOf } from "./render.ts";
import { ApiError, badRequest, isNoRoute, json, noRoute, refusal } from "./responses.ts";
import { addSeed } from "./seed.ts";
import { COMPUTE_PATH, serverOperations } from "./servers.ts";
import { snapshotOperations } from "./snapshots.ts";
import { createState } from "./state.ts";
import { volumeOperations } from "./volumes.ts";

/**
 * Makes an emulator of OpenStack's block storage (Cinder, API 3) with the identity service (Keystone) before it, under
 * `/identity/v3`; logins are taken at the emulator's own address, too. Throws `InvalidInput` for options that cannot be.
 *
 * @example
 * const emulator = createOpenStackEmulator({ users: [{ name: "demo", password: "P", projects: ["demo"] }] });
 * const listener = await emulator.listen(); // authUrl: listener.url
 */
export function createOpenStackEmulator(options: OpenStackOptions = {}): Emulator {
  const { shell, own } = splitOptions(options);
  // Beside an emulator of Samsung Cloud Platform with the same seed, no id is to be there twice.
  const randomSeed = shell.randomSeed ^ OPENSTACK;
  return createEmulator(createService(check(optionsSchema, own, "options"), randomSeed), shell);
}

const OPENSTACK = 0x6f73;

const router = createRouter(
  [...volumeOperations, ...snapshotOperations, ...catalogueOperations],
  { project: /^[0-9a-f-]+$/ },
  "/v3/{project}",
);

/** Nova's own, where there is one. */
const serverRouter = createRouter(serverOperations, {}, COMPUTE_PATH);

function createService(options: ResolvedOptions, randomSeed: number): EmulatedService {
  const { users, applicationCredentials, newestVersion, publicUrl, database, compute } = options;
  const state = createState(options, randomSeed);
  const identity = createIdentity(state);
  // A source of its own, so that a reset of the state does not repeat the ids of requests.
  const requestIds = createIds(randomSeed);

  function run(request: ServiceRequest, base: string, now: number, requestId: string): ServiceResponse {
    const path = rawPath(request.rawTarget);
    if (path === "/") return json(300, versionList(base, newestVersion));
    if (path.replace(/\/$/, "") === IMAGE_PATH) return json(300, imageVersions(base));
    if (path === "/healthcheck") return json(200, { detailed: false, reasons: ["OK"] });
    const token = identity.tokenOf(request, base, now);
    if (compute && path.replace(/\/$/, "") === COMPUTE_PATH)
      return json(200, computeVersion(base + COMPUTE_PATH));
    if (compute && path.startsWith(`${COMPUTE_PATH}/`)) {
      const found = serverRouter.find(request.method, path);
      if (found === undefined) throw noRoute();
      const { projectId = "" } = token;
      const version = computeVersionOf(request);
      const view = { version: 0, base, wholeSeconds: database === "mariadb" };
      const { params, operation } = found;
      return operation.handler({ state, request, params, token, projectId, version, view, now, requestId });
    }
    if (path === "/v3/" || path === "/v3") return json(200, versionList(base, newestVersion));
    const version = versionOf(request, newestVersion);
    // Every path of block storage may name the format, as the oldest clients do.
    const found = path.endsWith("/") ? undefined : router.find(request.method, path.replace(/\.json$/, ""));
    if (found === undefined || request.method === "HEAD") throw noRoute();
    const { project = "", ...params } = found.params;
    if (project !== token.projectId) throw badRequest("Malformed request url");
    needs(version, found.operation.since ?? 0);
    const view = { version, base, wholeSeconds: database === "mariadb" };
    const call: Call = { state, request, params, token, projectId: project, version, view, now, requestId };
    return found.operation.handler(call);
  }

  function finish(response: ServiceResponse, request: ServiceRequest, requestId: string): ServiceResponse {
    const { status, body, headers } = response;
    const own = { "x-openstack-request-id": requestId };
    // What does not reach block storage itself: the identity service, its guard, and paths that lead nowhere.
    const outside =
      isForIdentity(request.path) || request.path.startsWith(IMAGE_PATH) || status === 401 || isNoRoute(body);
    const isNova = compute && request.path.startsWith(COMPUTE_PATH);
    if (isNova && !outside) {
      const ofNova = { "x-compute-request-id": requestId, ...computeVersionHeaders(request) };
      return { ...response, headers: { ...own, ...ofNova, ...headers } };
    }
    const vary = isForIdentity(request.path) ? { vary: "X-Auth-Token" } : {};
    if (outside || request.path === "/healthcheck")
      return { ...response, headers: { ...own, ...vary, ...headers } };
    const isJson = typeof body === "object" || headers["content-type"] === "application/json";
    const shown = shownVersion(request, newestVersion);
    return {
      ...response,
      headers: {
        ...own,
        ...(isJson ? { "x-compute-request-id": requestId } : {}),
        ...(shown === undefined
          ? {}
          : { "openstack-api-version": `volume ${shown}`, vary: "OpenStack-API-Version" }),
        ...headers,
      },
    };
  }

  return {
    provider: "openstack",
    secrets: [
      ...(users ?? []).map(({ password }) => password),
      ...applicationCredentials.map(({ secret }) => secret),
    ],
    handle(request, now) {
      const requestId = `req-${requestIds.requestId()}`;
      const base = publicUrl ?? request.origin;
      try {
        const response = isForIdentity(request.path)
          ? identity.handle(request, base, now)
          : run(request, base, now, requestId);
        return finish(response, request, requestId);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const { status, headers, body } = error;
        return finish({ status, headers, body }, request, requestId);
      }
    },
    failure(status, request) {
      const { headers, body } = refusal(status, "The service is out of order.");
      return finish(
        { status, headers, body: status < 400 ? {} : body },
        request,
        `req-${requestIds.requestId()}`,
      );
    },
    runDue: state.schedule.runDue,
    state: (now) => dumpState(state, now),
    inventory: () => inventoryOf(state),
    seed: (data, now) => addSeed(state, data, now),
    reset: state.reset,
  };
}
