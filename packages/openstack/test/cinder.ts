/** The real Cinder and Keystone that `pnpm cinder start` has started, and what an administrator does there for tests. */
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What `pnpm cinder start` prints, as far as tests use it. */
export interface CinderServer {
  readonly root: string;
  readonly auth_url: string;
  readonly region: string;
  readonly password: string;
  readonly data_dir: string;
  readonly users: readonly { readonly name: string; readonly id: string; readonly project_id: string }[];
  readonly application_credential: { readonly id: string; readonly secret: string };
  readonly pids: { readonly cinder: number; readonly keystone: number };
}

/** `undefined` where none runs. */
export function findCinder(): CinderServer | undefined {
  const folder = process.env["POLYVOL_CINDER_DIR"] ?? join(tmpdir(), "polyvol-cinder");
  try {
    const server = JSON.parse(readFileSync(join(folder, "server.json"), "utf8")) as CinderServer;
    // Signal 0 only asks whether there is such a process.
    return Object.values(server.pids).every((pid) => process.kill(pid, 0)) ? server : undefined;
  } catch {
    return undefined;
  }
}

/** A project of its own for one test, with room in it. */
export interface Project {
  readonly id: string;
  readonly name: string;
  /** Cinder as its administrator sees it: `path` begins after the project's id. */
  ask(method: string, path: string, body?: object): Promise<Readonly<Record<string, never>>>;
  /** Makes the next calls of an operation of the storage backend fail. */
  fail(operation: string, times: number): void;
}

const VERSION = "volume 3.70";
let projects = 0;
let admin: Promise<{ readonly token: string; readonly projectId: string }> | undefined;

export async function createProject(server: CinderServer): Promise<Project> {
  admin ??= login(server);
  const { token, projectId } = await admin;
  const headers = {
    "content-type": "application/json",
    "x-auth-token": token,
    "openstack-api-version": VERSION,
  };
  const send = async (
    url: string,
    method: string,
    body?: object,
  ): Promise<Readonly<Record<string, never>>> => {
    const answer = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
    return text === "" ? {} : JSON.parse(text);
  };
  projects += 1;
  const name = `kit-${process.pid}-${projects}-${Math.random().toString(36).slice(2, 8)}`;
  const made = await send(`${server.auth_url}/projects`, "POST", { project: { name, domain_id: "default" } });
  const { id } = made["project"] as unknown as { readonly id: string };
  const roles = await send(`${server.auth_url}/roles?name=member`, "GET");
  const [role] = roles["roles"] as unknown as readonly { readonly id: string }[];
  const user = server.users.find((each) => each.name === "demo");
  await send(`${server.auth_url}/projects/${id}/users/${user?.id}/roles/${role?.id}`, "PUT");
  const ask: Project["ask"] = (method, path, body) =>
    send(`${server.root}/v3/${projectId}${path}`, method, body);
  const quota_set = { volumes: 10_000, snapshots: 10_000, gigabytes: 1_000_000 };
  await ask("PUT", `/os-quota-sets/${id}`, { quota_set });
  // Volumes that several servers can have, as the adapter says that there can be.
  await send(`${server.root}/v3/default-types/${id}`, "PUT", {
    default_type: { volume_type: "multiattach" },
  });
  return { id, name, ask, fail: (operation, times) => control(server, operation, times) };
}

async function login({
  auth_url,
  password,
}: CinderServer): Promise<{ readonly token: string; readonly projectId: string }> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: "admin", domain, password } } };
  const answer = await fetch(`${auth_url}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: "admin", domain } } } }),
  });
  const { token } = (await answer.json()) as {
    readonly token: { readonly project: { readonly id: string } };
  };
  return { token: answer.headers.get("x-subject-token") ?? "", projectId: token.project.id };
}

/** What the backend reads before each operation. */
function control({ data_dir }: CinderServer, operation: string, times: number): void {
  const file = join(data_dir, "control.json");
  let now: { readonly fail?: Readonly<Record<string, number>> } = {};
  try {
    now = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // There is none yet.
  }
  writeFileSync(file, JSON.stringify({ ...now, fail: { ...now.fail, [operation]: times } }));
}
