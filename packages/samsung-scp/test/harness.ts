import { ANOTHER, type FaultTarget, type Harness, type HarnessFault, ODD_STATE } from "@polyvol/conformance";
import { type BlockStorageDriver, createVirtualClock } from "@polyvol/core/driver";
import type { FaultEffect } from "@polyvol/emulators";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";
import { createSamsungScpDriver, type SamsungScpApiVersion } from "@polyvol/samsung-scp";
import { isPlain, plainEffect } from "../../emulators/test/kit/plain-effects.ts";

const ACCESS_KEY = "AKTESTEXAMPLE0001";
const SECRET_KEY = "test-secret-key-not-real-0001";
const SERVERS = ["b13531ca-99ec-4aa5-a2dd-a85665b0a358", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"];

const STEPS: Readonly<Record<FaultTarget, readonly [string, string]>> = {
  "volumes.create": ["POST", "/v1/volumes"],
  "volumes.get": ["GET", "/v1/volumes/*"],
  "volumes.list": ["GET", "/v1/volumes"],
  "volumes.resize": ["PUT", "/v1/volumes/*/size"],
  "volumes.attach": ["POST", "/v1/volumes/*/servers"],
  "volumes.delete": ["DELETE", "/v1/volumes/*"],
  "snapshots.create": ["POST", "/v1/snapshots"],
  "snapshots.get": ["GET", "/v1/snapshots/*"],
  "snapshots.list": ["GET", "/v1/snapshots"],
  "snapshots.delete": ["DELETE", "/v1/snapshots/*"],
};
const WORK = {
  "volumes.create": "createVolume",
  "volumes.resize": "extendVolume",
  "volumes.attach": "attachVolume",
  "volumes.delete": "deleteVolume",
  "snapshots.create": "createSnapshot",
  "snapshots.delete": "deleteSnapshot",
} as const;

function effectOf(
  effect: Exclude<HarnessFault["effect"], "fail_later">,
  kind: "volumes" | "snapshots",
  on: FaultTarget,
): FaultEffect {
  const isList = on.endsWith(".list");
  const item = isList ? `${kind}.0.` : "";
  if (isPlain(effect)) return plainEffect(effect);
  switch (effect) {
    case "quota_full": {
      const error = { code: "Forbidden", title: "QuotaExceeded", detail: `Quota exceeded for ${kind}.` };
      return { kind: "answer", status: 403, body: { errors: [{ ...error, status: 403, response: null }] } };
    }
    case "busy":
      return { kind: "answer", status: 409, when: "before", body: BUSY };
    case "extra_field":
      return { kind: "wrong-json", at: `${item}brand_new`, value: { a: 1 } };
    case "missing_field": {
      // No id is documented on answers that succeed; where one comes all the same, it is kept.
      const headers = { "content-type": "application/json", "x-request-id": "req-missing-field" };
      return { kind: "answer", status: 200, headers, body: isList ? { [kind]: [{}] } : {} };
    }
    case "another":
      return on.endsWith(".create")
        ? { kind: "answer", status: 202, when: "after", body: anotherMade(kind) }
        : { kind: "wrong-json", at: `${item}id`, value: ANOTHER.id };
    case "small_pages":
      return { kind: "query", atMost: { limit: 2 } };
    case "empty_page":
      return { kind: "wrong-json", at: kind, value: [] };
    case "odd_state":
      return {
        kind: "wrong-json",
        at: `${item}${kind === "volumes" ? "state" : "status"}`,
        value: ODD_STATE,
      };
  }
}

function anotherMade(kind: "volumes" | "snapshots"): object {
  const made = { ...ANOTHER, size: 8, created_at: "2026-07-14T09:00:00Z" };
  return kind === "volumes"
    ? { ...made, state: "creating", servers: [] }
    : { ...made, status: "creating", volume_id: ANOTHER.id };
}

/** As the service says that a resource is under way. */
const BUSY = {
  errors: [{ code: "Conflict", title: "Conflict", detail: "The resource is being processed.", status: 409 }],
};

export interface HarnessSettings {
  readonly apiVersion?: SamsungScpApiVersion;
  /** Makes the `fetch` of all drivers; `isSpoilt` says whether a fault was injected. */
  readonly fetch?: (isSpoilt: () => boolean) => typeof globalThis.fetch;
  /** Makes the drivers. Default: the package as it is imported. */
  readonly create?: typeof createSamsungScpDriver;
}

/** The driver over real HTTP to an emulator, both on one virtual clock. */
export async function makeHarness(settings: HarnessSettings = {}): Promise<Harness> {
  let isSpoilt = false;
  const fetch = settings.fetch?.(() => isSpoilt);
  const clock = createVirtualClock();
  const emulator = createSamsungScpEmulator({
    clock,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    servers: SERVERS,
    // A driver that can attach to several servers is tested with volumes that can be.
    defaultVolumeType: "SSD_MultiAttach",
    // Longer than the pause before the first look, so that there is something to wait for.
    durations: { volumeCreate: 10_000, snapshotCreate: 10_000, extend: 10_000, attach: 10_000 },
  });
  const listener = await emulator.listen();
  const driver = (secretKey: string): BlockStorageDriver =>
    (settings.create ?? createSamsungScpDriver)({
      ...{ accessKey: ACCESS_KEY, secretKey, region: "kr-west1", environment: "e" },
      ...{ baseUrl: listener.url, clock, apiVersion: settings.apiVersion ?? "negotiate" },
      ...(fetch === undefined ? {} : { fetch }),
    });

  function inject({ on, effect, count = 1 }: HarnessFault): void {
    isSpoilt = true;
    if (effect === "fail_later") {
      emulator.seed({ failures: [{ work: WORK[on as keyof typeof WORK], count }] });
      return;
    }
    const [method, path] = STEPS[on];
    const kind = on.startsWith("volumes") ? "volumes" : "snapshots";
    emulator.faults.add({ match: { method, path }, count, ...effectOf(effect, kind, on) });
  }

  return {
    driver: driver(SECRET_KEY),
    clock,
    ids: {
      missingVolume: "3f500f00-ed80-4566-a057-e31760226f9a",
      missingSnapshot: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
      missingServer: "9d1c0d3a-6d0f-4d9c-8a3c-0a8f6b1d2e3f",
      malformed: ["no-uuid", "with/slash", "with.dot", "with blank", "한글"],
      regions: ["kr-west1"],
      servers: SERVERS,
    },
    badCredentials: () => driver("another-secret-key"),
    secondProcess: () => driver(SECRET_KEY),
    faults: {
      inject,
      busy: ["volumes.resize", "volumes.delete", "snapshots.create", "snapshots.delete"],
      clear: () => emulator.faults.clear(),
      waiting: () => emulator.faults.list().filter(({ applied }) => applied === 0).length,
    },
    requests: () => {
      const all = emulator.log.entries();
      return { total: all.length, changes: all.filter(({ method }) => method !== "GET").length };
    },
    lastVolumeCreate: () => {
      const last = emulator.log
        .entries()
        .findLast((each) => each.method === "POST" && each.target === "/v1/volumes");
      if (last === undefined) return undefined;
      const { snapshot_id } = JSON.parse(last.requestBody) as { readonly snapshot_id?: string };
      return snapshot_id === undefined ? {} : { sourceSnapshotId: snapshot_id };
    },
    holds: () => emulator.inventory(),
    dispose: () => listener.close(),
  };
}
