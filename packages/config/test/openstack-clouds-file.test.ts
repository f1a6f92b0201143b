import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPolyvolError, type PolyvolError } from "@polyvol/core";
import { openStackOptions } from "@polyvol/openstack";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isConfigError } from "../src/config-error.ts";
import { chooseCloud, missingInFile, optionsOfCloud, readCloudsFile } from "../src/openstack-clouds-file.ts";

const SECRET = "correct-horse-battery-staple";
const CLOUDS = `clouds:
  shop:
    auth:
      auth_url: https://cloud.example:5000/v3
      username: demo
      project_name: shop
      user_domain_name: Default
      project_domain_id: default
    region_name: RegionOne
    interface: internal
  backup:
    auth_type: v3applicationcredential
    auth: { auth_url: "https://cloud.example:5000/v3", application_credential_id: c-1 }
`;
const SECURE = `clouds:
  shop: { auth: { password: ${SECRET} } }
  backup: { auth: { application_credential_secret: ${SECRET} } }
`;

let near: string;
let far: string;

beforeEach(() => {
  near = mkdtempSync(join(tmpdir(), "clouds-"));
  far = join(near, "far");
  mkdirSync(far);
});
afterEach(() => rmSync(near, { recursive: true }));

type Arguments = Parameters<typeof chooseCloud>;
const optionsFromClouds = (...given: Arguments) => {
  const chosen = chooseCloud(...given);
  return chosen === undefined ? {} : optionsOfCloud(chosen);
};
const read = (variables = {}) => readCloudsFile(variables, [near, far]);

test("a cloud has its secret from the file of secrets, wherever on the path both lie", async () => {
  writeFileSync(join(far, "clouds.yaml"), CLOUDS);
  writeFileSync(join(near, "secure.yaml"), SECURE);
  expect(optionsFromClouds(await read(), { cloud: "shop" }, {})).toEqual({
    ...{ authUrl: "https://cloud.example:5000/v3", username: "demo", password: SECRET, projectName: "shop" },
    ...{ userDomainName: "Default", projectDomainId: "default", region: "RegionOne", interface: "internal" },
  });
  expect(optionsFromClouds(await read(), {}, { OS_CLOUD: "backup" })).toEqual({
    ...{ authUrl: "https://cloud.example:5000/v3", applicationCredentialId: "c-1" },
    applicationCredentialSecret: SECRET,
  });
});

test("ids and secrets are what stands there, also where YAML reads a number or a boolean", async () => {
  const login =
    "user_id: 007, project_id: 41962807e01345678901234567890123, password: 4e5, user_domain_id: ~";
  writeFileSync(
    join(near, "clouds.yaml"),
    `base: &base { region_name: 0x1F }\nclouds: { shop: { <<: *base, interface: True, auth: { auth_url: "https://a.example", ${login} } } }`,
  );
  expect(optionsFromClouds(await read(), {}, {})).toEqual({
    ...{ authUrl: "https://a.example", userId: "007", projectId: "41962807e01345678901234567890123" },
    ...{ password: "4e5", region: "0x1F", interface: "True" },
  });
});

test("a nearer file hides a farther one, and a named one all", async () => {
  writeFileSync(join(far, "clouds.yaml"), CLOUDS);
  writeFileSync(join(near, "clouds.yml"), "clouds: { only: { auth: { auth_url: https://near.example } } }");
  expect(optionsFromClouds(await read(), {}, {})).toEqual({ authUrl: "https://near.example" });
  const named = await read({ OS_CLIENT_CONFIG_FILE: join(far, "clouds.yaml") });
  expect(Object.keys((named as { readonly clouds: object }).clouds)).toEqual(["shop", "backup"]);
});

test("options and variables that say it all are not mixed with a file", async () => {
  writeFileSync(join(near, "clouds.yaml"), CLOUDS);
  const found = await read();
  expect(optionsFromClouds(found, { authUrl: "https://mine.example" }, { OS_CLOUD: "shop" })).toEqual({});
  expect(optionsFromClouds(found, {}, { OS_AUTH_URL: "https://mine.example" })).toEqual({});
  expect(optionsFromClouds(undefined, {}, {})).toEqual({});
});

test.each([
  [{ cloud: "shpo" }, {}, /clouds: found no cloud "shpo"; allowed: shop, backup. Did you mean "shop"\?/],
  [{}, {}, /clouds.yaml:1:1: clouds: found 2 clouds, and none is asked for; allowed: shop, backup. Name one/],
])("what cannot be chosen names the clouds: %j", async (given, variables, words) => {
  writeFileSync(join(near, "clouds.yaml"), CLOUDS);
  const found = await read();
  expect(() => optionsFromClouds(found, given, variables)).toThrow(words);
});

test("a cloud that is asked for where there is no file says where one is looked for", async () => {
  const found = await read();
  expect(() => optionsFromClouds(found, {}, { OS_CLOUD: "shop" })).toThrow(
    /found no clouds.yaml, which is to have the cloud "shop"; allowed: clouds.yaml in/,
  );
});

test("a file that cannot be read is told to those who need it, without its text", async () => {
  writeFileSync(join(near, "clouds.yaml"), `clouds: [ ${SECRET}`);
  const error = await read().catch((thrown: unknown) => thrown);
  expect(isConfigError(error)).toBe(true);
  expect(String(error)).not.toContain(SECRET);
  expect(() => optionsFromClouds(error as never, { cloud: "shop" }, {})).toThrow(error as Error);
  const missing = await read({ OS_CLIENT_CONFIG_FILE: join(far, "none.yaml") }).catch(
    (thrown: unknown) => thrown,
  );
  expect(String(missing)).toMatch(/none\.yaml: found what cannot be read \(ENOENT\)/);
});

