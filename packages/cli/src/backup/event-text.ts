import type { BackupEvent } from "@polyvol/backup";
import { secondsText } from "../output/format.ts";

/** What is being done to a volume, or `undefined` for events that say nothing of that. */
export function eventText(event: BackupEvent): string | undefined {
  switch (event.type) {
    case "waiting":
      return `waiting ${secondsText(event.ms)}: ${event.reason}`;
    case "hook":
      return `hook ${event.when} the snapshot ${event.ok ? "ran" : "failed"}`;
    case "creating":
      return `creating ${event.name}`;
    case "created":
      return `created ${event.name} in ${secondsText(event.durationMs)}`;
    case "deleted":
      return `deleted ${event.name}`;
    case "spared":
      return `kept ${event.name} after all: ${event.reasons.join(", ")}`;
    default:
      return undefined;
  }
}

/** How an event names its volume. */
export function volumeText({ volumeName, cloud }: { volumeName: string; cloud: string }): string {
  return `${volumeName} on ${cloud}`;
}
