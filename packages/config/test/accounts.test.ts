import {
  accountsOf,
  type CloudInput,
  loadConfig,
  type ProviderRegistration,
  parseConfig,
} from "@polyvol/config";
import { option } from "@polyvol/core/driver";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { folderWith } from "./support.ts";

const anyText = option(z.string(), { allowed: "a text", description: "Any text." });

const ocean = (env: string, more: Partial<CloudInput> = {}): CloudInput => ({
  provider: "digitalocean",
  credentials: { token: { env } },
  ...more,
});
const grouped = (clouds: Readonly<Record<string, CloudInput>>): readonly (readonly string[])[] =>
  accountsOf(parseConfig({ clouds, allowLiteralSecrets: true })).map((account) => account.clouds);
const together = (one: CloudInput, two: CloudInput): boolean => grouped({ one, two }).length === 1;

test("clouds of one provider, address and credential are one account, whatever else differs", () => {
  expect(together(ocean("A", { region: "nyc3" }), ocean("A", { region: "ams3" }))).toBe(true);
  expect(together(ocean("A", { options: { timeoutMs: 1 } }), ocean("A"))).toBe(true);
  expect(together(ocean("A"), ocean("B"))).toBe(false);
  const baseUrl = "http://127.0.0.1:4010";
  expect(together(ocean("A", { options: { baseUrl } }), ocean("A"))).toBe(false);
  const file = { provider: "digitalocean", credentials: { token: { file: "./A" } } };
  expect(together(file, ocean("A"))).toBe(false);
  expect(together(file, file)).toBe(true);
});

test("the variable that the adapter reads anyway is the same as none", () => {
  expect(together(ocean("DIGITALOCEAN_TOKEN"), { provider: "digitalocean" })).toBe(true);
  expect(together({ provider: "openstack" }, { provider: "digitalocean" })).toBe(false);
});

test("of Samsung Cloud Platform the access key and the environment tell, and no region", () => {
  const scp = (region: string, environment: string, key = "KEY"): CloudInput => ({
    provider: "samsung-scp",
    region,
    credentials: { accessKey: { env: key }, secretKey: { env: `SECRET_${region.slice(3, 5)}` } },
    options: { environment },
  });
  expect(together(scp("kr-west1", "e"), scp("kr-east1", "e"))).toBe(true);
  expect(together(scp("kr-west1", "e"), scp("kr-west1", "s"))).toBe(false);
  expect(together(scp("kr-west1", "e"), scp("kr-west1", "e", "OTHER"))).toBe(false);
});

test("of OpenStack the identity service and the project tell, and not who logs in", () => {
  const stack = (options: Readonly<Record<string, unknown>>, env = "P"): CloudInput => ({
    provider: "openstack",
    credentials: { password: { env } },
    options: { authUrl: "https://cloud.example:5000/v3", ...options },
  });
  const shop = { projectName: "shop" };
  expect(together(stack({ ...shop, username: "a" }), stack({ ...shop, username: "b" }, "Q"))).toBe(true);
  expect(together(stack(shop), stack({ projectName: "mail" }))).toBe(false);
  expect(together(stack(shop), stack({ ...shop, authUrl: "https://other.example:5000/v3" }))).toBe(false);
  const credential = { applicationCredentialId: "a1" };
  expect(together(stack(credential, "P"), stack(credential, "Q"))).toBe(true);
  expect(together(stack(credential), stack({ applicationCredentialId: "b2" }))).toBe(false);
  const named = (cloud: string): CloudInput => ({ provider: "openstack", options: { cloud } });
  expect(together(named("shop"), named("mail"))).toBe(false);
  expect(together({ ...named("shop"), region: "one" }, { ...named("shop"), region: "two" })).toBe(true);
});

test("what the configuration says counts, on whichever clouds it says it", () => {
  const clouds = {
    a: ocean("A", { account: "acme" }),
    b: ocean("B", { account: "acme" }),
    c: ocean("A", { account: "other" }),
  };
  expect(accountsOf(parseConfig({ clouds }))).toEqual([
    { key: "acme", clouds: ["a", "b"] },
    { key: "other", clouds: ["c"] },
  ]);
  const wrong = (): unknown => parseConfig({ clouds: { a: ocean("A", { account: "no spaces" }) } });
  expect(wrong).toThrow(
    'clouds.a.account: found "no spaces"; allowed: a name of letters, digits, ., _ and -, up to 64',
  );
});

