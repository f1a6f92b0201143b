import { inspect } from "node:util";
import { isPolyvolError } from "@polyvol/core";
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { createOpenStackStorage } from "@polyvol/openstack";
import { expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { cinderEntries, type FakeSettings, PROJECT, SECRET, startCloud } from "./fake-cloud.ts";

const LIST: FakeSettings["cinder"] = () => ({ body: { volumes: [] } });
const logins = (asked: readonly { readonly path: string }[]): number =>
  asked.filter(({ path }) => path.endsWith("/auth/tokens")).length;

test("a password is sent for a user and a project, each in its domain", async () => {
  const cloud = await startCloud({ cinder: LIST });
  const storage = cloud.storageWith({
    ...{ username: "demo", userDomainName: "people", password: SECRET },
    ...{ projectName: "shop", projectDomainId: "d-1" },
  });
  await storage.checkHealth();
  expect(cloud.asked[0]?.body).toEqual({
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: "demo", domain: { name: "people" }, password: SECRET } },
      },
      scope: { project: { name: "shop", domain: { id: "d-1" } } },
    },
  });
});

test("an application credential is sent without a scope: it has its project with it", async () => {
  const cloud = await startCloud({ cinder: LIST });
  const credential = { applicationCredentialId: "c-1", applicationCredentialSecret: SECRET };
  await cloud.storageWith({ ...credential, projectName: "other" }).checkHealth();
  expect(cloud.asked[0]?.body).toEqual({
    auth: {
      identity: {
        methods: ["application_credential"],
        application_credential: { id: "c-1", secret: SECRET },
      },
    },
  });
  await cloud
    .storageWith({ applicationCredentialName: "backup", userId: "u-1", applicationCredentialSecret: SECRET })
    .checkHealth();
  expect(cloud.asked.findLast(({ path }) => path.endsWith("tokens"))?.body).toMatchObject({
    auth: { identity: { application_credential: { name: "backup", user: { id: "u-1" } } } },
  });
});

test("a token that is there is asked for its project, or exchanged for one of a project that is named", async () => {
  const cloud = await startCloud({ cinder: LIST });
  await cloud.storageWith({ token: "token-of-mine" }).checkHealth();
  expect(cloud.asked[0]).toMatchObject({ method: "GET", headers: { "x-subject-token": "token-of-mine" } });
  expect(cloud.asked.at(-1)?.headers["x-auth-token"]).toBe("token-of-mine");
  await cloud.storageWith({ token: "token-of-mine", projectId: "p-1" }).checkHealth();
  const exchange = cloud.asked.find(({ method }) => method === "POST");
  expect(exchange?.body).toEqual({
    auth: {
      identity: { methods: ["token"], token: { id: "token-of-mine" } },
      scope: { project: { id: "p-1" } },
    },
  });
  expect(cloud.asked.at(-1)?.headers["x-auth-token"]).toMatch(/^token-number-/);
});

test("one login serves all calls until a minute before its end, by the service's own times", async () => {
  const cloud = await startCloud({ cinder: LIST });
  await Promise.all(Array.from({ length: 20 }, () => cloud.storage.checkHealth()));
  expect(logins(cloud.asked)).toBe(1);
  expect(cloud.asked.filter(({ path }) => path === "/v3/")).toEqual([]);
  await cloud.clock.sleep(58 * 60_000);
  await cloud.storage.checkHealth();
  expect(logins(cloud.asked)).toBe(1);
  await cloud.clock.sleep(61_000);
  await cloud.storage.checkHealth();
  expect(logins(cloud.asked)).toBe(2);
});

test("a token that is refused is replaced once, whatever the call", async () => {
  const refused = new Set(["token-number-1"]);
  const cloud = await startCloud({
    cinder: ({ headers }) =>
      refused.has(headers["x-auth-token"] ?? "")
        ? { status: 401, body: { error: { code: 401, title: "Unauthorized", message: "no" } } }
        : { body: { volumes: [] } },
  });
  expect(await cloud.storage.volumes.list().toArray()).toEqual([]);
  expect(logins(cloud.asked)).toBe(2);
  refused.add("token-number-2").add("token-number-3");
  const error = await failureOf(cloud.storage.volumes.get("x"));
  expect(error.code).toBe("unauthenticated");
  expect(logins(cloud.asked)).toBe(3);
});

test("a caller who gives up takes nobody else's login along", async () => {
  const cloud = await startCloud({ cinder: LIST });
  const giving = new AbortController();
  const first = cloud.storage.checkHealth({ abortSignal: giving.signal });
  const second = cloud.storage.checkHealth();
  giving.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  expect(await second).toMatchObject({ apiVersion: "3.70" });
});

const refusedLogin = { status: 401, body: { error: { code: 401, message: "It requires authentication." } } };

test.each([
  [{ username: "demo", password: SECRET, projectName: "demo" }, /user, password, project/],
  [
    { applicationCredentialId: "c", applicationCredentialSecret: SECRET },
    /application credential .* has expired/,
  ],
  [{ token: SECRET }, /the token is wrong or has expired/],
])("a login that is refused says what may be wrong (%#)", async (options, words) => {
  const cloud = await startCloud({ keystone: () => refusedLogin });
  const error = await failureOf(cloud.storageWith(options).checkHealth());
  expect(error).toMatchObject({ code: "unauthenticated", reason: expect.stringMatching(words) });
});

