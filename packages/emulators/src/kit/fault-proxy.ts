import { request as send } from "node:http";
import { createEmulator } from "./emulator.ts";
import type { Emulator, EmulatorOptions } from "./emulator-types.ts";
import { rawPath } from "./router.ts";
import type { EmulatedService, ServiceRequest, ServiceResponse } from "./service.ts";

/** Options of a fault proxy: those of an emulator, and where the requests go. */
export interface FaultProxyOptions extends EmulatorOptions {
  /** Origin of the service that answers, such as `http://127.0.0.1:8776`. Plain HTTP only. */
  readonly target: string;
  /** Values that the request log must not show. */
  readonly secrets?: readonly string[] | undefined;
}

/** Said for one connection only, or true of the bytes on it: not passed on. */
const OF_ONE_CONNECTION: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"],
  ...["transfer-encoding", "content-length", "accept-encoding"],
]);

/**
 * Puts the faults and the request log of an emulator in front of a service that is none: what no fault strikes is passed
 * on to `target` and answered as that answers. "Commit" in a fault is the moment at which the request is passed on, and
 * its answer has come. `Host` stays as the client sent it, so links lead back through the proxy. Bodies are text.
 * A target that cannot be reached is answered with 502, as by any proxy.
 *
 * `state()` is `undefined`, `seed()` throws a `TypeError`, and the faults "stale-list" and "stale-read" change nothing: what
 * the service holds is its own.
 */
export function createFaultProxy(options: FaultProxyOptions): Emulator {
  const { target, secrets = [], ...shell } = options;
  const { hostname, port, protocol } = new URL(target);
  if (protocol !== "http:") throw new TypeError(`target: found ${target}; expected an http address`);
  const service: EmulatedService = {
    provider: "proxy",
    secrets,
    handle: (request) => passOn({ hostname, port }, request),
    state: () => undefined,
    seed: () => {
      throw new TypeError("a fault proxy holds nothing that could be seeded");
    },
    reset: () => undefined,
  };
  return createEmulator(service, shell);
}

/** One request on a connection of its own: none that the service closes meanwhile is ever reused. */
function passOn(
  target: { readonly hostname: string; readonly port: string },
  request: ServiceRequest,
): Promise<ServiceResponse> {
  const { method, body } = request;
  const headers = {
    ...Object.fromEntries([...request.headers].filter(([name]) => !OF_ONE_CONNECTION.has(name))),
    ...(body === "" ? {} : { "content-length": Buffer.byteLength(body) }),
  };
  return new Promise((resolve) => {
    const unreachable = (error: Error): void =>
      resolve({
        status: 502,
        headers: { "content-type": "text/plain" },
        body: `Bad gateway: ${error.message}\n`,
      });
    const path = targetOf(request);
    const sent = send({ ...target, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", unreachable);
      answer.on("end", () => {
        const own = Object.entries(answer.headers).filter(([name]) => !OF_ONE_CONNECTION.has(name));
        resolve({
          status: answer.statusCode ?? 502,
          headers: {
            "content-type": "application/octet-stream",
            ...Object.fromEntries(own.map(([name, value]) => [name, String(value)])),
          },
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    sent.on("error", unreachable);
    sent.end(body);
  });
}

/** Path and query: as they came, unless a fault has changed the query. */
function targetOf({ rawTarget, query }: ServiceRequest): string {
  const path = rawPath(rawTarget);
  const sent = new URLSearchParams(rawTarget.slice(path.length + 1));
  if (sent.toString() === query.toString()) return rawTarget;
  return query.size === 0 ? path : `${path}?${query}`;
}
