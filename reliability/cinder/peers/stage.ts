/** A project with 2,000 volumes on the real server, and a region whose Cinder is a fault proxy. */
import { randomUUID } from "node:crypto";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { createFaultProxy, type Emulator } from "@polyvol/emulators";
import { holdingsOf } from "../src/database.ts";
import { ask, logIn, type Project, takeProject, userOf } from "../src/project.ts";
import { type CinderServer, runningServer } from "../src/server.ts";

export interface Stage {
  readonly server: CinderServer;
  readonly project: Project;
  readonly proxy: Emulator;
  /** The `OS_*` variables by which every client finds its way through the proxy. */
  readonly environment: Readonly<Record<string, string>>;
  /** A volume that can have snapshots. */
  readonly volumeId: string;
  close(): Promise<void>;
}

export async function openStage(volumes: number): Promise<Stage> {
  const server = runningServer();
  const project = await takeProject();
  const proxy = createFaultProxy({ target: server.root });
  const listener = await proxy.listen();
  const volumeId = await makeVolume(server, project);
  copyVolume(server, volumeId, volumes - 1);
  const region = `peers-${listener.port}`;
  const removeRegion = await addRegion(server, region, listener.url);
  return {
    ...{ server, project, proxy, volumeId },
    environment: {
      OS_AUTH_URL: server.auth_url,
      OS_USERNAME: "demo",
      OS_PASSWORD: server.password,
      OS_USER_DOMAIN_ID: "default",
      OS_DOMAIN_ID: "default",
      OS_PROJECT_ID: project.id,
      OS_REGION_NAME: region,
    },
    volumeId,
    close: async () => {
      await removeRegion();
      await listener.close();
    },
  };
}

async function makeVolume(server: CinderServer, { id: projectId, name }: Project): Promise<string> {
  const token = await logIn(server, "demo", name);
  const url = `${server.root}/v3/${projectId}/volumes`;
  const { volume } = (await ask("POST", url, token, { volume: { name: "model", size: 1 } })) as {
    readonly volume: { readonly id: string };
  };
  while (holdingsOf(server, projectId).volumes[0]?.status !== "available") {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return volume.id;
}

/** Rows of the database, without data behind them: made in a moment, where requests would take minutes. */
function copyVolume(server: CinderServer, id: string, copies: number): void {
  const database = new DatabaseSync(new URL(server.database).pathname.replace(/^\/+/, "/"), {
    timeout: 60_000,
  });
  const row = database.prepare("SELECT * FROM volumes WHERE id = ?").get(id) ?? {};
  const columns = Object.keys(row);
  const places = columns.map(() => "?").join(", ");
  const insert = database.prepare(`INSERT INTO volumes (${columns.join(", ")}) VALUES (${places})`);
  database.exec("BEGIN");
  for (let copy = 0; copy < copies; copy += 1) {
    const minute = String(Math.floor(copy / 60)).padStart(2, "0");
    const own: Record<string, SQLInputValue> = {
      id: randomUUID(),
      display_name: `copy-${String(copy).padStart(4, "0")}`,
      created_at: `2026-11-01 00:${minute}:${String(copy % 60).padStart(2, "0")}.000000`,
    };
    insert.run(...columns.map((column) => own[column] ?? row[column] ?? null));
  }
  database.exec("COMMIT");
  database.close();
}

/** A region in the catalogue in which Cinder is at `url`. The way to take it away again. */
async function addRegion(server: CinderServer, region: string, url: string): Promise<() => Promise<void>> {
  const admin = userOf(server, "admin");
  const token = await logIn(server, admin.name, admin.project);
  const send = (method: string, path: string, body?: object): Promise<unknown> =>
    ask(method, `${server.auth_url}/${path}`, token, body);
  await send("POST", "regions", { region: { id: region } });
  const { services } = (await send("GET", "services")) as {
    readonly services: readonly { readonly id: string; readonly type: string }[];
  };
  const made: string[] = [];
  for (const { id, type } of services) {
    // Identity is in every region of a catalogue.
    const address = type === "identity" ? server.auth_url : `${url}/v3/$(project_id)s`;
    const endpoint = { service_id: id, interface: "public", region_id: region, url: address };
    const answer = (await send("POST", "endpoints", { endpoint })) as {
      readonly endpoint: { readonly id: string };
    };
    made.push(answer.endpoint.id);
  }
  return async () => {
    for (const id of made) await send("DELETE", `endpoints/${id}`);
    await send("DELETE", `regions/${region}`);
  };
}
