/** A project on the real server with a fault proxy before it, and any number of storages in front of that. */
import { join } from "node:path";
import type { BlockStorage, PolyvolEvent } from "@polyvol/core";
import { createFaultProxy, type Emulator, type Fault, type FaultMatch } from "@polyvol/emulators";
import { createOpenStackStorage, type OpenStackStorageOptions } from "@polyvol/openstack";
import { onTestFinished } from "vitest";
import { type Holdings, holdingsOf } from "./database.ts";
import { control, giveBack, type Project, takeProject } from "./project.ts";
import { type CinderServer, runningServer } from "./server.ts";

export type Kind = "volume" | "snapshot";

export interface CinderCloud {
  readonly server: CinderServer;
  readonly project: Project;
  readonly proxy: Emulator;
  readonly events: readonly PolyvolEvent[];
  /** Another process: a storage with a rate limiter, a budget and a log-in of its own, on the machine's clock. */
  storage(settings?: OpenStackStorageOptions): BlockStorage;
  /** What Cinder's database has of the project. */
  holds(): Holdings;
  /** Strikes the requests that create something. */
  strikeCreates(kind: Kind, fault: Fault): void;
  /** The file in which the server keeps the data. */
  fileOf(kind: Kind, id: string): string;
}

const CREATES: Readonly<Record<Kind, FaultMatch>> = {
  volume: { method: "POST", path: "/v3/*/volumes" },
  snapshot: { method: "POST", path: "/v3/*/snapshots" },
};

/** For one test; what it leaves in the project stays there. */
export async function openCloud(): Promise<CinderCloud> {
  const server = runningServer();
  const project = await takeProject();
  const proxy = createFaultProxy({ target: server.root, logLimit: 100_000 });
  const listener = await proxy.listen();
  control(server, undefined);
  onTestFinished(async () => {
    control(server, undefined);
    await listener.close();
    giveBack(project);
  });
  const events: PolyvolEvent[] = [];
  return {
    ...{ server, project, proxy, events },
    storage: (settings = {}) =>
      createOpenStackStorage({
        ...{ authUrl: server.auth_url, username: "demo", password: server.password, projectId: project.id },
        ...{ region: server.region, baseUrl: listener.url },
        onEvent: (event) => {
          events.push(event);
        },
        ...settings,
      }),
    holds: () => holdingsOf(runningServer(), project.id),
    strikeCreates: (kind, fault) => {
      proxy.faults.add({ ...fault, match: CREATES[kind] });
    },
    fileOf: (kind, id) => join(server.data_dir, `${kind}-${id}`),
  };
}
