import { ANOTHER, type FaultTarget, type Harness, type HarnessFault, ODD_STATE } from "@polyvol/conformance";
import { type BlockStorageDriver, createVirtualClock } from "@polyvol/core/driver";
import { createAtticDriver } from "../src/index.ts";
import type { Json } from "../src/service/account.ts";
import { type AtticFault, startAttic } from "../src/service/server.ts";

const TOKEN = "right-token";

/** The request that carries out a step. */
const STEPS: Readonly<Record<FaultTarget, readonly [method: string, path: RegExp]>> = {
  "volumes.create": ["POST", /^\/volumes$/],
  "volumes.get": ["GET", /^\/volumes\/[^/]+$/],
  "volumes.list": ["GET", /^\/volumes$/],
  "volumes.resize": ["POST", /^\/volumes\/[^/]+\/grow$/],
  // Nothing can be attached here, so the kit never asks for this one.
  "volumes.attach": ["POST", /^$/],
  "volumes.delete": ["DELETE", /^\/volumes\/[^/]+$/],
  "snapshots.create": ["POST", /^\/snapshots$/],
  "snapshots.get": ["GET", /^\/snapshots\/[^/]+$/],
  "snapshots.list": ["GET", /^\/snapshots$/],
  "snapshots.delete": ["DELETE", /^\/snapshots\/[^/]+$/],
};

const BUSY = ["volumes.resize", "volumes.delete", "snapshots.create", "snapshots.delete"] as const;

/** A fresh service and a driver over it, both on one clock. */
export async function makeHarness(): Promise<Harness> {
  const clock = createVirtualClock();
  const attic = await startAttic({ token: TOKEN, now: clock.now, workMs: 3_000 });
  const driver = (token: string): BlockStorageDriver =>
    createAtticDriver({ baseUrl: attic.url, token, region: "north", clock });

  function inject({ on, effect, count = 1 }: HarnessFault): void {
    if (effect === "fail_later") {
      attic.failWork(on === "volumes.resize" ? "grow" : "copy", count);
      return;
    }
    const [method, path] = STEPS[on];
    attic.inject({ method, path, count, ...effectOf(effect, on) });
  }

  return {
    driver: driver(TOKEN),
    clock,
    ids: {
      missingVolume: "v999999",
      missingSnapshot: "s999999",
      missingServer: "none",
      malformed: ["a/b", "..", "%2e%2e", "with space", "?size=1", "한글"],
      regions: ["north", "south"],
      servers: [],
    },
    badCredentials: () => driver("wrong-token"),
    secondProcess: () => driver(TOKEN),
    faults: { inject, clear: attic.clearFaults, waiting: attic.waitingFaults, busy: BUSY },
    requests: () => {
      const { requests } = attic;
      return { total: requests.length, changes: requests.filter(({ method }) => method !== "GET").length };
    },
    lastVolumeCreate: () => {
      const isCreate = ({ method, path }: { method: string; path: string }): boolean =>
        method === "POST" && path === "/volumes";
      const source = attic.requests.findLast(isCreate)?.body["made_from"];
      return typeof source === "string" ? { sourceSnapshotId: source } : {};
    },
    holds: () => ({
      volumes: attic.volumes().map(({ id, name, state }) => ({ id, name, ready: state !== "broken" })),
      snapshots: attic.snapshots().map(({ id, name, state }) => ({ id, name, ready: state === "ready" })),
    }),
    dispose: attic.close,
  };
}

function effectOf(
  effect: Exclude<HarnessFault["effect"], "fail_later">,
  on: FaultTarget,
): Pick<AtticFault, "carriedOut" | "answer"> {
  switch (effect) {
    case "lose_answer":
      return { carriedOut: true, answer: "cut" };
    case "cut":
      return { carriedOut: false, answer: "cut" };
    case "unavailable_before":
      return { carriedOut: false, answer: { status: 503 } };
    case "unavailable_after":
      return { carriedOut: true, answer: { status: 503 } };
    case "too_many":
      return { carriedOut: false, answer: { status: 429 } };
    case "quota_full":
      return { carriedOut: false, answer: { status: 507, problem: "attic_full" } };
    case "busy":
      return { carriedOut: false, answer: { status: 409, problem: "busy" } };
    case "extra_field":
      return { carriedOut: true, answer: eachItem((item) => ({ ...item, colour: "blue" })) };
    case "missing_field":
      return { carriedOut: true, answer: eachItem(({ name: _, ...rest }) => rest) };
    case "odd_state":
      return { carriedOut: true, answer: eachItem((item) => ({ ...item, state: ODD_STATE })) };
    case "stranger":
      return { carriedOut: false, answer: { status: 404 } };
    case "another":
      return { carriedOut: true, answer: eachItem((item) => ({ ...item, ...anotherFor(on) })) };
    case "small_pages":
      return { carriedOut: true, answer: firstTwo };
    case "empty_page":
      return { carriedOut: true, answer: (answer) => ({ ...answer, items: [] }) };
  }
}

/** Changes an answer, or each item of a list, or the snapshot that comes together with its job. */
function eachItem(change: (item: Json) => Json): (answer: Json) => Json {
  return (answer) => {
    const { items, snapshot } = answer;
    if (Array.isArray(items)) return { ...answer, items: items.map((item: Json) => change(item)) };
    return snapshot === undefined ? change(answer) : { ...answer, snapshot: change(snapshot as Json) };
  };
}

function anotherFor(on: FaultTarget): Json {
  return on.endsWith("create") ? ANOTHER : { id: ANOTHER.id };
}

/** A page as it is when the service gives no more than two at a time: the cursor goes on after them. */
function firstTwo(answer: Json): Json {
  const items = answer["items"] as readonly Json[];
  if (items.length <= 2) return answer;
  return { ...answer, items: items.slice(0, 2), next: `after-${String(items[1]?.["id"])}` };
}
