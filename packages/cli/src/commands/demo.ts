import type { Options } from "../action.ts";
import type { Context } from "../context.ts";
import { startClouds } from "../demo/emulated-clouds.ts";
import { runDemo } from "../demo/run-demo.ts";
import { writeConfig } from "../demo/write-config.ts";
import { FAILED } from "../errors.ts";
import { createProgress } from "../output/progress.ts";

export async function run(context: Context, _options: Options): Promise<number> {
  const progress = createProgress();
  const emulated = await startClouds();
  try {
    const written = await writeConfig(emulated.clouds);
    try {
      return (await runDemo(emulated, written, context.signal, progress)) ? 0 : FAILED;
    } finally {
      await written.remove();
    }
  } finally {
    progress.close();
    await emulated.close();
  }
}
