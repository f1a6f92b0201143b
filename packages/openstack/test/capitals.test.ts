/** Ids in capitals: a server with MariaDB or MySQL finds them so, and answers in its own spelling. */
import type { BlockStorage } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { SERVERS } from "./emulated-cloud.ts";
import {
  type Answer,
  type FakeCloud,
  SNAPSHOT_ID,
  snapshot,
  startCloud,
  VOLUME_ID,
  volume,
} from "./fake-cloud.ts";

const [SERVER] = SERVERS;
const [volumeId, snapshotId, serverId] = [VOLUME_ID, SNAPSHOT_ID, SERVER].map((id) => id.toUpperCase()) as [
  string,
  string,
  string,
];
const ATTACHED = [{ attachment_id: "a-1", server_id: SERVER, device: "auto" }];

interface Holds {
  attachments?: readonly object[];
  snapshots?: readonly object[];
  creating?: readonly object[];
  readonly volume?: object;
}

/** One volume, whatever capitals it is asked for in. */
async function holding(held: Holds): Promise<FakeCloud> {
  return await startCloud({
    cinder: ({ method, query, body }, path): Answer | undefined => {
      const { attachments = [], snapshots = [], creating = [] } = held;
      const of = query.get("volume_id")?.toLowerCase() ?? VOLUME_ID;
      const one = volume({
        status: attachments.length > 0 ? "in-use" : "available",
        attachments,
        ...held.volume,
      });
      if (method === "POST" && path.endsWith("/action")) {
        held.attachments = "os-detach" in (body as object) ? [] : ATTACHED;
        return { status: 202 };
      }
      if (method !== "GET") return { status: 500 };
      if (path === "/volumes/detail")
        return { body: { volumes: query.get("status") === "creating" ? creating : [one] } };
      if (path === "/snapshots/detail") return { body: { snapshots: of === VOLUME_ID ? snapshots : [] } };
      if (path.toLowerCase() === `/volumes/${VOLUME_ID}`) return { body: { volume: one } };
      return path.toLowerCase() === `/snapshots/${SNAPSHOT_ID}`
        ? { body: { snapshot: snapshot() } }
        : undefined;
    },
  });
}

const sent = ({ seen }: FakeCloud): readonly string[] => seen.filter((each) => !each.startsWith("GET"));

describe("ids in capitals", () => {
  test("detach takes the server off that the volume shows in small letters", async () => {
    const held: Holds = { attachments: ATTACHED };
    const { volumes } = (await holding(held)).storage;
    expect((await volumes.detach(volumeId, serverId)).attachments).toEqual([]);
    expect(held.attachments).toEqual([]);
  });

  test("attach sends nothing where the server has the volume, and ends where it has it afterwards", async () => {
    const there = await holding({ attachments: ATTACHED });
    await there.storage.volumes.attach(volumeId, serverId);
    expect(sent(there)).toEqual([]);
    const { storage } = await holding({});
    expect((await storage.volumes.attach(volumeId, serverId)).attachments).toMatchObject([
      { serverId: SERVER },
    ]);
  });

  test("a volume's snapshots are listed, and one of the name is the one that is there", async () => {
    const cloud = await holding({ snapshots: [snapshot()] });
    const { snapshots } = cloud.storage;
    expect(await snapshots.list({ volumeId }).toArray()).toHaveLength(1);
    expect((await snapshots.find({ volumeId, name: "s1" }))?.id).toBe(SNAPSHOT_ID);
    expect((await snapshots.create({ volumeId, name: "s1" })).id).toBe(SNAPSHOT_ID);
    expect(sent(cloud)).toEqual([]);
  });

  test("a volume from a snapshot is the one that is there", async () => {
    const cloud = await holding({ volume: { snapshot_id: SNAPSHOT_ID } });
    const create = (storage: BlockStorage) =>
      storage.volumes.create({ name: "db", sizeGiB: 1, sourceSnapshotId: snapshotId });
    expect((await create(cloud.storage)).id).toBe(VOLUME_ID);
    expect(sent(cloud)).toEqual([]);
  });

  test("a volume with snapshots is not asked to go, and a snapshot that is read is not either", async () => {
    const creating = [volume({ id: "new", status: "creating", snapshot_id: SNAPSHOT_ID })];
    const cloud = await holding({ snapshots: [snapshot()], creating });
    await expect(cloud.storage.volumes.delete(volumeId)).rejects.toMatchObject({
      code: "failed_precondition",
    });
    const deletion = cloud.storage.snapshots.delete(snapshotId, { timeoutMs: 10_000 });
    await expect(deletion).rejects.toMatchObject({ code: "conflict" });
    expect(sent(cloud)).toEqual([]);
  });
});
