import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { onEachCloud } from "../../on-clouds.ts";
import { writeVolumes } from "../../views/volume.ts";

export interface ListVolumesOptions extends Options {
  readonly name?: string;
  readonly region?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly limit?: number;
}

export async function run(context: Context, options: ListVolumesOptions): Promise<number> {
  const { name, region, tag, limit } = options;
  const query = {
    ...(name === undefined ? {} : { name }),
    ...(region === undefined ? {} : { region }),
    ...(tag === undefined ? {} : { tags: tag }),
  };
  const lists = await onEachCloud(context, (storage) =>
    storage.volumes.list(query, context.call).toArray(limit === undefined ? {} : { limit }),
  );
  const rows = lists.results.flatMap(({ cloud, value }) => value.map((volume) => ({ cloud, volume })));
  if (rows.length > 0 || lists.failures.length === 0) await writeVolumes(context.output, rows);
  return lists.report();
}
