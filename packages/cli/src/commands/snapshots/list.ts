import { isPolyvolError } from "@polyvol/core";
import type { Context } from "../../context.ts";
import { findVolume, type NameOptions } from "../../find.ts";
import { heldOf } from "../../holds.ts";
import { onEachCloud } from "../../on-clouds.ts";
import { UsageError } from "../../usage-error.ts";
import { writeSnapshots } from "../../views/snapshot.ts";

export interface ListSnapshotsOptions extends NameOptions {
  readonly volume?: string;
  readonly name?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly limit?: number;
}

export async function run(context: Context, options: ListSnapshotsOptions): Promise<number> {
  const { volume, name, tag, limit } = options;
  let missing = 0;
  const lists = await onEachCloud(context, async (storage) => {
    const found =
      volume === undefined ? undefined : await orMissing(findVolume(context, storage, volume, options));
    if (found === "missing") {
      missing += 1;
      return [];
    }
    const volumeId = found?.id;
    const query = {
      ...(volumeId === undefined ? {} : { volumeId }),
      ...(name === undefined ? {} : { name }),
      ...(tag === undefined ? {} : { tags: tag }),
    };
    const listed = storage.snapshots.list(query, context.call);
    const snapshots = await listed.toArray(limit === undefined ? {} : { limit });
    const holds = await heldOf(context, storage, snapshots);
    return snapshots.map((snapshot) => ({ snapshot, held: holds.get(snapshot.id) }));
  });
  if (missing > 0 && missing === lists.results.length) {
    throw new UsageError(
      `no volume ${JSON.stringify(volume)} on ${lists.results.map(({ cloud }) => cloud).join(", ")}.`,
    );
  }
  const rows = lists.results.flatMap(({ cloud, value }) => value.map((each) => ({ cloud, ...each })));
  if (rows.length > 0 || lists.failures.length === 0) await writeSnapshots(context.output, rows);
  return lists.report();
}

/** Of several clouds, most do not have the volume. */
async function orMissing<T>(finding: Promise<T>): Promise<T | "missing"> {
  try {
    return await finding;
  } catch (error) {
    if (isPolyvolError(error, "not_found")) return "missing";
    throw error;
  }
}