test("a secret that was replaced between being read and being used is read once more, and one that was not is not", async () => {
  const cloud = await startCloud({
    cinder: LIST,
    keystone: ({ body }, usual) => (JSON.stringify(body).includes("new-secret") ? usual : refusedLogin),
  });
  const said = ["old-secret", "new-secret"];
  const user = { username: "demo", userDomainName: "people", projectId: PROJECT };
  await cloud.storageWith({ ...user, password: () => said.shift() ?? "new-secret" }).checkHealth();
  expect(logins(cloud.asked)).toBe(2);
  for (const password of ["old-secret", () => "old-secret"]) {
    const before = logins(cloud.asked);
    const error = await failureOf(cloud.storageWith({ ...user, password }).checkHealth());
    expect(error.code).toBe("unauthenticated");
    expect(logins(cloud.asked) - before).toBe(1);
  }
});

test("a token without a project is refused: with it, everything looks empty", async () => {
  const keystone: FakeSettings["keystone"] = (_, usual) => ({
    ...usual,
    body: { token: { expires_at: "2026-11-29T15:00:00.000000Z" } },
  });
  const error = await failureOf(
    (await startCloud({ keystone, cinder: LIST })).storage.volumes.list().toArray(),
  );
  expect(error).toMatchObject({ code: "unauthenticated", reason: expect.stringContaining("no project") });
});

test("the catalogue: the region, the interface, and the newer of both types", async () => {
  const catalogue: FakeSettings["catalogue"] = (url) => [
    {
      type: "volumev3",
      endpoints: [endpoint("one", "public", "http://127.0.0.1:1/v3"), endpoint("two", "public", `${url}/v3`)],
    },
    {
      type: "block-storage",
      endpoints: [endpoint("one", "internal", `${url}/v3/`), endpoint("one", "public", url)],
    },
  ];
  const cloud = await startCloud({ catalogue, cinder: LIST });
  const options = { username: "demo", password: SECRET, projectName: "demo" };
  // Whether the address has a version and a project or not, it is one place.
  for (const place of [
    { region: "one" },
    { region: "two" },
    { region: "one", interface: "internal" as const },
  ]) {
    await cloud.storageWith({ ...options, ...place }).checkHealth();
    expect(cloud.asked.at(-1)?.path).toBe(`/v3/${PROJECT}/volumes/detail`);
  }
  const several = await failureOf(cloud.storageWith(options).checkHealth());
  expect(several.reason).toBe("region: found nothing, allowed: one, two");
  const wrong = await failureOf(cloud.storageWith({ ...options, region: "mars" }).checkHealth());
  expect(wrong).toMatchObject({
    code: "invalid_argument",
    reason: 'region: found "mars", allowed: one, two',
  });
  const none = await failureOf(
    cloud.storageWith({ ...options, region: "two", interface: "admin" }).checkHealth(),
  );
  expect(none.reason).toBe('interface: found "admin", allowed in two: public');
});

test("a project without block storage says what it has", async () => {
  const cloud = await startCloud({ catalogue: () => [{ type: "compute" }, { type: "identity" }] });
  const error = await failureOf(cloud.storage.checkHealth());
  expect(error).toMatchObject({
    code: "unsupported",
    reason: expect.stringMatching(/no block storage.*compute, identity/),
  });
});

test("an address of an older version is passed over, whatever its type; alone it is no block storage of ours", async () => {
  const old = (url: string) => ({
    type: "block-storage",
    endpoints: [endpoint("one", "public", `${url}/v2/${PROJECT}`)],
  });
  const beside: FakeSettings["catalogue"] = (url) => [
    old(url),
    { type: "volumev3", endpoints: [endpoint("one", "public", `${url}/v3/${PROJECT}`)] },
  ];
  const cloud = await startCloud({ catalogue: beside, cinder: LIST });
  await cloud.storage.checkHealth();
  expect(cloud.asked.at(-1)?.path).toBe(`/v3/${PROJECT}/volumes/detail`);
  const alone = await startCloud({ catalogue: (url) => [old(url)], cinder: LIST });
  const error = await failureOf(alone.storage.checkHealth());
  expect(error).toMatchObject({ code: "unsupported", outcome: "not_applied", retryable: false });
  expect(error.reason).toMatch(/at http:.*\/v2\/.* older than version 3.*option baseUrl/);
  const who = { username: "demo", password: SECRET, projectName: "demo" };
  const given = alone.storageWith({ ...who, baseUrl: `${alone.url}/v2` });
  expect(await failureOf(given.checkHealth())).toMatchObject({
    code: "invalid_argument",
    reason: "baseUrl: found an address of a version before 3, allowed are those of version 3",
  });
});

