import { type Policy, parsePolicies } from "@polyvol/backup";
import type { Config } from "@polyvol/container";
import { located, refusePolicies } from "./located.ts";

/** The policies of a configuration, checked as far as no cloud is needed for that. @throws ConfigError */
export async function policiesOf(config: Config): Promise<readonly Policy[]> {
  const policies = await located(config, () => parsePolicies(config.policies));
  const known = [...config.clouds.keys()];
  const problems = policies.flatMap(({ id, select }) =>
    (select.clouds ?? [])
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: `policies.${id}.select.cloud`,
        found: JSON.stringify(name),
        allowed: known.join(", "),
      })),
  );
  if (problems.length > 0) throw refusePolicies(config, problems);
  return policies;
}
