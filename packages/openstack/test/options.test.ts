import { describe, expect, test } from "vitest";
import { readOptions } from "../src/options.ts";

const NOTHING = {};
const PASSWORD = "correct-horse-battery-staple";
const FULL = {
  authUrl: "https://cloud.example:5000",
  username: "demo",
  password: PASSWORD,
  projectName: "shop",
};
const VARIABLES = {
  OS_AUTH_URL: "https://cloud.example:5000/v3",
  OS_USERNAME: "demo",
  OS_PASSWORD: PASSWORD,
  OS_PROJECT_NAME: "shop",
  OS_USER_DOMAIN_NAME: "people",
  OS_REGION_NAME: "one",
  OS_INTERFACE: "internal",
};

test("what is left out has its default", () => {
  expect(readOptions(FULL, NOTHING)).toMatchObject({
    ...{
      authUrl: "https://cloud.example:5000/v3",
      interface: "public",
      apiVersion: "negotiate",
      settleMs: 2_000,
    },
    identity: {
      method: "password",
      named: { name: "demo", domain: { id: "default" } },
      scope: { project: { name: "shop", domain: { id: "default" } } },
    },
  });
});

test("the variables of the environment are taken together or not at all, but for the place", () => {
  const fromThem = readOptions({}, VARIABLES);
  expect(fromThem).toMatchObject({
    region: "one",
    interface: "internal",
    identity: { named: { domain: { name: "people" } } },
  });
  const own = { authUrl: FULL.authUrl, applicationCredentialId: "c", applicationCredentialSecret: "s" };
  const mixed = readOptions(own, VARIABLES);
  expect(mixed).toMatchObject({
    region: "one",
    identity: { method: "application_credential", named: { id: "c" } },
  });
  expect(() => readOptions({ authUrl: FULL.authUrl }, VARIABLES)).toThrow(/option password: found none/);
});

test("of two ways to log in neither is guessed; each alone is taken", () => {
  const { password, ...user } = FULL;
  const credential = { applicationCredentialId: "c", applicationCredentialSecret: PASSWORD };
  expect(() => readOptions({ ...FULL, ...credential }, NOTHING)).toThrow(
    /ways to log in: found applicationCredentialSecret, password, allowed: one of them/,
  );
  expect(() => readOptions({}, { ...VARIABLES, OS_TOKEN: PASSWORD })).toThrow(
    /found token, password \(as options, or as the variables OS_TOKEN, OS_PASSWORD\), allowed: one/,
  );
  expect(readOptions({ ...user, ...credential }, NOTHING).identity.method).toBe("application_credential");
  expect(readOptions({ ...user, token: "t" }, NOTHING).identity.method).toBe("token");
  expect(readOptions({ ...user, password }, NOTHING).identity.method).toBe("password");
});

test("a variable that is not read is not recommended", () => {
  const { password: _, ...rest } = FULL;
  expect(() => readOptions(rest, VARIABLES)).toThrow(/option password: found none, .*; set it \(/);
  expect(() => readOptions({}, { ...VARIABLES, OS_PASSWORD: "" })).toThrow(
    /set it or the environment variable OS_PASSWORD/,
  );
});

describe("refused, without repeating what may be secret", () => {
  test.each([
    [{}, /option authUrl: found none/],
    [{ ...FULL, authUrl: `ftp://${PASSWORD}@x` }, /option authUrl/],
    [{ ...FULL, password: 7 }, /option password/],
    [{ ...FULL, projectName: undefined }, /option projectName: found none/],
    [
      { ...FULL, applicationCredentialSecret: PASSWORD, password: undefined },
      /option applicationCredentialId/,
    ],
    [{ ...FULL, apiVersion: "3" }, /option apiVersion: found "3", allowed: negotiate, or a microversion/],
    [{ ...FULL, apiVersion: "latest" }, /option apiVersion/],
    [{ ...FULL, interface: "outside" }, /option interface/],
    [{ ...FULL, pasword: PASSWORD }, /found pasword/],
  ])("%j", (options, words) => {
    const refuse = () => readOptions(options as never, NOTHING);
    expect(refuse).toThrow(words);
    expect(refuse).not.toThrow(PASSWORD);
  });
});
