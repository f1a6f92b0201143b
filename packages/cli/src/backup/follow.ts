import type { BackupEvent } from "@polyvol/backup";
import type { Progress } from "../output/progress.ts";
import { followClouds } from "./follow-clouds.ts";
import { followVolumes } from "./follow-volumes.ts";

/** Shows the events of a run: on a terminal a bar for each cloud, otherwise a line for each thing that happens. */
export function follow(progress: Progress): (event: BackupEvent) => void {
  return progress.moving ? followClouds(progress) : followVolumes(progress);
}
