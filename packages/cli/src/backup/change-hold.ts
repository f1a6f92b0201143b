import type { hold } from "@polyvol/backup";
import type { Context } from "../context.ts";
import { findSnapshot, findVolume, type NameOptions } from "../find.ts";
import { onOneCloud } from "../on-clouds.ts";
import { writeHolds } from "../views/backup/hold.ts";
import { change } from "../wait.ts";
import { deadline } from "./deadline.ts";
import { holdWriters } from "./hold-writers.ts";

export interface HoldCommandOptions extends NameOptions {
  readonly volume?: string;
}

/** Puts holds on snapshots, or takes them off, one after the other. */
export async function changeHold(
  context: Context,
  word: "hold" | "release",
  options: HoldCommandOptions,
  wanted: readonly string[],
  work: typeof hold,
): Promise<void> {
  const { cloud, storage } = await onOneCloud(context);
  const volume =
    options.volume === undefined ? undefined : await findVolume(context, storage, options.volume, options);
  const found = await Promise.all(wanted.map((text) => findSnapshot(context, storage, text, volume)));
  const how = { writers: await holdWriters(storage), abortSignal: deadline(context) };
  const rows = [];
  for (const { id, name } of found) {
    const snapshot = await change(context, `${word} of snapshot ${name} on ${cloud}`, () =>
      work(storage, id, how),
    );
    rows.push({ cloud, snapshot });
  }
  await writeHolds(context.output, rows);
}
