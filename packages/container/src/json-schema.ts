import * as z from "zod";
import { providersByName } from "./providers/index.ts";
import type { ProviderRegistration } from "./providers/registration.ts";
import { cloudSchema, configSchema, packageCloudSchema } from "./schema.ts";

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
  const schema = configSchema(z.union([...clouds, packageCloudSchema])).meta({
    title: "Polyvol configuration",
    description: "Clouds by name, and backup policies",
  });
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
