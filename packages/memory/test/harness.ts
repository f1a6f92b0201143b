import {
  ANOTHER,
  type FaultTarget,
  type Harness,
  type HarnessFault,
  ODD_STATE,
  TOO_MANY_PAUSE_MS,
} from "@polyvol/conformance";
import { PolyvolError } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import type { MemoryAccountOptions, MemoryFaultEffect, MemoryMethod } from "@polyvol/memory";
import * as memory from "@polyvol/memory";

/** A harness of the conformance kit over an account in memory with these rules, made by this copy of the package. */
export function memoryHarness(options: MemoryAccountOptions, copy: typeof memory = memory): Harness {
  const { createMemoryAccount, createMemoryDriver } = copy;
  const clock = createVirtualClock();
  const account = createMemoryAccount({ ...options, clock });
  /** For each fault: the method that it is on, and how many calls that method had before. */
  let injected: readonly (readonly [MemoryMethod, number])[] = [];
  return {
    driver: createMemoryDriver({ account }),
    clock,
    ids: {
      missingVolume: "volume-999999",
      missingSnapshot: "snapshot-999999",
      missingServer: "server-999999",
      malformed: ["a/b", "../volume-000001", "%2e%2e", "with space", "?name=x"],
      regions: ["mem-1", "mem-2"],
      servers: ["server-1", "server-2"],
    },
    badCredentials: () => createMemoryDriver({ account, authorised: false }),
    secondProcess: () => createMemoryDriver({ account }),
    withoutTags: () => createMemoryDriver({ account, hidesTags: true }),
    faults: {
      inject: ({ on, effect, count = 1 }) => {
        injected = [...injected, [METHODS[on], account.calls.of(METHODS[on])]];
        account.inject({ on: METHODS[on], count, ...effectOf(effect, on) });
      },
      busy: ["volumes.resize", "volumes.delete", "snapshots.create", "snapshots.delete"],
      clear: () => {
        injected = [];
        account.clearFaults();
      },
      waiting: () => injected.filter(([method, before]) => account.calls.of(method) === before).length,
    },
    requests: () => ({ total: account.calls.total, changes: account.calls.changes }),
    lastVolumeCreate: () => account.calls.last("createVolume") as { sourceSnapshotId?: string } | undefined,
    holds: () => {
      const { volumes, snapshots } = account.dump();
      return {
        volumes: volumes.map(({ id, name, state }) => ({
          id,
          name,
          ready: state === "available" || state === "in_use",
        })),
        snapshots: snapshots.map(({ id, name, state }) => ({ id, name, ready: state === "available" })),
      };
    },
  };
}

const METHODS: Readonly<Record<FaultTarget, MemoryMethod>> = {
  "volumes.create": "createVolume",
  "volumes.get": "getVolume",
  "volumes.list": "listVolumes",
  "volumes.resize": "resizeVolume",
  "volumes.attach": "attachVolume",
  "volumes.delete": "deleteVolume",
  "snapshots.create": "createSnapshot",
  "snapshots.get": "getSnapshot",
  "snapshots.list": "listSnapshots",
  "snapshots.delete": "deleteSnapshot",
};

function effectOf(effect: HarnessFault["effect"], on: FaultTarget): MemoryFaultEffect {
  switch (effect) {
    case "lose_answer":
      return { effect: "fail", when: "after" };
    case "cut":
      return { effect: "fail", when: "before" };
    case "unavailable_before":
      return { effect: "fail", when: "before", error: unavailable() };
    case "unavailable_after":
      return { effect: "fail", when: "after", error: unavailable() };
    case "too_many":
      return { effect: "fail", when: "before", error: tooMany() };
    case "quota_full":
      return {
        effect: "fail",
        when: "before",
        error: new PolyvolError("resource_exhausted", "the quota is full", { outcome: "not_applied" }),
      };
    case "busy":
      return { effect: "fail", when: "before", error: busy() };
    case "fail_later":
      return { effect: "break" };
    case "extra_field":
      // Nothing is read here, so that an unknown field cannot come as far as the driver.
      return { effect: "delay", when: "after", ms: 0 };
    case "missing_field":
      return { effect: "fail", when: "after", error: malformed() };
    case "odd_state":
      return {
        effect: "rewrite",
        rewrite: (resource) => ({ ...resource, state: "unknown", providerState: ODD_STATE }),
      };
    case "stranger":
      return { effect: "fail", when: "before", error: stranger() };
    case "another":
      return { effect: "rewrite", rewrite: (resource) => ({ ...resource, ...anotherFor(on) }) };
    case "small_pages":
      return { effect: "small_pages", items: 2 };
    case "empty_page":
      return { effect: "empty_page" };
    default:
      throw new Error(`no effect ${String(effect)} for ${on}`);
  }
}

/** The id alone of a read, which must be of its own name to be worth anything; both of a create. */
function anotherFor(on: FaultTarget): Partial<typeof ANOTHER> {
  return on.endsWith("create") ? ANOTHER : { id: ANOTHER.id };
}

/** What a driver over HTTP makes of a 404 in other words than the service's. */
function stranger(): PolyvolError {
  return new PolyvolError("unavailable", "404, and not in the service's own words", {
    ...{ status: 404, retryable: true, outcome: "unknown" },
  });
}

/** What a driver over HTTP makes of an answer that it cannot read. */
function malformed(): PolyvolError {
  return new PolyvolError("malformed_response", 'the answer has no usable "name"', {
    requestId: "request-1",
    retryable: true,
    outcome: "unknown",
  });
}

function tooMany(): PolyvolError {
  return new PolyvolError("rate_limited", "too many requests", {
    ...{ status: 429, retryable: true, retryAfterMs: TOO_MANY_PAUSE_MS, outcome: "not_applied" },
  });
}

function busy(): PolyvolError {
  return new PolyvolError("conflict", "something else goes on with it", {
    ...{ status: 409, retryable: true, outcome: "not_applied" },
  });
}

function unavailable(): PolyvolError {
  return new PolyvolError("unavailable", "the service is not available", {
    status: 503,
    retryable: true,
    outcome: "unknown",
  });
}
