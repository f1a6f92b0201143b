import type { BlockStorage, Capability } from "@polyvol/core";
import { expect } from "vitest";
import type { Bench } from "../bench.ts";

/** How a capability shows: what works with it, and what has to be refused without it. */
export interface Exercise {
  /** Uses the capability. Absent: it is no call of its own, and other cases are about it. */
  readonly works?: (bench: Bench) => Promise<void>;
  /** A call that needs the capability; its ids need not exist, since nothing may be sent. */
  readonly call?: (storage: BlockStorage, bench: Bench) => Promise<unknown>;
}

/** Tags that every tag rule of today takes. */
export const SOME_TAGS: Readonly<Record<string, string>> = { purpose: "kit" };

/** One exercise for each capability: the compiler sees to it that none is forgotten. */
export const EXERCISES: Readonly<Record<Capability, Exercise>> = {
  "volumes.createFromSnapshot": {
    works: async (bench) => {
      const snapshot = await bench.snapshot((await bench.volume()).id);
      const made = await bench.volume({ sourceSnapshotId: snapshot.id });
      expect(made.state).toBe("available");
    },
    call: (storage, bench) =>
      storage.volumes.create({
        name: bench.volumeName(),
        sizeGiB: bench.size(),
        sourceSnapshotId: bench.harness.ids.missingSnapshot,
      }),
  },
  "volumes.resize": {
    works: async (bench) => {
      const grown = await bench.storage.volumes.resize((await bench.volume()).id, bench.size(1));
      expect(grown.sizeGiB).toBe(bench.size(1));
    },
    call: (storage, bench) => storage.volumes.resize(bench.harness.ids.missingVolume, bench.size(1)),
  },
  "volumes.attach": {
    works: async (bench) => {
      const [server] = bench.servers();
      const { id } = await bench.volume();
      const attached = await bench.storage.volumes.attach(id, server);
      expect(attached.attachments.map((each) => each.serverId)).toEqual([server]);
      const detached = await bench.storage.volumes.detach(id, server);
      expect(detached.attachments).toEqual([]);
    },
    call: (storage, bench) => storage.volumes.attach(bench.harness.ids.missingVolume, "server"),
  },
  "volumes.multiAttach": {
    works: async (bench) => {
      const [first, second] = bench.servers();
      const { id } = await bench.volume();
      await bench.storage.volumes.attach(id, first);
      const attached = await bench.storage.volumes.attach(id, second);
      expect(attached.attachments).toHaveLength(2);
    },
  },
  "volumes.revert": {
    works: async (bench) => {
      const { id } = await bench.volume();
      const snapshot = await bench.snapshot(id);
      const reverted = await bench.storage.volumes.revert(id, snapshot.id);
      expect(reverted.state).toBe("available");
    },
    call: (storage, bench) =>
      storage.volumes.revert(bench.harness.ids.missingVolume, bench.harness.ids.missingSnapshot),
  },
  "volumes.rename": {
    works: async (bench) => {
      const name = bench.volumeName();
      const { id } = await bench.volume();
      expect((await bench.storage.volumes.rename(id, name)).name).toBe(name);
      expect((await bench.storage.volumes.get(id)).name).toBe(name);
    },
    call: (storage, bench) => storage.volumes.rename(bench.harness.ids.missingVolume, bench.volumeName()),
  },
  "volumes.description": {
    works: async (bench) => {
      const { id } = await bench.volume({ description: "made by the kit" });
      expect((await bench.storage.volumes.get(id)).description).toBe("made by the kit");
    },
    call: (storage, bench) =>
      storage.volumes.create({
        name: bench.volumeName(),
        sizeGiB: bench.size(),
        description: "made by the kit",
      }),
  },
  "volumes.tags": {
    works: async (bench) => {
      expect((await bench.volume({ tags: SOME_TAGS })).state).toBe("available");
    },
    call: (storage, bench) =>
      storage.volumes.create({ name: bench.volumeName(), sizeGiB: bench.size(), tags: SOME_TAGS }),
  },
  "volumes.readTags": {
    works: async (bench) => {
      await bench.storage.volumes.list({ tags: SOME_TAGS }).toArray();
    },
    call: async (storage) => await storage.volumes.list({ tags: SOME_TAGS }).toArray(),
  },
  "volumes.type": {
    works: async (bench) => {
      const { volumeType } = await bench.volume();
      if (volumeType === undefined) throw new Error("a volume says nothing of its type");
      expect((await bench.volume({ volumeType })).volumeType).toBe(volumeType);
    },
    call: (storage, bench) =>
      storage.volumes.create({ name: bench.volumeName(), sizeGiB: bench.size(), volumeType: "kit" }),
  },
  "snapshots.outliveVolume": {
    works: async (bench) => {
      const { id } = await bench.volume();
      const snapshot = await bench.snapshot(id);
      await bench.storage.volumes.delete(id);
      expect((await bench.storage.snapshots.get(snapshot.id)).volumeId).toBe(id);
    },
  },
  "snapshots.update": {
    works: async (bench) => {
      const name = bench.snapshotName();
      const { id } = await bench.snapshot((await bench.volume()).id);
      expect((await bench.storage.snapshots.update(id, { name })).name).toBe(name);
      expect((await bench.storage.snapshots.get(id)).name).toBe(name);
    },
    call: (storage, bench) =>
      storage.snapshots.update(bench.harness.ids.missingSnapshot, { name: bench.snapshotName() }),
  },
  "snapshots.description": {
    works: async (bench) => {
      const volume = await bench.volume();
      const { id } = await bench.snapshot(volume.id, { description: "made by the kit" });
      expect((await bench.storage.snapshots.get(id)).description).toBe("made by the kit");
    },
    call: (storage, bench) =>
      storage.snapshots.create({
        volumeId: bench.harness.ids.missingVolume,
        name: bench.snapshotName(),
        description: "made by the kit",
      }),
  },
  "snapshots.tags": {
    works: async (bench) => {
      const volume = await bench.volume();
      const { id } = await bench.snapshot(volume.id, { tags: SOME_TAGS });
      const found = await bench.storage.snapshots.list({ tags: SOME_TAGS }).toArray();
      expect(found.map((each) => each.id)).toEqual([id]);
    },
    call: (storage, bench) =>
      storage.snapshots.create({
        volumeId: bench.harness.ids.missingVolume,
        name: bench.snapshotName(),
        tags: SOME_TAGS,
      }),
  },
};
