import type { SecretReference } from "./config.ts";
import type { ConfigProblem } from "./config-error.ts";
import type { ConfigSource } from "./file/source.ts";
import { problemAt } from "./problems.ts";

/** The credentials of a cloud that stand in the file as they are, each with the way out. */
export function literalSecrets(source: ConfigSource, name: string, cloud: unknown): ConfigProblem[] {
  const credentials = (cloud as { readonly credentials?: unknown } | null | undefined)?.credentials;
  if (typeof credentials !== "object" || credentials === null) return [];
  return Object.entries(credentials).flatMap(([key, value]) => {
    if (typeof value !== "string" || value === "") return [];
    const words = `${name}_${key}`.replace(/([a-z])([A-Z])/g, "$1_$2");
    const variable = words.replace(/\W+/g, "_").toUpperCase();
    return [
      problemAt(source, ["clouds", name, "credentials", key], {
        found: "a literal secret",
        allowed: "{ env: NAME } or { file: PATH }",
        hint: `Put it into an environment variable and write { env: ${variable} }; allowLiteralSecrets: true at the top permits it here`,
      }),
    ];
  });
}

/** Wraps literal secrets, so that a configuration that is logged does not show them. */
export function hideSecrets(credentials: Readonly<Record<string, unknown>>): Record<string, SecretReference> {
  return Object.fromEntries(
    Object.entries(credentials).map(([key, value]) => [
      key,
      typeof value === "string" ? () => value : (value as SecretReference),
    ]),
  );
}
