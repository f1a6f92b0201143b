import * as z from "zod";
import { isVirtualClock } from "./clock.ts";
import type { Emulator } from "./emulator-types.ts";
import { parseFaults } from "./fault.ts";
import { hostName, isLoopbackName } from "./host-check.ts";
import { createRouter, type Route, rawPath } from "./router.ts";
import { httpDate, type SentResponse } from "./served-response.ts";
import type { ServiceRequest } from "./service.ts";
import { check, InvalidInput } from "./validation.ts";

/** Everything under this path belongs to the shell, not to the provider. */
const CONTROL_PREFIX = "/_emulator/";

/** A control request that cannot be carried out. */
class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Operation extends Route {
  /** Answers with a JSON value, or with nothing. */
  readonly handler: (emulator: Emulator, request: ServiceRequest) => unknown;
}

const clockMove = z.union(
  [
    z.strictObject({ advanceMs: z.number().min(0) }),
    z.strictObject({ nowMs: z.number() }),
    z.strictObject({ now: z.iso.datetime({ offset: true }) }),
  ],
  "must be { advanceMs }, { nowMs } or { now } (ISO 8601)",
);

function json(request: ServiceRequest): unknown {
  try {
    return JSON.parse(request.body);
  } catch {
    throw new ControlError(400, "the body must be JSON");
  }
}

function clockView(emulator: Emulator): { kind: "virtual" | "real"; now: string; nowMs: number } {
  const nowMs = emulator.clock.now();
  const kind = isVirtualClock(emulator.clock) ? "virtual" : "real";
  return { kind, now: new Date(nowMs).toISOString(), nowMs };
}

async function moveClock(emulator: Emulator, request: ServiceRequest): Promise<unknown> {
  const { clock } = emulator;
  if (!isVirtualClock(clock))
    throw new ControlError(409, "the clock is real; start with --clock virtual to move it");
  const move = check(clockMove, json(request), "body");
  if ("advanceMs" in move) await clock.advance(move.advanceMs);
  else {
    const target = "nowMs" in move ? move.nowMs : Date.parse(move.now);
    if (target < clock.now()) throw new ControlError(400, "a clock does not go back");
    await clock.set(target);
  }
  return clockView(emulator);
}

function readLog(emulator: Emulator, request: ServiceRequest): unknown {
  const since = Number(request.query.get("since") ?? 0);
  return { entries: emulator.log.entries().filter((entry) => entry.sequence > since) };
}

function addFaults(emulator: Emulator, request: ServiceRequest): unknown {
  // All are checked before the first is added: a list is taken whole or not at all.
  return { ids: parseFaults(json(request)).map((fault) => emulator.faults.add(fault)) };
}

function removeFaults(emulator: Emulator, request: ServiceRequest): undefined {
  const id = request.query.get("id");
  if (id === null) emulator.faults.clear();
  else if (!emulator.faults.remove(id)) throw new ControlError(404, `there is no fault ${id}`);
  return undefined;
}

const operations: readonly Operation[] = [
  {
    method: "GET",
    path: "/_emulator/health",
    handler: (emulator) => ({ ok: true, provider: emulator.provider, clock: clockView(emulator) }),
  },
  { method: "GET", path: "/_emulator/clock", handler: clockView },
  { method: "POST", path: "/_emulator/clock", handler: moveClock },
  { method: "GET", path: "/_emulator/log", handler: readLog },
  { method: "DELETE", path: "/_emulator/log", handler: (emulator) => emulator.log.clear() },
  { method: "GET", path: "/_emulator/state", handler: (emulator) => emulator.state() },
  { method: "GET", path: "/_emulator/inventory", handler: (emulator) => emulator.inventory() },
  { method: "POST", path: "/_emulator/seed", handler: (emulator, request) => emulator.seed(json(request)) },
  { method: "GET", path: "/_emulator/faults", handler: (emulator) => ({ faults: emulator.faults.list() }) },
  { method: "POST", path: "/_emulator/faults", handler: addFaults },
  { method: "DELETE", path: "/_emulator/faults", handler: removeFaults },
  { method: "POST", path: "/_emulator/reset", handler: (emulator) => emulator.reset() },
];
const router = createRouter(operations);

/** Runs one control request; throws `ControlError` or `InvalidInput` when it is not one. */
async function runControl(emulator: Emulator, request: ServiceRequest): Promise<unknown> {
  const path = rawPath(request.rawTarget);
  const found = router.find(request.method, path);
  if (found !== undefined) return found.operation.handler(emulator, request);
  const methods = router.methods(path);
  if (methods.length > 0) throw new ControlError(405, `${path} answers to ${methods.join(", ")}`);
  const known = [...new Set(operations.map(({ path }) => path.slice(CONTROL_PREFIX.length)))];
  throw new ControlError(404, `unknown control path; known under ${CONTROL_PREFIX}: ${known.join(", ")}`);
}

/** The control path of one emulator. */
export interface Control {
  /** True when the request target is a control path. */
  owns(rawTarget: string): boolean;
  handle(request: ServiceRequest): Promise<SentResponse>;
}

/** True when a web page on another site sent the request: browsers say so, other clients do not. */
function crossSite(request: ServiceRequest): boolean {
  const origin = request.headers.get("origin");
  if (origin === undefined) return false;
  const name = hostName(origin.replace(/^https?:\/\//i, ""));
  return name === undefined || !isLoopbackName(name);
}

export function createControl(emulator: Emulator): Control {
  const answer = (status: number, body: unknown): SentResponse => ({
    status,
    headers: { date: httpDate(emulator.clock.now()), "content-type": "application/json" },
    body: body === undefined ? "" : JSON.stringify(body),
  });

  return {
    owns: (rawTarget) => rawTarget.startsWith(CONTROL_PREFIX),
    async handle(request) {
      if (crossSite(request)) return answer(403, { error: "control requests from web pages are refused" });
      try {
        const result = await runControl(emulator, request);
        return result === undefined ? answer(204, undefined) : answer(200, result);
      } catch (error) {
        if (error instanceof ControlError) return answer(error.status, { error: error.message });
        if (error instanceof InvalidInput) return answer(400, { error: error.message });
        throw error;
      }
    },
  };
}
