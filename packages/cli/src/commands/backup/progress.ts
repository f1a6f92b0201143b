import type { BackupEvent, BackupPlan } from "@polyvol/backup";
import { countText, secondsText } from "../../output/format.ts";
import { createProgress, type Progress } from "../../output/progress.ts";
import { areMessagesJson, isQuiet, writeJsonMessage } from "../../output/streams.ts";

/** Progress lines of a run. */
export interface EventProgress {
  onEvent(event: BackupEvent): void;
  /** Ends the moving part, so that other things can be written. */
  close(): void;
}

/**
 * Shows the events of a run: on a terminal a bar for each cloud, otherwise a line for each event of a volume, in a JSON
 * log with its fields.
 */
export function showEvents(): EventProgress {
  if (areMessagesJson() && !isQuiet()) return { onEvent: (event) => logEvent(event), close: () => undefined };
  const progress = createProgress();
  const onEvent = progress.moving ? showClouds(progress) : showVolumes(progress);
  return { onEvent, close: () => progress.close() };
}

const BAR_WIDTH = 16;
const READING = "clouds";

interface CloudWork {
  readonly changes: number;
  done: number;
  volumesLeft: number;
  stopped: boolean;
}

/** A bar for each cloud, and a line that stays for each volume that failed. */
function showClouds(progress: Progress): (event: BackupEvent) => void {
  let works = new Map<string, CloudWork>();
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
    if (work.stopped) progress.finish(event.cloud, `${text}; the rest was not done`, "bad");
    else progress.finish(event.cloud, `done, ${text}`);
  };
}

function worksOf({ volumes }: BackupPlan): Map<string, CloudWork> {
  const works = new Map<string, CloudWork>();
  for (const cloud of new Set(volumes.map((volume) => volume.cloud))) {
    const own = volumes.filter((volume) => volume.cloud === cloud);
    const changes = own.reduce((sum, { create, delete: remove }) => sum + create.length + remove.length, 0);
    if (changes > 0) works.set(cloud, { changes, done: 0, volumesLeft: own.length, stopped: false });
  }
  return works;
}

function barText({ done, changes }: CloudWork): string {
  const full = Math.floor((BAR_WIDTH * Math.min(done, changes)) / changes);
  return `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${done} of ${countText(changes, "change")}`;
}

/** A line for each event of a volume. Volumes without changes have none. */
function showVolumes(progress: Progress): (event: BackupEvent) => void {
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

/**
 * Writes an event to a JSON log, with `about` before its own fields. Problems are not written here: they follow as failures,
 * with what to do next.
 */
export function logEvent(event: BackupEvent, about: object = {}): void {
  if (event.type === "problem") return;
  if (event.type === "planned") {
    const { totals, volumes } = event.plan;
    const fields = {
      ...about,
      event: event.type,
      volumes: volumes.length,
      create: totals.create,
      delete: totals.delete,
    };
    writeJsonMessage("info", `planned: ${countText(totals.create + totals.delete, "change")}`, fields);
    return;
  }
  const { type, ...fields } = event;
  const text = event.type === "volume" ? event.state : eventText(event);
  const isBad = event.type === "volume" && event.state !== "done";
  writeJsonMessage(isBad ? "error" : "info", `${volumeText(event)}: ${text}`, {
    ...about,
    event: type,
    ...fields,
  });
}

/** What is being done to a volume, or `undefined` for other events. */
function eventText(event: BackupEvent): string | undefined {
  switch (event.type) {
    case "waiting":
      return `waiting ${secondsText(event.ms)}: ${event.reason}`;
    case "hook":
      return `hook ${event.when} the snapshot ${event.ok ? "ran" : "failed"}`;
    case "creating":
      return `creating ${event.name}`;
    case "created":
      return event.found === true
        ? `found ${event.name}, which another run has begun`
        : `created ${event.name} in ${secondsText(event.durationMs)}`;
    case "deleted":
      return `deleted ${event.name}`;
    case "spared":
      return `kept ${event.name} after all: ${event.reasons.join(", ")}`;
    default:
      return undefined;
  }
}

function volumeText({ volumeName, cloud }: { volumeName: string; cloud: string }): string {
  return `${volumeName} on ${cloud}`;
}
