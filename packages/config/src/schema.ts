import { type Option, type Options, omitUndefined } from "@polyvol/core/driver";
import * as z from "zod/mini";
import { clone } from "zod/v4/core";
import { PACKAGE_PATTERN } from "./package-provider.ts";
import { type ProviderRegistration, providersByName } from "./providers.ts";
import { mapping, secret } from "./schema-parts.ts";
import { cloudSourceSchema } from "./source/source-schema.ts";

/** How the name of a cloud, and of an account, looks: it stands in command lines and tables. */
const CLOUD_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Those options that stand under `options` in a file, with what the reference says of them. */
export function fileOptions(options: Options): Options {
  const isInFile = ([name, { secret, codeOnly }]: [string, Option]): boolean =>
    !secret && !codeOnly && name !== "region";
  return Object.fromEntries(Object.entries(options).filter(isInFile));
}

function optionsSchema(options: Options): z.ZodMiniObject {
  const shape = Object.entries(fileOptions(options)).map(([name, option]) => [name, optionSchema(option)]);
  return mapping(Object.fromEntries(shape), "a mapping of the adapter's options");
}

/** Adapters declare options with zod or with `zod/mini`. */
function optionSchema({ schema, description, example, parts, ...option }: Option): z.ZodMiniType {
  const text = omitUndefined({
    description,
    default: option.default,
    examples: example === undefined ? undefined : [example],
  });
  const within =
    parts &&
    z.strictObject(
      Object.fromEntries(Object.entries(parts as Options).map(([name, each]) => [name, optionSchema(each)])),
    );
  // A copy, because what is said of a schema is kept by the schema, and adapters use one for several options.
  const said = clone(within ?? (schema as unknown as z.core.$ZodType));
  z.globalRegistry.add(said, text);
  return z.optional(said);
}

const REGION = "the provider's name of a region";

const region = z.string(REGION).check(z.minLength(1, REGION));

const PRICE_WORDS = "an amount and a currency, such as 0.06 USD";
const snapshotPrice = z
  .string(PRICE_WORDS)
  .check(
    z.regex(/^\d{1,9}(?:\.\d{1,9})? [A-Z]{3}$/, PRICE_WORDS),
    z.describe("What a GiB of snapshots costs for a month, for reports"),
  );

const NAME_WORDS = "a name of letters, digits, ., _ and -, up to 64";
const account = z
  .string(NAME_WORDS)
  .check(z.regex(CLOUD_NAME, NAME_WORDS), z.describe("The account that it is, for what spreads work"));

/** A cloud of one provider. */
export function cloudSchema({ provider, options }: ProviderRegistration): z.ZodMiniObject {
  const credentials = Object.entries(options).filter(([, each]) => each.secret);
  const secrets = credentials.map(([name, { required, description }]) => {
    const schema = secret(description);
    return [name, required ? schema : z.optional(schema)];
  });
  const needed = credentials.map(([name]) => name).join(", ");
  return mapping(
    {
      provider: z.literal(provider),
      region: z.optional(region),
      credentials: z.optional(mapping(Object.fromEntries(secrets), `a mapping of ${needed}`)),
      // A key without a value is what is left when the options below it are taken out.
      options: z.nullish(optionsSchema(options)),
      snapshotPrice: z.optional(snapshotPrice),
      account: z.optional(account),
    },
    "a mapping",
  );
}

/** A cloud whose driver is a package: what its options are, only it can say. */
export const packageCloudSchema: z.ZodMiniObject = mapping(
  {
    provider: z.string().check(z.regex(new RegExp(PACKAGE_PATTERN))),
    region: z.optional(region),
    credentials: z.optional(
      z.record(z.string(), secret("A credential"), "a mapping of the driver's credentials"),
    ),
    options: z.nullish(z.record(z.string(), z.unknown(), "a mapping of the driver's options")),
    snapshotPrice: z.optional(snapshotPrice),
    account: z.optional(account),
  },
  "a mapping",
);

/** Whether a cloud may be called so; else what is allowed. */
export function refusedName(name: string): string | undefined {
  return CLOUD_NAME.test(name) ? undefined : NAME_WORDS;
}

/** Clouds by name; `cloud` says what a cloud is. */
function cloudsSchema(cloud: z.ZodMiniType): z.ZodMiniType {
  const clouds = z.record(
    z.string().check(z.regex(CLOUD_NAME, NAME_WORDS)),
    cloud,
    "a mapping of names to clouds",
  );
  return clouds.check(z.refine((value) => Object.keys(value).length > 0, "at least one cloud"));
}

/** The whole file; `cloud` says what a cloud is, `clouds` what stands for all of them. */
export function configSchema(
  cloud: z.ZodMiniType,
  clouds: z.ZodMiniType = cloudsSchema(cloud),
): z.ZodMiniObject {
  return mapping(
    {
      $schema: z.optional(z.string("the address of a JSON Schema")),
      allowLiteralSecrets: z
        .optional(z.boolean("true or false"))
        .check(z.describe("Lets credentials stand in this file as plain text")),
      clouds,
      policies: z
        .optional(z.record(z.string(), z.unknown(), "a mapping of ids to policies"))
        .check(z.describe("Backup policies by id")),
    },
    "a mapping with clouds",
  );
}

/**
 * JSON Schema of configuration files, for editors: completion, and errors while typing.
 * @param more Providers beside those that come with Polyvol
 * @param policies JSON Schema of the policies, such as `policiesJsonSchema()` of the backup package; without one, any
 * mapping of ids is allowed
 */
export function configJsonSchema(
  more: readonly ProviderRegistration[] = [],
  policies?: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const clouds = [...providersByName(more).values()].map(cloudSchema);
  const cloud = z.union([...clouds, packageCloudSchema]);
  const schema = configSchema(cloud, z.union([cloudsSchema(cloud), cloudSourceSchema])).check(
    z.meta({ title: "Polyvol configuration", description: "Clouds by name, and backup policies" }),
  );
  // Functions, which only code can give, are left out of what a file may hold.
  const result = z.toJSONSchema(schema, {
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === "custom") jsonSchema.not = {};
    },
  }) as Record<string, unknown>;
  result["patternProperties"] = { "^x-": { description: "A place for templates, which is not read" } };
  if (policies === undefined) return result;
  const properties = result["properties"] as Readonly<Record<string, object>>;
  const { $schema: _, ...own } = policies;
  return { ...result, properties: { ...properties, policies: { ...properties["policies"], ...own } } };
}
