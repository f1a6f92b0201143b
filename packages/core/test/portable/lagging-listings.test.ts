/** Listings may show what there is as it was a while ago: what a create returns and removes rests on reads by id. */
import { createBlockStorage, PolyvolError, type Snapshot, type Volume } from "@polyvol/core";
import type { BlockStorageDriver, DriverPage, VirtualClock } from "@polyvol/core/driver";
import type { MemoryDriver } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { createNew, openMemory } from "./open-memory.ts";

const KINDS = ["volume", "snapshot"] as const;
type Kind = (typeof KINDS)[number];
type Creates = Pick<BlockStorageDriver, "createVolume" | "createSnapshot">;
type Change = (memory: MemoryDriver, clock: VirtualClock) => Partial<BlockStorageDriver>;

/** An account where names may repeat, seen through a driver that `change` has changed. */
async function world(kind: Kind, change: Change) {
  const { clock, driver: memory, storage: other } = openMemory({ names: "free", asynchronous: true });
  const { id: volumeId } = await other.volumes.create({ name: "source", sizeGiB: 8 });
  const { volumes, snapshots } = createBlockStorage({ ...memory, ...change(memory, clock) }, { clock });
  return {
    create: (): Promise<Volume | Snapshot> => createNew({ volumes, snapshots }, kind, volumeId),
    begin: async (): Promise<Volume | Snapshot> =>
      kind === "volume"
        ? await (await volumes.beginCreate({ name: "new", sizeGiB: 8 })).wait()
        : await (await snapshots.beginCreate({ name: "new", volumeId })).wait(),
    held: (): readonly string[] => {
      const { volumes: all, snapshots: taken } = memory.account.dump();
      return [...all, ...taken].filter(({ name }) => name === "new").map(({ id }) => id);
    },
  };
}

/** Both listings of a driver, each page of which `show` has changed. */
function listings(
  memory: MemoryDriver,
  show: (page: DriverPage<Volume | Snapshot>) => DriverPage<Volume | Snapshot>,
): Pick<BlockStorageDriver, "listVolumes" | "listSnapshots"> {
  return {
    listVolumes: async (...page) => show(await memory.listVolumes(...page)) as DriverPage<Volume>,
    listSnapshots: async (...page) => show(await memory.listSnapshots(...page)) as DriverPage<Snapshot>,
  };
}

describe.each(KINDS)("a %s that listings still show as being made", (kind) => {
  const behind: Change = (memory) =>
    listings(memory, (page) => ({
      ...page,
      items: page.items.map((each) => ({ ...each, state: "creating", providerState: "creating" })),
    }));

  test("is returned as it is: by the create that made it, by one that found it, and by an operation", async () => {
    const { create, begin, held } = await world(kind, behind);
    expect(await create()).toMatchObject({ state: "available", providerState: "available" });
    expect(await create()).toMatchObject({ state: "available", providerState: "available" });
    expect(await begin()).toMatchObject({ state: "available", providerState: "available" });
    expect(held()).toHaveLength(1);
  });
});

describe.each(KINDS)("a %s that an earlier request without an answer made, and that shows late", (kind) => {
  /** The first shows 3 s after its request, when the second has been sent, and is `ends` 40 s after it. */
  const twice =
    (ends: "available" | "error"): Change =>
    (memory, clock) => {
      const marks = new Map<string, string | undefined>();
      let first: { readonly id: string; readonly at: number } | undefined;
      const sending = async <T extends { readonly resource: { readonly id: string } }>(
        mark: string | undefined,
        sent: Promise<T>,
      ): Promise<T> => {
        const answer = await sent;
        marks.set(answer.resource.id, mark);
        if (first !== undefined) return answer;
        first = { id: answer.resource.id, at: clock.now() };
        throw new PolyvolError("unavailable", "lost", { outcome: "unknown", retryable: true });
      };
      const shown = <T extends Volume | Snapshot>(each: T): T => {
        if (first?.id !== each.id) return each;
        const state = clock.now() - first.at < 40_000 ? "creating" : ends;
        return { ...each, state, providerState: state };
      };
      const isShown = ({ id }: { readonly id: string }): boolean =>
        first?.id !== id || clock.now() - first.at >= 3_000;
      const creates: Creates = {
        createVolume: (input, context) => sending(input.attemptId, memory.createVolume(input, context)),
        createSnapshot: (input, context) => sending(input.attemptId, memory.createSnapshot(input, context)),
      };
      return {
        ...creates,
        // Without the total, which would tell that one is left out.
        ...listings(memory, ({ items }) => ({ items: items.filter(isShown).map(shown), hasMore: false })),
        getVolume: async (...asked) => shown(await memory.getVolume(...asked)),
        getSnapshot: async (...asked) => shown(await memory.getSnapshot(...asked)),
        attemptIdOf: ({ id }) => marks.get(id),
      };
    };

  test("is what the create returns once it can be used, and the later one goes", async () => {
    const { create, held } = await world(kind, twice("available"));
    const { id } = await create();
    expect(held()).toEqual([id]);
  });

  test("and fails after all is not what the later one goes for", async () => {
    const { create, held } = await world(kind, twice("error"));
    const { id, state } = await create();
    expect(state).toBe("available");
    // The account knows nothing of the failure, which is the driver's word.
    expect(held()).toHaveLength(2);
    expect(held().at(-1)).toBe(id);
  });
});
