import type { FleetEvent } from "@polyvol/fleet";
import { countText } from "../../output/format.ts";
import {
  areMessagesJson,
  isQuiet,
  type LogLevel,
  writeJsonMessage,
  writeMessage,
} from "../../output/streams.ts";
import { cleanLines } from "../../output/terminal.ts";
import { logEvent } from "../backup/progress.ts";

/** Writes what a worker does: a line each, in a JSON log with its fields; with `--quiet` only what went wrong. */
export function writeFleetEvent(event: FleetEvent): void {
  if (event.type === "backup") {
    writeProgress(event);
    return;
  }
  const { level, text } = linesOf(event);
  if (isQuiet() && level === "info") return;
  if (areMessagesJson()) {
    const { type, ...fields } = event;
    writeJsonMessage(level, text, { event: `job.${type}`, ...fields });
    return;
  }
  writeMessage(`${cleanLines(text)}\n`, level);
}

/** What happens on each volume is for logs that a program reads; people get what went wrong. */
function writeProgress({ account, slot, event }: Extract<FleetEvent, { readonly type: "backup" }>): void {
  if (event.type === "problem") {
    const { message } = event.problem;
    const text = `${account}: ${message}`;
    if (areMessagesJson())
      writeJsonMessage("error", text, { account, slot, event: "problem", problem: event.problem });
    else writeMessage(`${cleanLines(text)}\n`, "error");
    return;
  }
  if (areMessagesJson() && !isQuiet()) logEvent(event, { account, slot });
}

interface Line {
  readonly level: LogLevel;
  readonly text: string;
}

function linesOf(event: Exclude<FleetEvent, { readonly type: "backup" }>): Line {
  switch (event.type) {
    case "taken": {
      const again = event.attempt === 1 ? "" : `, attempt ${event.attempt}`;
      return { level: "info", text: `${event.account}: begun, slot ${event.slot}${again}` };
    }
    case "done": {
      const { created, deleted, volumes } = event.result;
      const text = `${event.account}: done, ${countText(volumes, "volume")}, ${created} created, ${deleted} deleted`;
      return { level: "info", text };
    }
    case "failed": {
      const next = event.parked ? "parked as failed" : "it will be tried again";
      return { level: event.parked ? "error" : "warn", text: `${event.account}: ${event.reason}; ${next}` };
    }
    case "returned":
      return { level: "info", text: `${event.account}: back on the queue: ${event.reason}` };
    case "refused":
      return { level: "warn", text: `job ${event.jobId} is left on the queue: ${event.reason}` };
    case "stalled":
      return {
        level: "warn",
        text: `job ${event.jobId}: its worker has gone without a word; it is on the queue again`,
      };
    case "redis":
      return { level: event.state === "back" ? "info" : "warn", text: event.reason };
  }
}
