import type { FaultTarget, Harness, HarnessFault, HeldResource } from "@polyvol/conformance";
import { type BlockStorageDriver, systemClock } from "@polyvol/core/driver";
import { createFaultProxy } from "@polyvol/emulators";
import { createOpenStackDriver } from "@polyvol/openstack";
import { SERVERS } from "../../../packages/openstack/test/emulated-cloud.ts";
import { faultsOf } from "../../../packages/openstack/test/kit-faults.ts";
import { hasWorkUnderWay, holdingsOf } from "./database.ts";
import { createPacedClock, onClock } from "./on-clock.ts";
import { control, giveBack, takeProject } from "./project.ts";
import { runningServer } from "./server.ts";

/** The operation of the storage backend, and how often it is tried. */
const WORK: Partial<Record<FaultTarget, readonly [string, number]>> = {
  "volumes.create": ["create_volume", 3],
  "volumes.resize": ["extend_volume", 1],
  "snapshots.create": ["create_snapshot", 1],
};

/** Seconds by operation: what tests are to see under way, whatever the machine does between two requests. */
const SLOW = { extend_volume: 2, create_snapshot: 0.3 };

/**
 * The driver over real HTTP to a real Cinder, in a project of its own. Before the server stand a proxy that strikes
 * requests with faults, and one that gives it the virtual clock of the test.
 */
export async function makeHarness(): Promise<Harness> {
  const server = runningServer();
  const project = await takeProject();
  const clock = createPacedClock(() => hasWorkUnderWay(server, project.id));
  /** Failures of the backend, by the request whose work they are to strike. */
  const later = new Map<string, readonly [string, number]>();
  const failing: Record<string, number> = {};
  const timed = await onClock(server.root, clock, async (method, path) => {
    const [request, work] = [...later].find(([each]) => method === "POST" && path.endsWith(each)) ?? [];
    if (request === undefined || work === undefined) return;
    later.delete(request);
    // Work of requests before it is not meant: it has to be over.
    const isBusy = (): boolean =>
      holdingsOf(server, project.id).volumes.some(({ status }) => status === "creating");
    while (isBusy()) await systemClock.sleep(100);
    const [operation, times] = work;
    failing[operation] = times;
    control(server, { delay: SLOW, fail: failing });
  });
  control(server, { delay: SLOW });
  const proxy = createFaultProxy({ target: timed.url, clock });
  const listener = await proxy.listen();
  const driver = (password: string): BlockStorageDriver =>
    createOpenStackDriver({
      ...{ authUrl: server.auth_url, username: "demo", password, projectId: project.id },
      ...{ region: server.region, baseUrl: listener.url, clock },
    });

  function inject({ on, effect, count = 1 }: HarnessFault): void {
    if (effect === "fail_later") {
      const [operation, tries] = WORK[on] ?? [];
      if (operation === undefined || tries === undefined) throw new Error(`nothing fails later of ${on}`);
      later.set(on === "volumes.resize" ? "/action" : `/${on.split(".")[0]}`, [operation, count * tries]);
      return;
    }
    for (const each of faultsOf({ on, effect, count })) proxy.faults.add(each);
  }

  function held(kind: "volumes" | "snapshots"): readonly HeldResource[] {
    const all = holdingsOf(server, project.id)[kind];
    return all.map(({ id, name, status }) => ({ id, name, ready: ["available", "in-use"].includes(status) }));
  }

  return {
    driver: driver(server.password),
    clock,
    ids: {
      missingVolume: "3f500f00-ed80-4566-a057-e31760226f9a",
      missingSnapshot: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
      // Cinder alone knows no servers: Nova does.
      malformed: ["no-uuid", "with/slash", "with.dot", "with blank", "한글"],
      regions: [server.region],
      servers: SERVERS,
    },
    badCredentials: () => driver("another-password"),
    secondProcess: () => driver(server.password),
    faults: {
      inject,
      // No `busy`: its state is shown for an instant of the clock, and this one runs on while the server works.
      clear: () => proxy.faults.clear(),
      waiting: () => proxy.faults.list().filter(({ applied }) => applied === 0).length,
    },
    requests: () => {
      const all = proxy.log.entries();
      return { total: all.length, changes: all.filter(({ method }) => method !== "GET").length };
    },
    lastVolumeCreate: () => {
      const last = proxy.log
        .entries()
        .findLast((each) => each.method === "POST" && each.target.endsWith("/volumes"));
      if (last === undefined) return undefined;
      const { volume } = JSON.parse(last.requestBody) as {
        readonly volume: { readonly snapshot_id?: string };
      };
      return volume.snapshot_id === undefined ? {} : { sourceSnapshotId: volume.snapshot_id };
    },
    holds: () => ({ volumes: held("volumes"), snapshots: held("snapshots") }),
    dispose: async () => {
      control(server, undefined);
      giveBack(project);
      await listener.close();
      await timed.close();
    },
  };
}
