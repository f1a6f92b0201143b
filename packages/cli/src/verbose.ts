import type { PolyvolEvent } from "@polyvol/core";
import { UsageError } from "./errors.ts";
import { secondsText } from "./output/format.ts";
import { areMessagesJson, writeJsonMessage, writeMessage } from "./output/streams.ts";
import { clean, colour } from "./output/terminal.ts";

/** Hears all that happens on the clouds. */
export type CloudListener = (event: PolyvolEvent, cloud: string) => void;

/**
 * Whether requests are written to standard error: with `--verbose`, and where `POLYVOL_DEBUG` is `http`.
 * @throws UsageError for another value of the variable
 */
export function isVerbose(option: unknown): boolean {
  const { POLYVOL_DEBUG: debug = "" } = process.env;
  if (debug !== "" && debug !== "http") throw new UsageError(`POLYVOL_DEBUG: found ${debug}; allowed: http`);
  return option === true || debug === "http";
}

/** Writes a line for each request, and for each pause. Events hold no headers and no bodies, so no secret either. */
export const writeTraffic: CloudListener = (event, cloud) => {
  const line = trafficLine(event, cloud);
  if (line === undefined) return;
  if (areMessagesJson()) {
    const { type, ...fields } = event;
    writeJsonMessage("debug", clean(line), { event: type, cloud, ...fields });
  } else writeMessage(`${colour("note", clean(line), process.stderr)}\n`);
};

/** What is written about an event; nothing about a request, since its answer says all of it. */
export function trafficLine(event: PolyvolEvent, cloud: string): string | undefined {
  const text = describe(event);
  return text === undefined ? undefined : `${cloud} ${event.operation}: ${text}`;
}

function describe(event: PolyvolEvent): string | undefined {
  switch (event.type) {
    case "request":
      return undefined;
    case "response": {
      const { method, target, status, failure, durationMs, requestId } = event;
      const result = status ?? `no answer (${failure ?? "no reason given"})`;
      const id = requestId === undefined ? "" : `, request ${requestId}`;
      return `${method} ${target}: ${result} in ${secondsText(durationMs)}${id}`;
    }
    case "retry": {
      const { attempt, code, reason, delayMs } = event;
      return `attempt ${attempt} failed (${code}: ${reason}); the next in ${secondsText(delayMs)}`;
    }
    case "throttle":
      return `held back for ${secondsText(event.delayMs)} (${event.bound})`;
    case "wait": {
      const { resource, seen, nextLookMs } = event;
      const which = resource.name ?? resource.id ?? "";
      return `${resource.kind} ${which} is ${seen}; the next look in ${secondsText(nextLookMs)}`;
    }
    case "recover": {
      const { resource, result } = event;
      return `${resource.kind} ${resource.name ?? resource.id ?? ""}: ${result.replaceAll("_", " ")}`;
    }
    case "version":
      return event.message;
  }
}
