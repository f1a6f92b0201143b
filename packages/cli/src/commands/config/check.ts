import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { onEachCloud } from "../../on-clouds.ts";
import { countText } from "../../output/format.ts";
import { writeResult } from "../../output/result.ts";

/** Connecting a cloud looks up its credentials and lets the adapter check its options, without a request. */
export async function run(context: Context, _options: Options): Promise<number> {
  const { file } = await context.config();
  const { results, failures, report } = await onEachCloud(context, async (storage) => storage.provider);
  const data = {
    file,
    ok: failures.length === 0,
    clouds: results.map(({ cloud, value }) => ({ cloud, provider: value })),
  };
  if (failures.length === 0 || context.output !== "table") {
    await writeResult(context.output, data, async () => {
      const names = results.map(({ cloud, value }) => `${cloud} (${value})`).join(", ");
      return `${file ?? "The configuration"} is fine. ${countText(results.length, "cloud")}: ${names}\n`;
    });
  }
  return report();
}
