import { type BlockStorage, isPolyvolError, type Snapshot, type Volume } from "@polyvol/core";
import type { Clock } from "@polyvol/core/driver";

/** Remembers what tests make, by name (before the request) and by id (after the answer), and removes it. */
export interface Tracker {
  /** The same storage, watched. */
  track(storage: BlockStorage): BlockStorage;
  /** Names to be removed that were used behind the storage's back. */
  remember(kind: "volume" | "snapshot", name: string): void;
  /** Removes everything through `storage`. @throws AggregateError naming what could not be removed */
  removeAll(storage: BlockStorage, clock: Clock): Promise<void>;
}

/** How often a removal is tried while the resource is busy, and the pause between. */
const ATTEMPTS = 10;
const PAUSE_MS = 30_000;

export function createTracker(): Tracker {
  const ids = { volume: new Set<string>(), snapshot: new Set<string>() };
  const names = { volume: new Set<string>(), snapshot: new Set<string>() };

  function watch<Input extends { readonly name: string }, Made, Options>(
    kind: "volume" | "snapshot",
    create: (input: Input, options?: Options) => Promise<Made>,
    idOf: (made: Made) => string,
  ): typeof create {
    return async (input, options) => {
      names[kind].add(input.name);
      const made = await create(input, options);
      ids[kind].add(idOf(made));
      return made;
    };
  }

  /** Ids of everything that a test made and that is still there. */
  async function remaining(
    kind: "volume" | "snapshot",
    list: AsyncIterable<Volume | Snapshot>,
  ): Promise<ReadonlySet<string>> {
    const found = new Set(ids[kind]);
    for await (const each of list) if (names[kind].has(each.name)) found.add(each.id);
    return found;
  }

  return {
    remember: (kind, name) => {
      names[kind].add(name);
    },
    track: (storage) => ({
      ...storage,
      volumes: {
        ...storage.volumes,
        create: watch("volume", storage.volumes.create, ({ id }) => id),
        beginCreate: watch("volume", storage.volumes.beginCreate, ({ resource }) => resource.id),
        rename: (id, name, options) => {
          names.volume.add(name);
          return storage.volumes.rename(id, name, options);
        },
      },
      snapshots: {
        ...storage.snapshots,
        create: watch("snapshot", storage.snapshots.create, ({ id }) => id),
        beginCreate: watch("snapshot", storage.snapshots.beginCreate, ({ resource }) => resource.id),
        update: (id, changes, options) => {
          if (changes.name !== undefined) names.snapshot.add(changes.name);
          return storage.snapshots.update(id, changes, options);
        },
      },
    }),
    async removeAll(storage, clock) {
      const problems: unknown[] = [];
      async function attempt(remove: () => Promise<void>): Promise<void> {
        for (let tries = 1; ; tries += 1) {
          try {
            await remove();
            return;
          } catch (error) {
            if (isPolyvolError(error, "not_found")) return;
            if (tries >= ATTEMPTS) {
              problems.push(error);
              return;
            }
            await clock.sleep(PAUSE_MS);
          }
        }
      }
      for (const id of await remaining("snapshot", storage.snapshots.list())) {
        await attempt(() => storage.snapshots.delete(id));
      }
      for (const id of await remaining("volume", storage.volumes.list())) {
        await attempt(async () => {
          const { attachments } = await storage.volumes.get(id);
          for (const { serverId } of attachments) await storage.volumes.detach(id, serverId);
          await storage.volumes.delete(id);
        });
      }
      if (problems.length > 0) throw new AggregateError(problems, "the kit could not remove what it made");
    },
  };
}
