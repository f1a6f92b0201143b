import {
  ANOTHER,
  type FaultTarget,
  type Harness,
  type HarnessFault,
  type HeldResource,
  ODD_STATE,
} from "@polyvol/conformance";
import { type BlockStorageDriver, systemClock } from "@polyvol/core/driver";
import { createFaultProxy, type FaultEffect, type FaultRule } from "@polyvol/emulators";
import { createOpenStackDriver } from "@polyvol/openstack";
import { holdingsOf } from "./database.ts";
import { createPacedClock, onClock } from "./on-clock.ts";
import { control, giveBack, takeProject } from "./project.ts";
import { runningServer } from "./server.ts";

const SERVERS = ["b13531ca-99ec-4aa5-a2dd-a85665b0a358", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"];

const STEPS: Readonly<Record<FaultTarget, readonly [string, string]>> = {
  "volumes.create": ["POST", "/v3/*/volumes"],
  "volumes.get": ["GET", "/v3/*/volumes/*"],
  "volumes.list": ["GET", "/v3/*/volumes/detail"],
  "volumes.resize": ["POST", "/v3/*/volumes/*/action"],
  "volumes.attach": ["POST", "/v3/*/volumes/*/action"],
  "volumes.delete": ["DELETE", "/v3/*/volumes/*"],
  "snapshots.create": ["POST", "/v3/*/snapshots"],
  "snapshots.get": ["GET", "/v3/*/snapshots/*"],
  "snapshots.list": ["GET", "/v3/*/snapshots/detail"],
  "snapshots.delete": ["DELETE", "/v3/*/snapshots/*"],
};
const ACTIONS: Partial<Record<FaultTarget, string>> = {
  "volumes.resize": "os-extend",
  "volumes.attach": "os-attach",
};
/** The operation of the storage backend, and how often it is tried. */
const WORK: Partial<Record<FaultTarget, readonly [string, number]>> = {
  "volumes.create": ["create_volume", 3],
  "volumes.resize": ["extend_volume", 1],
  "snapshots.create": ["create_snapshot", 1],
};

function effectOf(
  effect: Exclude<HarnessFault["effect"], "fail_later">,
  kind: "volumes" | "snapshots",
  on: FaultTarget,
): FaultEffect {
  const isList = on.endsWith(".list");
  const one = kind.slice(0, -1);
  const item = isList ? `${kind}.0.` : `${one}.`;
  switch (effect) {
    case "lose_answer":
      return { kind: "cut-after" };
    case "cut":
      return { kind: "cut-before" };
    case "unavailable_before":
      return { kind: "answer", status: 503 };
    case "unavailable_after":
      return { kind: "answer", status: 503, when: "after" };
    case "too_many":
      return { kind: "answer", status: 429, headers: { "retry-after": "10" } };
    case "quota_full": {
      const message =
        "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.";
      const headers = { "retry-after": "0" };
      return {
        kind: "answer",
        status: 413,
        headers,
        body: { overLimit: { code: 413, message, retryAfter: "0" } },
      };
    }
    case "extra_field":
      return { kind: "wrong-json", at: `${item}brand_new`, value: { a: 1 } };
    case "missing_field":
      return { kind: "wrong-json", at: `${item}status` };
    case "stranger":
      return { kind: "answer", status: 404, body: { message: "no such route" } };
    case "another":
      return on.endsWith(".create")
        ? { kind: "answer", status: 202, when: "after", body: { [one]: anotherMade(kind) } }
        : { kind: "wrong-json", at: `${item}id`, value: ANOTHER.id };
    case "small_pages":
      return { kind: "query", atMost: { limit: 2 } };
    case "empty_page":
      return { kind: "wrong-json", at: kind, value: [] };
    case "odd_state":
      return { kind: "wrong-json", at: `${item}status`, value: ODD_STATE };
  }
}

function anotherMade(kind: "volumes" | "snapshots"): object {
  const made = { ...ANOTHER, size: 1, status: "creating", created_at: "2026-07-14T09:00:00.000000" };
  return kind === "volumes" ? { ...made, attachments: [] } : { ...made, volume_id: ANOTHER.id };
}

/**
 * The driver over real HTTP to a real Cinder, in a project of its own. Before the server stand a proxy that strikes
 * requests with faults, and one that gives it the virtual clock of the test.
 */
export async function makeHarness(): Promise<Harness> {
  const server = runningServer();
  const clock = createPacedClock();
  const project = await takeProject();
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
    control(server, { fail: failing });
  });
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
    const [method, path] = STEPS[on];
    const action = ACTIONS[on];
    // A listing has the form of a read by its path.
    const match: FaultRule["match"] = {
      method,
      path: on.endsWith(".get") ? { regexp: `^/v3/[^/]+/${on.split(".")[0]}/(?!detail$)[^/]+$` } : path,
      ...(action === undefined ? {} : { bodyIncludes: action }),
    };
    proxy.faults.add({
      match,
      count,
      ...effectOf(effect, on.startsWith("volumes") ? "volumes" : "snapshots", on),
    });
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
