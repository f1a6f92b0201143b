import type { BackupEvent } from "@polyvol/backup";
import { countText, secondsText } from "../output/format.ts";
import type { Progress } from "../output/progress.ts";

/** Shows the events of a run as progress, one line for each volume that something is done on. */
export function follow(progress: Progress): (event: BackupEvent) => void {
  const counts = new Map<string, number>();
  return (event) => {
    if (event.type === "planned" || event.type === "problem") return;
    const key = `${event.volumeName} on ${event.cloud}`;
    const tell = (text: string): void => {
      counts.set(key, counts.get(key) ?? 0);
      progress.update(key, text);
    };
    const done = (text: string): void => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      progress.update(key, text);
    };
    if (event.type === "waiting") return tell(`waiting ${secondsText(event.ms)}: ${event.reason}`);
    if (event.type === "creating") return tell(`creating ${event.name}`);
    if (event.type === "created") return done(`created ${event.name} in ${secondsText(event.durationMs)}`);
    if (event.type === "deleted") return done(`deleted ${event.name}`);
    if (event.type === "spared") return tell(`kept ${event.name} after all: ${event.reasons.join(", ")}`);
    if (event.type === "hook") {
      return tell(`hook ${event.when} the snapshot ${event.ok ? "ran" : "failed"}`);
    }
    const count = counts.get(key);
    if (event.state === "failed") return progress.finish(key, "failed", "bad");
    if (event.state === "left") return progress.finish(key, "stopped before it was done", "bad");
    if (count !== undefined) progress.finish(key, `done, ${countText(count, "change")}`);
  };
}