const LOGIN = `username: demo, password: ${SECRET}, project_name: shop`;
const ADDRESS = "auth_url: https://cloud.example:5000/v3";

test.each([
  ["clouds: [ shop ]", /clouds\.yaml:1:1: clouds: found a list; allowed: a mapping of clouds by name/],
  ["cloud: { shop: {} }", /clouds\.yaml: clouds: found nothing; allowed: a mapping of clouds by name/],
  ["", /clouds: found nothing/],
  [
    `clouds:\n  shop: ${SECRET}`,
    /clouds\.yaml:2:3: clouds\.shop: found a text; allowed: a mapping with auth/,
  ],
  [
    "clouds: { shop: { region_name: one } }",
    /clouds\.shop\.auth: found nothing; allowed: a mapping with auth_url/,
  ],
  [
    `clouds: { shop: { auth: { ${ADDRESS}, username: demo, project_name: { ${SECRET}: 1 } } } }`,
    /clouds\.shop\.auth\.project_name: found a mapping; allowed: a text$/,
  ],
  [
    `clouds: { shop: { profile: vendor, auth: { ${LOGIN} } } }`,
    /clouds\.shop\.auth\.auth_url: found nothing; .*Profiles are not read: write their auth_url here$/,
  ],
])("a file in which something is missing or of the wrong kind names the place: %j", async (text, words) => {
  writeFileSync(join(near, "clouds.yaml"), text);
  const refuse = async () => optionsFromClouds(await read(), { cloud: "shop" }, {});
  await expect(refuse()).rejects.toThrow(words);
  await expect(refuse()).rejects.not.toThrow(SECRET);
});

test("auth_type chooses among the ways to log in that a cloud has", async () => {
  const both = `${LOGIN}, application_credential_id: c-1, application_credential_secret: other`;
  const cloud = (type: string) => `{ ${type} auth: { ${ADDRESS}, ${both} } }`;
  writeFileSync(
    join(near, "clouds.yaml"),
    `clouds: { user: ${cloud("auth_type: password,")}, app: ${cloud("auth_type: v3applicationcredential,")}, any: ${cloud("")} }`,
  );
  const ofCloud = async (name: string) => optionsFromClouds(await read(), { cloud: name }, {});
  expect(await ofCloud("user")).not.toHaveProperty("applicationCredentialSecret");
  expect(await ofCloud("app")).not.toHaveProperty("password");
  // The adapter refuses to guess.
  expect(await ofCloud("any")).toMatchObject({ password: SECRET, applicationCredentialSecret: "other" });
});

test("a project goes by its old name, too", async () => {
  const auth = `{ ${ADDRESS}, username: demo, password: ${SECRET}, tenant_name: old }`;
  writeFileSync(join(near, "clouds.yaml"), `clouds: { shop: { auth: ${auth} } }`);
  expect(optionsFromClouds(await read(), {}, {})).toMatchObject({ projectName: "old" });
});

test.each([
  [
    "user_domain_name: Shop, project_domain_name: Shop, auth",
    "",
    { userDomainName: "Shop", projectDomainName: "Shop" },
  ],
  ["tenant_name: old, auth", "", { projectName: "old" }],
  ["project_name: beside, auth", ", project_name: within", { projectName: "within" }],
  ["auth", ", domain_name: Shop", { userDomainName: "Shop", projectDomainName: "Shop" }],
  ["auth", ", domain_id: d-1, domain_name: Shop", { userDomainId: "d-1", projectDomainId: "d-1" }],
  ["auth", ", domain_name: Shop, user_domain_id: d-1", { userDomainId: "d-1", projectDomainName: "Shop" }],
  ["endpoint_type: internal, auth", "", { interface: "internal" }],
])("what OpenStack's own tools read of %s is read%s", async (beside, within, options) => {
  const login = `username: demo, password: ${SECRET}`;
  writeFileSync(
    join(near, "clouds.yaml"),
    `clouds: { shop: { ${beside}: { ${ADDRESS}, ${login}${within} } } }`,
  );
  expect(optionsFromClouds(await read(), {}, {})).toEqual({
    ...{ authUrl: "https://cloud.example:5000/v3", username: "demo", password: SECRET },
    ...options,
  });
});

test("what the adapter misses is named as the file names it", async () => {
  writeFileSync(join(near, "clouds.yaml"), `clouds:\n  shop:\n    auth: { ${ADDRESS} }\n`);
  const chosen = chooseCloud(await read(), { cloud: "shop" }, {});
  if (chosen === undefined) throw new Error("no cloud was chosen");
  const refusedBy = (read: () => unknown): PolyvolError => {
    try {
      read();
    } catch (error) {
      if (isPolyvolError(error)) return error;
    }
    throw new Error("nothing was refused");
  };
  const missing = refusedBy(() => openStackOptions.missing("projectName"));
  expect(missingInFile(chosen, missing)?.message).toMatch(
    /clouds\.yaml:3:5: clouds\.shop\.auth\.project_name: found nothing; allowed: a text, here or in secure\.yaml$/,
  );
  const wrong = refusedBy(() => openStackOptions.read({ timeoutMs: -1 }, {}));
  expect(missingInFile(chosen, wrong)).toBeUndefined();
});
