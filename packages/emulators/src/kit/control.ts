import type { Answer } from "./answer.ts";
import { CONTROL_PREFIX, ControlError, runControl } from "./control-operations.ts";
import type { Emulator } from "./emulator.ts";
import { hostName, isLoopbackName } from "./host-check.ts";
import { httpDate } from "./http-date.ts";
import type { ServiceRequest } from "./service.ts";
import { InvalidInput } from "./validation.ts";

/** The control path of one emulator. */
export interface Control {
  /** True when the request target is a control path. */
  owns(rawTarget: string): boolean;
  handle(request: ServiceRequest): Promise<Answer>;
}

/** True when a web page on another site sent the request: browsers say so, other clients do not. */
function crossSite(request: ServiceRequest): boolean {
  const origin = request.headers.get("origin");
  if (origin === undefined) return false;
  const name = hostName(origin.replace(/^https?:\/\//i, ""));
  return name === undefined || !isLoopbackName(name);
}

export function createControl(emulator: Emulator): Control {
  const answer = (status: number, body: unknown): Answer => ({
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
