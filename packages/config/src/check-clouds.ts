import { suggestion } from "@polyvol/core/driver";
import type { CloudConfig, ConfigPath, ConfigSource } from "./config.ts";
import type { ConfigProblem } from "./config-error.ts";
import { hideSecrets, literalsAt } from "./credentials.ts";
import { packageNameOf } from "./package-provider.ts";
import { kindOf, problemAt, problemsOf, show } from "./problems.ts";
import type { ProviderRegistration } from "./providers.ts";
import { cloudSchema, packageCloudSchema } from "./schema.ts";

/** One cloud as it came out: usable, or what is wrong with it. */
export interface CheckedCloud {
  readonly name: string;
  readonly cloud: CloudConfig | undefined;
  /** Empty where nothing is wrong. */
  readonly problems: readonly ConfigProblem[];
}

/** Of each provider, made once: to make one takes longer than to check a thousand clouds by it. */
const schemas = new WeakMap<ProviderRegistration, ReturnType<typeof cloudSchema>>();

function schemaOf(registration: ProviderRegistration): ReturnType<typeof cloudSchema> {
  const schema = schemas.get(registration) ?? cloudSchema(registration);
  schemas.set(registration, schema);
  return schema;
}

/** Checks clouds, each for itself. */
export function checkClouds(
  source: ConfigSource,
  clouds: Readonly<Record<string, unknown>>,
  providers: ReadonlyMap<string, ProviderRegistration>,
  allowLiteralSecrets: boolean,
): readonly CheckedCloud[] {
  return Object.entries(clouds).map(([name, value]) => {
    const problems: ConfigProblem[] = [];
    const cloud = checkCloud(source, name, value, providers, problems);
    const { credentials } = (value ?? {}) as { readonly credentials?: unknown };
    const path = ["clouds", name, "credentials"];
    if (!allowLiteralSecrets) problems.push(...literalsAt(source, path, name, credentials));
    return { name, cloud, problems };
  });
}

function checkCloud(
  source: ConfigSource,
  name: string,
  value: unknown,
  providers: ReadonlyMap<string, ProviderRegistration>,
  problems: ConfigProblem[],
): CloudConfig | undefined {
  const path = ["clouds", name];
  const given = (value as { readonly provider?: unknown } | null | undefined)?.provider;
  const registration = typeof given === "string" ? providers.get(given) : undefined;
  const fromPackage = typeof given === "string" && packageNameOf(given) !== undefined;
  if (registration === undefined && !fromPackage) {
    problems.push(...unknownProvider(source, path, value, [...providers.keys()]));
    return undefined;
  }
  const schema = registration === undefined ? packageCloudSchema : schemaOf(registration);
  const result = schema.safeParse(value);
  if (!result.success) {
    problems.push(...problemsOf(source, result.error, path, registration?.options));
    return undefined;
  }
  const { credentials, options, ...rest } = result.data as unknown as Omit<CloudConfig, "name">;
  return {
    name,
    ...rest,
    options: options ?? {},
    ...(credentials === undefined ? {} : { credentials: hideSecrets(credentials) }),
  };
}

function unknownProvider(
  source: ConfigSource,
  path: ConfigPath,
  cloud: unknown,
  known: readonly string[],
): readonly ConfigProblem[] {
  if (typeof cloud !== "object" || cloud === null || Array.isArray(cloud)) {
    return [problemAt(source, path, { found: kindOf(cloud), allowed: "a mapping with provider" })];
  }
  const { provider } = cloud as { readonly provider?: unknown };
  const problem = problemAt(source, [...path, "provider"], {
    found: show(provider),
    allowed: `${known.join(", ")}, or package:NAME for a driver from elsewhere`,
    ...(typeof provider === "string" ? suggestion(provider, known) : {}),
  });
  // The keys of a cloud are the same whatever its provider is: one of them may be a misspelt "provider".
  const { error } = packageCloudSchema.safeParse(cloud);
  const keys = (error?.issues ?? []).filter(
    ({ code, path: at }) => code === "unrecognized_keys" && at.length === 0,
  );
  return [problem, ...(error === undefined ? [] : problemsOf(source, { issues: keys }, path))];
}