test("of a secret that stands in the configuration nothing goes into the key but who has it first", () => {
  const literal = (token: string): CloudInput => ({ provider: "digitalocean", credentials: { token } });
  expect(grouped({ a: literal("one"), b: literal("two"), c: literal("one") })).toHaveLength(2);
  const keyOf = (token: string): string | undefined =>
    accountsOf(parseConfig({ clouds: { a: literal(token) }, allowLiteralSecrets: true }))[0]?.key;
  expect(keyOf("one")).toBe(keyOf("two"));
  const source = (): string => "one";
  const given = (token: () => string): CloudInput => ({ provider: "digitalocean", credentials: { token } });
  expect(grouped({ a: given(source), b: given(source), c: given(() => "one") })).toHaveLength(2);
});

test("a driver from elsewhere is told by all that its cloud says but the region", () => {
  const elsewhere = (options: Readonly<Record<string, unknown>>, region = "x"): CloudInput => ({
    provider: "package:@acme/polyvol-cloud",
    region,
    options,
  });
  expect(together(elsewhere({ folder: "a" }), elsewhere({ folder: "a" }, "y"))).toBe(true);
  expect(together(elsewhere({ folder: "a" }), elsewhere({ folder: "b" }))).toBe(false);
});

test("keys are the same wherever the configuration lies, and whatever the machine's variables hold", async () => {
  const text = `clouds:
  main: { provider: digitalocean, credentials: { token: { file: ./token } } }
  other: { provider: samsung-scp, credentials: { accessKey: { env: A }, secretKey: { env: S } } }
`;
  const [here, there] = await Promise.all([
    folderWith({ "polyvol.config.yaml": text, token: "one" }),
    folderWith({ "polyvol.config.yaml": text }),
  ]);
  const first = accountsOf(await loadConfig({ cwd: here }));
  expect(accountsOf(await loadConfig({ cwd: there }))).toEqual(first);
  // Written down: a key that changes moves accounts between machines.
  expect(first.map(({ key }) => key)).toEqual([
    "digitalocean-2f45b831a365adad",
    "samsung-scp-65f14a16ec999efd",
  ]);
});

test("every cloud is in exactly one account, in whichever order they stand", () => {
  const one = fc.record({
    env: fc.constantFrom("A", "B", "C"),
    account: fc.constantFrom(undefined, "x", "y"),
  });
  const many = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), one, { minKeys: 1, maxKeys: 12 });
  fc.assert(
    fc.property(many, (described) => {
      const entries = Object.entries(described).map(
        ([name, { env, account }]) => [name, ocean(env, { account })] as const,
      );
      const accounts = accountsOf(parseConfig({ clouds: Object.fromEntries(entries) }));
      expect(accounts.flatMap(({ clouds }) => clouds).sort()).toEqual(Object.keys(described).sort());
      expect(new Set(accounts.map(({ key }) => key)).size).toBe(accounts.length);
      expect(accountsOf(parseConfig({ clouds: Object.fromEntries(entries.reverse()) }))).toEqual(accounts);
    }),
  );
});

test("options of which only the key is left are none, of every provider", async () => {
  const cloud = (provider: string): string =>
    `  ${provider.slice(0, 3)}: { provider: "${provider}", options: }\n`;
  const providers = ["digitalocean", "samsung-scp", "openstack", "package:elsewhere"];
  const folder = await folderWith({ "c.yaml": `clouds:\n${providers.map(cloud).join("")}` });
  const config = await loadConfig({ path: "c.yaml", cwd: folder });
  expect([...config.clouds.values()].map(({ options }) => options)).toEqual([{}, {}, {}, {}]);
  expect(accountsOf(config)).toHaveLength(4);
});

test("a provider from elsewhere says itself what tells its accounts apart", () => {
  const tenants: ProviderRegistration = {
    ...{
      provider: "tenants",
      options: { tenant: anyText, cache: anyText },
      load: () => new Promise(() => {}),
    },
    accountKeys: () => ({ options: ["tenant"] }),
  };
  const cloud = (tenant: string, cache: string): CloudInput => ({
    ...{ provider: "tenants", options: { tenant, cache } },
  });
  const clouds = { a: cloud("one", "here"), b: cloud("one", "there"), c: cloud("two", "here") };
  const config = parseConfig({ clouds }, { providers: [tenants] });
  const namesOf = (more: readonly ProviderRegistration[]): string[] =>
    accountsOf(config, more)
      .map((account) => account.clouds.join())
      .sort();
  expect(namesOf([tenants])).toEqual(["a,b", "c"]);
  expect(namesOf([])).toEqual(["a", "b", "c"]);
});
