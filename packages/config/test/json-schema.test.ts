import { configJsonSchema, PROVIDERS, type ProviderRegistration } from "@polyvol/config";
import { createAdapterOptions, option } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";

const schema = z.fromJSONSchema(configJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
const withCloud = (cloud: object): object => ({ clouds: { main: cloud } });

test.each([
  { provider: "digitalocean" },
  { provider: "digitalocean", region: "nyc3", credentials: { token: { env: "T" } } },
  { provider: "samsung-scp", credentials: { accessKey: { env: "A" }, secretKey: { file: "s" } } },
  { provider: "samsung-scp", options: { environment: "e", settleMs: 0, retry: { maxAttempts: 2 } } },
  { provider: "package:@acme/polyvol-cloud", options: { anything: [1] } },
])("editors take %j", (cloud) => {
  expect(schema.safeParse(withCloud(cloud)).success).toBe(true);
});

test.each([
  { provider: "nope" },
  { provider: "digitalocean", regoin: "x" },
  { provider: "digitalocean", options: { settleMs: 1 } },
  { provider: "samsung-scp", credentials: { accessKey: { env: "A" } } },
  { provider: "samsung-scp", options: { environment: "x" } },
])("editors mark %j", (cloud) => {
  expect(schema.safeParse(withCloud(cloud)).success).toBe(false);
});

test("editors take templates at the top, and nothing else that is unknown", () => {
  const cloud = withCloud({ provider: "digitalocean" });
  expect(schema.safeParse({ ...cloud, "x-keep": { daily: 7 } }).success).toBe(true);
  expect(configJsonSchema()).toMatchObject({ additionalProperties: false, patternProperties: { "^x-": {} } });
});

test("it is plain JSON and knows each provider and option", () => {
  const text = JSON.stringify(configJsonSchema());
  for (const { provider, options } of PROVIDERS) {
    expect(text).toContain(`"${provider}"`);
    for (const [name, { codeOnly = false }] of Object.entries(options)) {
      expect(text.includes(`"${name}":`), name).toBe(!codeOnly);
    }
  }
  expect(configJsonSchema()["title"]).toBe("Polyvol configuration");
});

test("policies are any mapping, or what the given schema says", () => {
  const policies = { $schema: "x", type: "object", additionalProperties: { type: "number" } };
  const strict = z.fromJSONSchema(configJsonSchema([], policies) as Parameters<typeof z.fromJSONSchema>[0]);
  const clouds = { main: { provider: "digitalocean" } };
  expect(schema.safeParse({ clouds, policies: { a: "b" } }).success).toBe(true);
  expect(schema.safeParse({ clouds, policies: [] }).success).toBe(false);
  expect(strict.safeParse({ clouds, policies: { a: 1 } }).success).toBe(true);
  expect(strict.safeParse({ clouds, policies: { a: "b" } }).success).toBe(false);
});

test("an adapter declares its options with zod or with zod/mini", () => {
  const said = { allowed: "a slug", description: "Where.", example: "a1" };
  const count = { allowed: "a whole number from 1", description: "How many.", default: 3 };
  const whole = { zone: option(z.string().regex(/^[a-z]/), said), count: option(z.int().positive(), count) };
  const small = {
    zone: option(mini.string().check(mini.regex(/^[a-z]/)), said),
    count: option(mini.int().check(mini.positive()), count),
  };
  const schemas = [whole, small].map((own) => {
    const { all: options, read } = createAdapterOptions(own);
    expect(read({ zone: "b" }, {}).own).toEqual({ zone: "b", count: 3 });
    expect(() => read({ zone: "1" }, {})).toThrow('option zone: found "1", allowed: a slug');
    const registration = { provider: "acme", options } as unknown as ProviderRegistration;
    return configJsonSchema([registration]);
  });
  expect(schemas[0]).toEqual(schemas[1]);
  expect(JSON.stringify(schemas[1])).toContain('"description":"Where."');
});
