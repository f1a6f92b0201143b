import { ANOTHER, type FaultTarget, type Harness, type HarnessFault } from "@polyvol/conformance";
import { createVirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanDriver, type DigitalOceanDriverOptions } from "@polyvol/digitalocean";
import { createDigitalOceanEmulator, type DigitalOceanOptions } from "@polyvol/emulators/digitalocean";
import { isPlain, plainEffect } from "../../emulators/test/kit/plain-effects.ts";
import { DROPLETS, TOKEN } from "./cloud.ts";

type Emulator = ReturnType<typeof createDigitalOceanEmulator>;
type Fault = Parameters<Emulator["faults"]["add"]>[0];
type Match = NonNullable<Fault["match"]>;

/** A token without `tag:read`. */
const BLIND = "dop_v1_blind";

/** A harness of the conformance kit over the emulator behind a real port, with the provider's own rules. */
export async function digitalOceanHarness(
  options: DigitalOceanOptions = {},
  driverOptions: DigitalOceanDriverOptions = {},
  create: typeof createDigitalOceanDriver = createDigitalOceanDriver,
): Promise<Harness> {
  const clock = createVirtualClock(Date.UTC(2026, 6, 14, 9));
  const emulator = createDigitalOceanEmulator({
    tokens: [TOKEN, { token: BLIND, scopes: ["block_storage_snapshot:read"] }],
    droplets: DROPLETS,
    ...options,
    clock,
  });
  const listener = await emulator.listen();
  const connect = (token: string): Harness["driver"] =>
    create({ token, region: "nyc3", baseUrl: listener.url, clock, ...driverOptions });
  return {
    driver: connect(TOKEN),
    clock,
    ids: {
      missingVolume: "00000000-0000-11f0-8a2b-0a58ac140000",
      missingSnapshot: "00000000-0000-11f0-8a2b-0a58ac14ffff",
      missingServer: "999999",
      malformed: ["a/b", "..%2f..", "actions", "with space", "?name=x", "snapshots"],
      regions: ["nyc3", "ams3"],
      servers: DROPLETS.map(({ id }) => String(id)),
    },
    badCredentials: () => connect("wrong"),
    secondProcess: () => connect(TOKEN),
    withoutTags: () => connect(BLIND),
    faults: {
      inject: ({ on, effect, count = 1 }) => {
        if (effect !== "fail_later")
          emulator.faults.add({ match: MATCHES[on], count, ...strike(effect, on) });
        else emulator.seed({ action_outcomes: Array.from({ length: count }, () => "errored") });
      },
      busy: ["volumes.delete", "snapshots.delete"],
      clear: () => emulator.faults.clear(),
      waiting: () => emulator.faults.list().filter(({ applied }) => applied === 0).length,
    },
    requests: () => {
      const methods = emulator.log.entries().map((entry) => entry.method);
      return { total: methods.length, changes: methods.filter((method) => method !== "GET").length };
    },
    lastVolumeCreate: () => {
      const creates = emulator.log.entries().filter((entry) => isVolumeCreate(entry));
      const body = JSON.parse(creates.at(-1)?.requestBody ?? "{}") as { readonly snapshot_id?: string };
      return body.snapshot_id === undefined ? {} : { sourceSnapshotId: body.snapshot_id };
    },
    holds: () => emulator.inventory(),
    dispose: () => listener.close(),
  };
}

function isVolumeCreate(entry: { readonly method: string; readonly target: string }): boolean {
  return entry.method === "POST" && entry.target === "/v2/volumes";
}

const MATCHES: Readonly<Record<FaultTarget, Match>> = {
  "volumes.create": { method: "POST", path: "/v2/volumes" },
  "volumes.get": { method: "GET", path: "/v2/volumes/*" },
  "volumes.list": { method: "GET", path: "/v2/volumes" },
  "volumes.resize": { method: "POST", path: "/v2/volumes/*/actions", bodyIncludes: '"resize"' },
  "volumes.attach": { method: "POST", path: "/v2/volumes/*/actions", bodyIncludes: '"attach"' },
  "volumes.delete": { method: "DELETE", path: "/v2/volumes/*" },
  "snapshots.create": { method: "POST", path: "/v2/volumes/*/snapshots" },
  "snapshots.get": { method: "GET", path: "/v2/volumes/snapshots/*" },
  "snapshots.list": { method: "GET", path: /^\/v2\/(?:volumes\/[^/]+\/)?snapshots$/ },
  "snapshots.delete": { method: "DELETE", path: "/v2/volumes/snapshots/*" },
};

/** Where an answer has its resource, or the first of them. */
function placeOf(on: FaultTarget): string {
  const kind = on.startsWith("volumes") ? "volume" : "snapshot";
  return on.endsWith("list") ? `${kind}s.0` : kind;
}

function strike(effect: Exclude<HarnessFault["effect"], "fail_later">, on: FaultTarget): Fault {
  if (isPlain(effect)) return plainEffect(effect);
  switch (effect) {
    case "quota_full": {
      const message = "failed to create: volume/snapshot capacity limit exceeded";
      return { kind: "answer", status: 403, when: "before", body: { id: "forbidden", message } };
    }
    case "busy": {
      const message = "the volume is still in use";
      return { kind: "answer", status: 409, when: "before", body: { id: "conflict", message } };
    }
    case "extra_field":
      return { kind: "wrong-json", at: `${placeOf(on)}.flavour`, value: "sweet" };
    case "missing_field":
      return { kind: "wrong-json", at: `${placeOf(on)}.name` };
    case "another":
      return anotherAnswer(on);
    case "small_pages":
      return { kind: "query", atMost: { per_page: 2 } };
    case "empty_page":
      return { kind: "wrong-json", at: placeOf(on).replace(/\.0$/, ""), value: [] };
    case "odd_state":
      throw new Error("DigitalOcean reports no states");
  }
}

function anotherAnswer(on: FaultTarget): Fault {
  if (!on.endsWith("create")) return { kind: "wrong-json", at: `${placeOf(on)}.id`, value: ANOTHER.id };
  const made = { ...ANOTHER, created_at: "2026-07-14T09:00:00Z", size_gigabytes: 1, tags: null };
  const body = on.startsWith("volumes")
    ? { volume: { ...made, region: { slug: "nyc3" } } }
    : { snapshot: { ...made, resource_id: ANOTHER.id, resource_type: "volume", ...SNAPSHOT } };
  return { kind: "answer", status: 201, when: "after", body };
}

const SNAPSHOT = { regions: ["nyc3"], min_disk_size: 1 };
