import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isConfigError } from "../src/config-error.ts";
import { optionsFromClouds, readCloudsFile } from "../src/openstack-clouds-file.ts";

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
  [{}, {}, /found no name, and not one cloud; allowed: shop, backup. Name it/],
])("what cannot be chosen names the clouds: %j", async (given, variables, words) => {
  writeFileSync(join(near, "clouds.yaml"), CLOUDS);
  const found = await read();
  expect(() => optionsFromClouds(found, given, variables)).toThrow(words);
});

test("a cloud that is asked for where there is no file says where one is looked for", async () => {
  const found = await read();
  expect(() => optionsFromClouds(found, {}, { OS_CLOUD: "shop" })).toThrow(
    /cloud shop; allowed: clouds.yaml in/,
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
