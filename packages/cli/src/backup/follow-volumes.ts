import type { BackupEvent } from "@polyvol/backup";
import { countText } from "../output/format.ts";
import type { Progress } from "../output/progress.ts";
import { eventText, volumeText } from "./event-text.ts";

/** A line for each thing that happens to a volume. Volumes that nothing is done on have none. */
export function followVolumes(progress: Progress): (event: BackupEvent) => void {
  const changes = new Map<string, number>();
  return (event) => {
    if (event.type === "planned" || event.type === "problem") return;
    const key = volumeText(event);
    const known = changes.get(key);
    if (event.type === "volume") {
      if (event.state === "failed") progress.finish(key, "failed", "bad");
      else if (event.state === "left") progress.finish(key, "stopped before it was done", "bad");
      else if (known !== undefined) progress.finish(key, `done, ${countText(known, "change")}`);
      return;
    }
    const changed = event.type === "created" || event.type === "deleted";
    changes.set(key, (known ?? 0) + (changed ? 1 : 0));
    progress.update(key, eventText(event) ?? "");
  };
}
