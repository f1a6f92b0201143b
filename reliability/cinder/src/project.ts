/** Projects of the real server for tests to fill, and what tests do to the server behind its API. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { holdingsOf } from "./database.ts";
import { type CinderServer, type CinderUser, runningServer } from "./server.ts";

/** One project without anything in it, of the user `demo`. */
export interface Project {
  readonly id: string;
  readonly name: string;
}

const MANY = 1_000_000;
const made: Project[] = [];
const inUse = new Set<string>();

/** An empty project. Those that a test has left empty are used again. */
export async function takeProject(): Promise<Project> {
  const server = runningServer();
  const free = made.find(({ id }) => !inUse.has(id) && isEmpty(server, id));
  const project = free ?? (await makeProject(server));
  inUse.add(project.id);
  return project;
}

export function giveBack({ id }: Project): void {
  inUse.delete(id);
}

function isEmpty(server: CinderServer, projectId: string): boolean {
  const { volumes, snapshots } = holdingsOf(server, projectId);
  return volumes.length === 0 && snapshots.length === 0;
}

async function makeProject(server: CinderServer): Promise<Project> {
  const admin = userOf(server, "admin");
  const token = await logIn(server, admin.name, admin.project);
  const send = (method: string, url: string, body?: object): Promise<unknown> =>
    ask(method, url, token, body);
  const name = `test-${process.pid}-${made.length}-${Date.now()}`;
  const { project } = (await send("POST", `${server.auth_url}/projects`, {
    project: { name, domain_id: "default" },
  })) as { readonly project: Project };
  const { roles } = (await send("GET", `${server.auth_url}/roles?name=member`)) as {
    readonly roles: readonly { readonly id: string }[];
  };
  const place = `projects/${project.id}/users/${userOf(server, "demo").id}/roles/${roles[0]?.id}`;
  await send("PUT", `${server.auth_url}/${place}`);
  const quota_set = { volumes: MANY, snapshots: MANY, gigabytes: MANY };
  await send("PUT", `${server.root}/v3/${admin.project_id}/os-quota-sets/${project.id}`, { quota_set });
  // Volumes that several servers can have, as the adapter says that there can be.
  const default_type = { volume_type: "multiattach" };
  await send("PUT", `${server.root}/v3/default-types/${project.id}`, { default_type });
  made.push({ id: project.id, name });
  return { id: project.id, name };
}

export function userOf(server: CinderServer, name: string): CinderUser {
  const user = server.users.find((each) => each.name === name);
  if (user === undefined) throw new Error(`the server has no user ${name}`);
  return user;
}

/** A token for a project by name. */
export async function logIn(server: CinderServer, user: string, project: string): Promise<string> {
  return (await logInAt(server.auth_url, user, server.password, project)).token;
}

/** The same at any identity service, with the id of the project. */
export async function logInAt(
  authUrl: string,
  user: string,
  password: string,
  project: string,
): Promise<{ readonly token: string; readonly projectId: string }> {
  const domain = { id: "default" };
  const identity = {
    methods: ["password"],
    password: { user: { name: user, domain, password } },
  };
  const answer = await fetch(`${authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
  });
  const token = answer.headers.get("x-subject-token");
  if (token === null) throw new Error(`log-in of ${user}: ${answer.status} ${await answer.text()}`);
  const body = (await answer.json()) as { readonly token: { readonly project: { readonly id: string } } };
  return { token, projectId: body.token.project.id };
}

/** One request past Polyvol; the JSON of the answer. */
export async function ask(method: string, url: string, token: string, body?: object): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: {
      "x-auth-token": token,
      "openstack-api-version": "volume 3.70",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** What the storage driver is told to do wrong: seconds by operation, and how many calls are to fail. */
export interface Control {
  readonly delay?: Readonly<Record<string, number>>;
  readonly fail?: Readonly<Record<string, number>>;
}

/** Tells the storage driver; nothing: that it works as it should. */
export function control(server: CinderServer, wanted: Control | undefined): void {
  const file = join(server.data_dir, "control.json");
  if (wanted === undefined) {
    rmSync(file, { force: true });
    return;
  }
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(wanted));
  renameSync(draft, file);
}
