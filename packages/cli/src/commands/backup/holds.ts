import type { HoldWriter } from "@polyvol/backup";
import type { BlockStorage, Snapshot } from "@polyvol/core";
import type { Command } from "commander";
import { withProgress } from "../../changes.ts";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { findSnapshot, findVolumeOption, snapshotWords } from "../../find.ts";
import { type SnapshotOptions, withRegion, withVolume } from "../../options.ts";
import { writeResult } from "../../output/result.ts";
import { onCloudOf } from "../../selected-clouds.ts";
import { deadline } from "./setup.ts";

const DESCRIPTIONS = {
  hold: "keep snapshots from being deleted by any policy, until they are released",
  release: "take the hold off snapshots; policies may delete them again",
} as const;
type Operation = keyof typeof DESCRIPTIONS;

export function addHolds(backup: Command, action: MakeAction): void {
  for (const [operation, description] of Object.entries(DESCRIPTIONS) as [Operation, string][]) {
    withVolume(withRegion(backup.command(operation)))
      .description(description)
      .argument("<snapshots...>", "ids of snapshots; their names with --volume")
      .addHelpText(...examples([`polyvol backup ${operation} --cloud main --volume db before-upgrade`]))
      .action(
        action((context, options: SnapshotOptions, texts: readonly string[]) =>
          changeHolds(context, operation, options, texts),
        ),
      );
  }
}

/** Puts holds on snapshots, or takes them off, one after the other. */
async function changeHolds(
  context: Context,
  operation: Operation,
  options: SnapshotOptions,
  texts: readonly string[],
): Promise<void> {
  const backup = await import("@polyvol/backup");
  const { cloud, storage, found } = await onCloudOf(context, {
    what: snapshotWords(texts, options),
    async find(each) {
      const volume = await findVolumeOption(context, each, options);
      return await Promise.all(texts.map((text) => findSnapshot(context, each, text, volume)));
    },
  });
  const holdOptions = { writers: await holdWriters(storage), abortSignal: await deadline(context) };
  const rows: ({ readonly cloud: string; readonly held: boolean } & Snapshot)[] = [];
  for (const { id, name } of found) {
    const snapshot = await withProgress(context, `${operation} of snapshot ${name} on ${cloud}`, () =>
      backup[operation](storage, id, holdOptions),
    );
    rows.push({ cloud, ...snapshot, held: backup.isHeld(snapshot) });
  }
  await writeResult(context.output, rows, ({ table }) =>
    table(rows, [
      { title: "cloud", text: (row) => row.cloud, rank: 1 },
      { title: "snapshot", text: ({ name }) => name, whole: true },
      {
        title: "hold",
        text: ({ held }) => (held ? "held" : "not held"),
        tone: ({ held }) => (held ? "busy" : "note"),
      },
      { title: "id", text: ({ id }) => id, ids: true },
    ]),
  );
}

/** Writes holds on snapshots of this storage by a tag, where its provider has calls of its own for that. */
async function holdWriters(storage: BlockStorage): Promise<Readonly<Record<string, HoldWriter>>> {
  const { snapshotTagWriter } = await import("@polyvol/config");
  const { HOLD_KEY } = await import("@polyvol/core/driver");
  const write = await snapshotTagWriter(storage);
  if (write === undefined) return {};
  return {
    [storage.provider]: (on, snapshot, held, options) => write(on, snapshot, HOLD_KEY, held, options),
  };
}
