import { relative } from "node:path";
import type { Policy } from "@polyvol/backup";
import type { Config } from "@polyvol/container";
import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { CONFIGURATION, reportError } from "../../errors.ts";
import { onEachCloud } from "../../on-clouds.ts";
import { countText } from "../../output/format.ts";
import { writeResult, writeVerdict } from "../../output/result.ts";

/**
 * Connecting a cloud looks up its credentials and lets the adapter check its options, without a request. Policies are
 * checked as far as that goes without their volumes.
 */
export async function run(context: Context, _options: Options): Promise<number> {
  const config = await context.config();
  const { file } = config;
  const { results, failures, report } = await onEachCloud(context, async (storage) => storage.provider);
  const policies = await policiesOrError(config);
  const ok = failures.length === 0 && !(policies instanceof Error);
  const ids = policies instanceof Error ? [] : policies.map(({ id }) => id);
  const data = {
    file,
    ok,
    clouds: results.map(({ cloud, value }) => ({ cloud, provider: value })),
    policies: ids,
  };
  if (ok || context.output !== "table") {
    const write = (): Promise<void> =>
      writeResult(context.output, data, async () => {
        const clouds = results.map(({ cloud, value }) => `${cloud} (${value})`);
        return `${file === undefined ? "The configuration" : nameOf(file)} is fine.\n${line("cloud", clouds)}${line("policy", ids)}`;
      });
    await writeVerdict(context.output, ok, write);
  }
  const code = report();
  if (!(policies instanceof Error)) return code;
  reportError(policies);
  return CONFIGURATION;
}

/** A configuration need not have policies. */
async function policiesOrError(config: Config): Promise<readonly Policy[] | Error> {
  if (config.policies === undefined) return [];
  const { policiesOf } = await import("../../backup/policies.ts");
  try {
    return await policiesOf(config);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** Relative where it lies below the working directory, if that is there. */
function nameOf(file: string): string {
  try {
    const near = relative(process.cwd(), file);
    return near.startsWith("..") ? file : near;
  } catch {
    return file;
  }
}

function line(noun: "cloud" | "policy", names: readonly string[]): string {
  const count =
    noun === "policy" && names.length !== 1 ? `${names.length} policies` : countText(names.length, noun);
  return `${count}${names.length === 0 ? "" : `: ${names.join(", ")}`}\n`;
}
