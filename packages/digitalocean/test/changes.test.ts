/** Changes that the service refuses for a while, and what is left then. */
import { describe, expect, test } from "vitest";
import { openCloud } from "./cloud.ts";
import { failureOf } from "./failing.ts";

const VOLUME = { id: "ab-1", name: "data", region: "nyc3", size_gigabytes: 5 };
const IN_USE = { id: "conflict", message: "a volume in use is not deleted" };

describe("409 on the deletion of a volume", () => {
  test("right after its detach it is waited out", async () => {
    const { emulator, storage, sent } = await openCloud();
    emulator.seed({ volumes: [{ ...VOLUME, droplet_id: 1001 }] });
    await storage.volumes.detach("ab-1", "1001");
    const match = { method: "DELETE", path: "/v2/volumes/ab-1" };
    emulator.faults.add({ kind: "answer", when: "before", status: 409, body: IN_USE, count: 4, match });
    await storage.volumes.delete("ab-1");
    expect(await storage.volumes.list().toArray()).toEqual([]);
    expect(sent().filter((each) => each.startsWith("DELETE"))).toHaveLength(5);
  });

  test("while the record shows a Droplet it is final at once, and the snapshots stay", async () => {
    const { emulator, storage, sent } = await openCloud();
    emulator.seed({
      volumes: [{ ...VOLUME, droplet_id: 1001 }],
      snapshots: [{ name: "monday", volume_name: "data" }],
    });
    const error = await failureOf(storage.volumes.delete("ab-1", { snapshots: "delete" }));
    expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
    expect(error.resource).toMatchObject({ kind: "volume", id: "ab-1" });
    expect(error.reason).toBe("it is attached to 1001; detach it first");
    expect(sent().filter((each) => each.startsWith("DELETE"))).toEqual(["DELETE /v2/volumes/ab-1"]);
    expect(await storage.snapshots.list({ volumeId: "ab-1" }).toArray()).toHaveLength(1);
  });

  test("the volume goes before its snapshots; what an interruption leaves goes with the same call", async () => {
    const { emulator, storage, sent } = await openCloud();
    emulator.seed({
      volumes: [VOLUME],
      snapshots: [
        { name: "monday", volume_name: "data" },
        { name: "tuesday", volume_name: "data" },
      ],
    });
    const match = { method: "DELETE", path: "/v2/volumes/snapshots/*" };
    const forbidden = { id: "forbidden", message: "You are not authorized to perform this operation" };
    emulator.faults.add({ kind: "answer", when: "before", status: 403, body: forbidden, count: 1, match });
    const error = await failureOf(storage.volumes.delete("ab-1", { snapshots: "delete" }));
    expect(error).toMatchObject({ code: "permission_denied", outcome: "unknown" });
    expect(error.resource).toMatchObject({ kind: "volume", id: "ab-1" });
    expect(error.reason).toMatch(/^the volume is gone, and its snapshot "monday" \(.+\), the first of 2 /);
    expect(sent().filter((each) => each.startsWith("DELETE"))[0]).toBe("DELETE /v2/volumes/ab-1");
    await storage.volumes.delete("ab-1", { snapshots: "delete" });
    expect(await storage.snapshots.list().toArray()).toEqual([]);
  });
});
