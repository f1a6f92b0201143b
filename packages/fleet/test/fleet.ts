import { type AccountClouds, type Policy, parsePolicies } from "@polyvol/backup";
import type { BlockStorage } from "@polyvol/core";
import { type Clock, systemClock } from "@polyvol/core/driver";
import { createMemoryStorage } from "@polyvol/memory";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import {
  createFleetDispatcher,
  createFleetWorker,
  type DispatcherOptions,
  type FleetDispatcher,
  type FleetEvent,
  type FleetStatus,
  type FleetStatusOptions,
  type FleetWorker,
  fleetStatus,
  type WorkerOptions,
} from "../src/index.ts";
import { REDIS_SERVER, type RedisServer, startRedis, WITHOUT_REDIS } from "./redis-server.ts";

/** Six hours after the slot of the night. */
export const NOW = Date.parse("2026-07-14T09:00:00Z");
export const SLOT = "2026-07-14T03:00:00.000Z";
export const NEXT_SLOT = "2026-07-15T03:00:00.000Z";
export const DAY = 86_400_000;

export const NIGHTLY: readonly Policy[] = parsePolicies({
  nightly: {
    select: { name: "*" },
    schedule: { cron: "0 3 * * *", timezone: "UTC" },
    retention: { daily: 7 },
  },
});

/** The title of what needs a server, and whether there is none. */
export const needsRedis = (what: string) =>
  ({
    title: REDIS_SERVER === undefined ? `${what} (${WITHOUT_REDIS})` : what,
    skip: REDIS_SERVER === undefined,
  }) as const;

/** A server for all tests of a file. */
export function sharedRedis(): { readonly server: RedisServer } {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());
  return {
    get server() {
      if (server === undefined) throw new Error("before all tests there is no server");
      return server;
    },
  };
}

/** Accounts in memory, each with a cloud of its name and two volumes, on one clock. */
export interface World {
  /** What the source gives; tests change it. */
  accounts: AccountClouds[];
  /** Shows this instant, and waits as the machine does. */
  readonly clock: Clock & { at: number };
  readonly clouds: ReadonlyMap<string, BlockStorage>;
  snapshotNames(account: string): Promise<readonly string[]>;
}

export async function makeWorld(keys: readonly string[]): Promise<World> {
  const clock = { ...systemClock, at: NOW, now: () => clock.at };
  const clouds = new Map<string, BlockStorage>();
  for (const [index, key] of keys.entries()) {
    const storage = createMemoryStorage({ clock });
    // Two clouds that show the same volumes, name and instant included, would be one account.
    for (const name of [`one-${index}`, `two-${index}`]) await storage.volumes.create({ name, sizeGiB: 1 });
    clouds.set(key, storage);
  }
  return {
    accounts: keys.map((key) => ({ key, clouds: [key] })),
    clock,
    clouds,
    async snapshotNames(account) {
      const all = (await clouds.get(account)?.snapshots.list().toArray()) ?? [];
      return all.map(({ name }) => name).sort();
    },
  };
}

let queues = 0;

/** A fleet of its own on a server that tests share. */
export interface TestFleet {
  readonly connection: { readonly redisUrl: string; readonly queue: string };
  dispatcher(more?: Partial<DispatcherOptions>): Promise<FleetDispatcher>;
  /** A worker, with what it has told. */
  worker(more?: Partial<WorkerOptions>): Promise<FleetWorker & { readonly events: FleetEvent[] }>;
  status(more?: Partial<FleetStatusOptions>): Promise<FleetStatus>;
}

export function testFleet(redisUrl: string, world: World): TestFleet {
  queues += 1;
  const connection = { redisUrl, queue: `test-${queues}` };
  const { clock } = world;
  const shared = { ...connection, policies: NIGHTLY, accounts: () => world.accounts };
  return {
    connection,
    async dispatcher(more = {}) {
      const made = await createFleetDispatcher({ ...shared, clock, backoffMs: 1, ...more });
      onTestFinished(() => made.close());
      return made;
    },
    async worker(more = {}) {
      const events: FleetEvent[] = [];
      const made = await createFleetWorker({
        ...shared,
        connect: ({ clouds }) =>
          new Map(clouds.map((name) => [name, world.clouds.get(name) ?? new Error("no such cloud")])),
        onEvent: (event) => events.push(event),
        runOptions: { clock },
        ...more,
      });
      onTestFinished(() => made.abort());
      return { ...made, events };
    },
    status: (more = {}) => fleetStatus({ ...shared, clock, ...more }),
  };
}

/** The events of a type. */
export function ofType<T extends FleetEvent["type"]>(
  events: readonly FleetEvent[],
  type: T,
): readonly Extract<FleetEvent, { readonly type: T }>[] {
  return events.filter((event): event is Extract<FleetEvent, { readonly type: T }> => event.type === type);
}
