import type { eventText, PolyvolEvent } from "@polyvol/core";
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
export async function trafficWriter(): Promise<CloudListener> {
  const { eventText } = await import("@polyvol/core");
  return (event, cloud) => {
    const line = trafficLine(event, cloud, eventText);
    if (line === undefined) return;
    if (areMessagesJson()) {
      const { type, ...fields } = event;
      writeJsonMessage("debug", clean(line), { event: type, cloud, ...fields });
    } else writeMessage(`${colour("note", clean(line), process.stderr)}\n`);
  };
}

/** What is written about an event; nothing about a request, since its answer says all of it. */
export function trafficLine(
  event: PolyvolEvent,
  cloud: string,
  textOf: typeof eventText,
): string | undefined {
  if (event.type === "request") return undefined;
  return `${cloud} ${event.operation}: ${textOf(event, secondsText)}`;
}
