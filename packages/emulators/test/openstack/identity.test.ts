import { createVirtualClock } from "@polyvol/emulators";
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { expect, test } from "vitest";
import { type Answer, BASE, read } from "./harness.ts";

/*
 * What a real Keystone (22.0.2) answers to the same requests, but for ids, times and addresses.
 */

type Ask = (
  method: string,
  path: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

const credential = { id: "c1", secret: "s" };
const user = { name: "demo", domain: { name: "Default" }, password: "p" };
const scope = { project: { name: "shop", domain: { id: "default" } } };

function keystone(): Ask {
  const emulator = createOpenStackEmulator({
    clock: createVirtualClock(),
    users: [{ name: "demo", password: "p", projects: ["shop", "lab"] }],
    applicationCredentials: [{ ...credential, project: "shop" }],
  });
  return async (method, path, body, headers = {}) =>
    await read(
      await emulator.fetch(`${BASE}/identity/${path.startsWith("/") ? `v3/auth${path}` : path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
}

const password = (who: object, of?: unknown): object => ({
  auth: { identity: { methods: ["password"], password: { user: who } }, scope: of },
});
const ofCredential = (of?: unknown): object => ({
  auth: {
    identity: { methods: ["application_credential"], application_credential: credential },
    scope: of,
  },
});

test("a token names its user and project, and how it was got", async () => {
  const ask = keystone();
  const { body, headers } = await ask("POST", "/tokens", password(user, scope));
  expect(headers.get("vary")).toBe("X-Auth-Token");
  expect(body.token).toMatchObject({
    methods: ["password"],
    user: { name: "demo" },
    project: { name: "shop", domain: { id: "default" } },
  });
  const id = headers.get("x-subject-token") ?? "";
  const again = { auth: { identity: { methods: ["token"], token: { id } }, scope } };
  expect((await ask("POST", "/tokens", again)).body.token.methods).toEqual(["password", "token"]);
  const byId = password(
    { id: body.token.user.id, password: "p" },
    { project: { id: body.token.project.id } },
  );
  expect((await ask("POST", "/tokens", byId)).body.token).toMatchObject({
    user: { name: "demo" },
    project: { name: "shop" },
  });
  expect((await ask("POST", "/tokens", ofCredential())).body.token).toMatchObject({
    methods: ["application_credential"],
    project: { name: "shop" },
    application_credential: { id: "c1" },
  });
  expect((await ask("POST", "/tokens?nocatalog", password(user, scope))).body.token.catalog).toBe(undefined);
});

test.each([
  ["a user of another domain", 401, password({ ...user, domain: { name: "Elsewhere" } }, scope)],
  ["a project of another domain", 401, password(user, { project: { name: "shop", domain: { id: "e" } } })],
  ["a user without a domain", 400, password({ name: "demo", password: "p" }, scope)],
  ["a project without a domain", 400, password(user, { project: { name: "shop" } })],
  ["the scope of a domain", 401, password(user, { domain: { name: "Default" } })],
  ["the scope of the system", 401, password(user, { system: { all: true } })],
  ["a credential with a scope", 401, ofCredential(scope)],
  ["a method that nobody knows", 401, { auth: { identity: { methods: ["magic"], magic: {} } } }],
])("%s is refused with %d", async (_, status, body) => {
  expect((await keystone()("POST", "/tokens", body)).status).toBe(status);
});

test("tokens are shown, tell the catalogue and the projects, and are revoked", async () => {
  const ask = keystone();
  const login = await ask("POST", "/tokens", password(user, scope));
  const token = login.headers.get("x-subject-token") ?? "";
  const own = { "x-auth-token": token };
  const both = { ...own, "x-subject-token": token };
  expect((await ask("GET", "/tokens", undefined, both)).body).toEqual(login.body);
  const head = await ask("HEAD", "/tokens", undefined, both);
  expect([head.status, head.body]).toEqual([200, undefined]);
  expect((await ask("GET", "/catalog", undefined, own)).body.catalog).toEqual(login.body.token.catalog);
  const { projects } = (await ask("GET", "/projects", undefined, own)).body;
  expect(projects.map(({ name }: { name: string }) => name)).toEqual(["shop", "lab"]);
  expect((await ask("DELETE", "/tokens", undefined, both)).status).toBe(204);
  expect((await ask("GET", "/tokens", undefined, both)).status).toBe(401);
});

test("its versions are shown to anybody, with where they are", async () => {
  const ask = keystone();
  const { status, headers, body } = await ask("GET", "");
  const [version] = body.versions.values;
  expect([status, headers.get("location")]).toEqual([300, `${BASE}/identity/v3/`]);
  expect(version).toMatchObject({ id: "v3.14", links: [{ rel: "self", href: `${BASE}/identity/v3/` }] });
  for (const path of ["v3", "v3/"]) expect((await ask("GET", path)).body.version).toEqual(version);
  expect((await ask("GET", "v2.0")).status).toBe(404);
});

test("a project is shown to who has logged in to it, and no other", async () => {
  const ask = keystone();
  const { headers, body } = await ask("POST", "/tokens", password(user, scope));
  const own = { "x-auth-token": headers.get("x-subject-token") ?? "" };
  const { id } = body.token.project;
  expect((await ask("GET", `v3/projects/${id}`, undefined, own)).body.project).toMatchObject({
    ...{ id, name: "shop", enabled: true, domain_id: "default" },
  });
  const other = await ask("GET", "v3/projects/elsewhere", undefined, own);
  expect([other.status, other.body.error.title]).toEqual([403, "Forbidden"]);
  expect((await ask("GET", `v3/projects/${id}`)).status).toBe(401);
});
