import type { BackupEvent, BackupPlan } from "@polyvol/backup";
import { countText } from "../output/format.ts";
import type { Progress } from "../output/progress.ts";
import { eventText, volumeText } from "./event-text.ts";

const BAR = 16;
const READING = "clouds";

interface Work {
  readonly changes: number;
  done: number;
  volumesLeft: number;
  stopped: boolean;
}

/** A bar for each cloud, and a line that stays for each volume on which something went wrong. */
export function followClouds(progress: Progress): (event: BackupEvent) => void {
  let works = new Map<string, Work>();
  progress.update(READING, "being read");
  return (event) => {
    if (event.type === "problem") return;
    if (event.type === "planned") {
      works = worksOf(event.plan);
      const { create, delete: remove } = event.plan.totals;
      progress.finish(READING, `read, ${countText(create + remove, "change")} to make`);
      for (const [cloud, work] of works) progress.update(cloud, barText(work));
      return;
    }
    const work = works.get(event.cloud);
    if (work === undefined) return;
    if (event.type !== "volume") {
      if (["created", "deleted", "spared"].includes(event.type)) work.done += 1;
      progress.update(event.cloud, `${barText(work)}, ${event.volumeName}: ${eventText(event)}`);
      return;
    }
    work.volumesLeft -= 1;
    if (event.state === "failed") progress.finish(volumeText(event), "failed", "bad");
    if (event.state !== "done") work.stopped = true;
    if (work.volumesLeft > 0) return;
    const text = `${work.done} of ${countText(work.changes, "change")}`;
    progress.finish(
      event.cloud,
      work.stopped ? `${text}; the rest was not done` : `done, ${text}`,
      toneOf(work),
    );
  };
}

function toneOf({ stopped }: Work): "good" | "bad" {
  return stopped ? "bad" : "good";
}

function worksOf({ volumes }: BackupPlan): Map<string, Work> {
  const works = new Map<string, Work>();
  for (const cloud of new Set(volumes.map((volume) => volume.cloud))) {
    const own = volumes.filter((volume) => volume.cloud === cloud);
    const changes = own.reduce((sum, { create, delete: remove }) => sum + create.length + remove.length, 0);
    if (changes > 0) works.set(cloud, { changes, done: 0, volumesLeft: own.length, stopped: false });
  }
  return works;
}

function barText({ done, changes }: Work): string {
  const full = Math.floor((BAR * Math.min(done, changes)) / changes);
  return `${"█".repeat(full)}${"░".repeat(BAR - full)} ${done} of ${countText(changes, "change")}`;
}