test("no token goes to another host in the clear", async () => {
  const cloud = await startCloud({ catalogue: () => cinderEntries("http://storage.example") });
  const error = await failureOf(cloud.storage.checkHealth());
  expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
  expect(error.reason).toMatch(/http:\/\/storage\.example.*option baseUrl/);
});

test("a login that fails leaves nothing behind that could have been made, and is tried again", async () => {
  let failures = 2;
  const cloud = await startCloud({
    keystone: (_, usual) => (failures-- > 0 ? { status: 503 } : usual),
    cinder: ({ method }) => (method === "GET" ? { body: { volumes: [] } } : { status: 400 }),
  });
  const error = await failureOf(cloud.storage.volumes.create({ name: "db", sizeGiB: 1 }));
  expect(error).toMatchObject({ code: "invalid_argument", outcome: "not_applied" });
  expect(logins(cloud.asked)).toBe(3);
});

test.each([
  { status: 400, body: { error: { code: 400, message: `wrong value ${SECRET} in the request` } } },
  { status: 502, headers: { "content-type": "text/html" }, body: `<html>${SECRET}</html>` },
  { status: 201, body: { token: SECRET } },
  refusedLogin,
])("no secret is in an error or an event, whatever the identity service answers (%#)", async (answer) => {
  const cloud = await startCloud({ keystone: () => answer });
  const error = await failureOf(cloud.storage.checkHealth({ timeoutMs: 5_000 }));
  const told = `${inspect(error, { depth: 10 })} ${JSON.stringify(error)} ${inspect(cloud.events, { depth: 10 })}`;
  expect(told).not.toContain(SECRET);
  expect(isPolyvolError(error)).toBe(true);
});

function endpoint(region: string, kind: string, url: string): object {
  return { interface: kind, region, region_id: region, url };
}

test("a refused login and a wrong address say whom was asked", async () => {
  const refuse = (status: number, body: unknown) =>
    startCloud({ cinder: LIST, keystone: () => ({ status, body }) });
  const wrong = await refuse(401, { error: { code: 401, message: "no", title: "Unauthorized" } });
  expect((await failureOf(wrong.storage.checkHealth())).message).toContain(
    `the identity service at ${wrong.url}/identity/v3 refuses the login: user, password, project`,
  );
  const elsewhere = await refuse(404, "<html>");
  expect((await failureOf(elsewhere.storage.checkHealth())).message).toContain(
    `no identity service is at ${elsewhere.url}/identity/v3`,
  );
});

test("block storage at the address of the identity service is told from a wrong password", async () => {
  const named = (uri: string) =>
    startCloud({
      keystone: () => ({
        ...{ status: 401, headers: { "www-authenticate": `Keystone uri="${uri}"` } },
        body: { error: { code: 401, message: "The request you have made requires authentication." } },
      }),
    });
  const elsewhere = await named("https://cloud.example:5000/");
  expect((await failureOf(elsewhere.storage.checkHealth())).message).toContain(
    "or authUrl is wrong: the answer names https://cloud.example:5000/ as the identity service",
  );
  for (const uri of ["javascript:alert(1)", "no address", ""]) {
    const { storage } = await named(uri);
    expect((await failureOf(storage.checkHealth())).message).not.toContain("authUrl is wrong");
  }
});

test("the identity service that a wrong password is refused by does not name another", async () => {
  const emulator = createOpenStackEmulator({ users: [{ name: "demo", password: "p", projects: ["demo"] }] });
  const listener = await emulator.listen();
  const who = { username: "demo", password: "x", projectName: "demo", region: "RegionOne" };
  for (const authUrl of [`${listener.url}/identity/`, listener.url, `${listener.url}/v3`]) {
    const { message } = await failureOf(createOpenStackStorage({ ...who, authUrl }).checkHealth());
    expect(message).toContain("refuses the login");
    expect(message).not.toContain("names");
  }
  await listener.close();
});

test("a password of one letter is hidden as a word, not in other words", async () => {
  const emulator = createOpenStackEmulator();
  const listener = await emulator.listen();
  const who = { username: "demo", password: "p", projectName: "demo", region: "Nowhere" };
  const storage = createOpenStackStorage({ ...who, authUrl: listener.url });
  const { message } = await failureOf(storage.checkHealth());
  expect(message).not.toContain("[hidden]");
  const answer = { status: 400, body: { error: { code: 400, message: "wrong value p in the request" } } };
  const cloud = await startCloud({ keystone: () => answer });
  const short = cloud.storageWith({ username: "demo", password: "p", projectName: "demo" });
  expect((await failureOf(short.checkHealth())).message).toContain("wrong value [hidden] in the request");
  await listener.close();
});

test("a check says the region and the project that the credentials lead to", async () => {
  const cloud = await startCloud({ cinder: LIST });
  expect(await cloud.storage.checkHealth()).toMatchObject({ region: "local", project: PROJECT });
  const named = await startCloud({
    cinder: LIST,
    keystone: (_, usual) => {
      const { token } = usual.body as { readonly token: object };
      return { ...usual, body: { token: { ...token, project: { id: PROJECT, name: "shop" } } } };
    },
  });
  expect(await named.storage.checkHealth()).toMatchObject({ project: "shop" });
});
