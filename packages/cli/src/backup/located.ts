import { PolicyError, type PolicyProblem } from "@polyvol/backup";
import { type Config, ConfigError, type ConfigPath } from "@polyvol/container";

/** Does the work; what the backup library refuses about a policy is told by its place in the file. */
export async function located<T>(config: Config, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PolicyError) || error.code !== "invalid_argument") throw error;
    const problems = error.problems.filter(({ path }) => path.startsWith("policies"));
    if (problems.length === 0) throw error;
    throw refusePolicies(config, problems, error);
  }
}

/** The error for policies with these problems. */
export function refusePolicies(
  config: Config,
  problems: readonly PolicyProblem[],
  cause?: unknown,
): ConfigError {
  const placed = problems.map(({ path, found, allowed }) => {
    const position = config.locate(stepsOf(path));
    return { path, found, allowed, ...(position === undefined ? {} : { position }) };
  });
  return new ConfigError(config.file, placed, cause === undefined ? {} : { cause });
}

/** `policies.nightly.select.tags[0]` as keys and indices. */
function stepsOf(path: string): ConfigPath {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([step, index]) =>
    index === undefined ? step : Number(index),
  );
}
