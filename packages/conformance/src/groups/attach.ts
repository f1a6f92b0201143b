import { expect } from "vitest";
import { leavesAsItWas, refuses, refusesLocally, sendsNoChange } from "../expectations.ts";
import type { Suite } from "../suite.ts";

/** Cases 60 to 63. */
export function attachCases(suite: Suite): void {
  suite.test(
    "60. A missing volume, a missing server and an unknown server",
    ["volumes.attach"],
    async (bench) => {
      const { volumes } = bench.storage;
      const { missingVolume, missingServer } = bench.harness.ids;
      const [server] = bench.servers();
      const { id } = await bench.volume();
      await refusesLocally(bench, () => volumes.attach("", server), "invalid_argument");
      await refusesLocally(bench, () => volumes.attach(id, ""), "invalid_argument");
      await refusesLocally(bench, () => volumes.detach("", server), "invalid_argument");
      await refusesLocally(bench, () => volumes.detach(id, ""), "invalid_argument");
      await refuses(() => volumes.attach(missingVolume, server), "not_found");
      if (missingServer === undefined) return;
      const attach = (): Promise<unknown> => volumes.attach(id, missingServer);
      const error = await leavesAsItWas(bench, () => refuses(attach, "not_found"));
      // The volume is there: it is the server that is missing.
      expect(error.resource).toMatchObject({ kind: "server", id: missingServer });
      expect((await volumes.get(id)).attachments).toEqual([]);
    },
  );

  suite.test("61. Attach twice to the same server succeeds", ["volumes.attach"], async (bench) => {
    const { volumes } = bench.storage;
    const [server] = bench.servers();
    const { id } = await bench.volume();
    const first = await volumes.attach(id, server);
    expect(first.state).toBe("in_use");
    const second = await sendsNoChange(bench, () => volumes.attach(id, server));
    for (const { attachments } of [first, second]) {
      expect(attachments.map((each) => each.serverId)).toEqual([server]);
    }
  });

  suite.test("61. Attach to a second server follows the declared rule", ["volumes.attach"], async (bench) => {
    const { volumes } = bench.storage;
    const [server, other] = bench.servers();
    const { id } = await bench.volume();
    await volumes.attach(id, server);
    if (bench.capabilities.supports.includes("volumes.multiAttach")) {
      expect((await volumes.attach(id, other)).attachments).toHaveLength(2);
      return;
    }
    await refuses(() => volumes.attach(id, other), "failed_precondition");
    const { attachments } = await volumes.get(id);
    expect(attachments.map((each) => each.serverId)).toEqual([server]);
  });

  suite.test("62. Detach twice succeeds", ["volumes.attach"], async (bench) => {
    const { volumes } = bench.storage;
    const [server, other] = bench.servers();
    const { id } = await bench.volume();
    await volumes.attach(id, server);
    const untouched = await sendsNoChange(bench, () => volumes.detach(id, other));
    expect(untouched.attachments).toHaveLength(1);
    const detached = await volumes.detach(id, server);
    expect(detached).toMatchObject({ state: "available", attachments: [] });
    const again = await sendsNoChange(bench, () => volumes.detach(id, server));
    expect(again.attachments).toEqual([]);
  });

  for (const times of [1, 2]) {
    const how = times === 1 ? "works" : "works when every call is sent twice";
    suite.test(
      `63. The full life (create, attach, detach, snapshot, restore, delete) ${how}`,
      ["volumes.attach", "volumes.createFromSnapshot"],
      async (bench) => {
        const { volumes, snapshots } = bench.storage;
        const [server] = bench.servers();
        async function send<T>(call: () => Promise<T>): Promise<T> {
          for (let sent = 1; sent < times; sent += 1) await call();
          return await call();
        }
        const sizeGiB = bench.size();
        const name = bench.volumeName();
        const { id } = await send(() => volumes.create({ name, sizeGiB }));
        await send(() => volumes.attach(id, server));
        const snapshotName = bench.snapshotName();
        const inUse = await send(() => snapshots.create({ volumeId: id, name: snapshotName }));
        expect(inUse.state).toBe("available");
        await send(() => volumes.detach(id, server));
        const copy = { name: bench.volumeName(), sizeGiB, sourceSnapshotId: inUse.id };
        const restored = await send(() => volumes.create(copy));
        expect(restored.sourceSnapshotId).toBe(inUse.id);
        const { volumes: held, snapshots: taken } = await bench.holds();
        expect([held.length, taken.length]).toEqual([2, 1]);
        await send(() => volumes.delete(restored.id));
        await send(() => snapshots.delete(inUse.id));
        await send(() => volumes.delete(id));
        expect(await bench.holds()).toEqual({ volumes: [], snapshots: [] });
      },
    );
  }
}
