/** Changes that the service refuses for a while, and what is left then. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openCloud, TOKEN } from "./cloud.ts";

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

describe("attach and detach when the service says that there is nothing to do it with", () => {
  test("an unknown Droplet is what is not found, not the volume", async () => {
    const { emulator, storage } = await openCloud();
    emulator.seed({ volumes: [VOLUME] });
    const error = await failureOf(storage.volumes.attach("ab-1", "4242"));
    expect(error).toMatchObject({ code: "not_found", outcome: "not_applied" });
    expect(error.resource).toEqual({ kind: "server", id: "4242" });
    expect(error.reason).toContain('no server 4242 to attach volume "data" (ab-1) to');
  });

  test.each(["detach", "attach"] as const)(
    "%s done by somebody else, and the record is 5 s behind: success once it shows",
    async (type) => {
      const { emulator, storage, clock, url } = await openCloud({ actionDurationMs: 0 });
      emulator.seed({ volumes: [{ ...VOLUME, ...(type === "detach" ? { droplet_id: 1001 } : {}) }] });
      await clock.sleep(60_000);
      await fetch(`${url}/v2/volumes/ab-1/actions`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify({ type, droplet_id: 1001 }),
      });
      const before = clock.now();
      emulator.faults.add({ kind: "stale-read", ms: 5_000 });
      const volume = await storage.volumes[type]("ab-1", "1001");
      expect(volume.attachments).toHaveLength(type === "detach" ? 0 : 1);
      expect(clock.now() - before).toBeGreaterThanOrEqual(5_000);
      expect(clock.now() - before).toBeLessThan(30_000);
    },
  );

  test("an attach whose action completed is waited for though the record is 45 s behind", async () => {
    const { emulator, storage, clock } = await openCloud();
    emulator.seed({ volumes: [VOLUME] });
    await clock.sleep(60_000);
    emulator.faults.add({ kind: "stale-read", ms: 45_000, match: { path: "/v2/volumes/ab-1" } });
    emulator.faults.add({ kind: "stale-list", ms: 45_000, match: { path: "/v2/volumes" } });
    expect((await storage.volumes.attach("ab-1", "1001")).attachments).toHaveLength(1);
  });

  test.each([404, 422])("a detach refused with %i for ever is refused within a minute", async (status) => {
    const { emulator, storage, clock } = await openCloud();
    emulator.seed({ volumes: [{ ...VOLUME, droplet_id: 1001 }] });
    const body =
      status === 404
        ? { id: "not_found", message: "The resource you were accessing could not be found." }
        : { id: "unprocessable_entity", message: "Attachment not found" };
    emulator.faults.add({ kind: "answer", when: "before", status, body, match: { method: "POST" } });
    const before = clock.now();
    const error = await failureOf(storage.volumes.detach("ab-1", "1001"));
    if (status === 404)
      expect(error).toMatchObject({ code: "not_found", resource: { kind: "server", id: "1001" } });
    else
      expect(error).toMatchObject({ code: "failed_precondition", resource: { kind: "volume", id: "ab-1" } });
    expect(clock.now() - before).toBeLessThan(60_000);
    expect((await storage.volumes.get("ab-1")).attachments).toHaveLength(1);
  });
});

describe("names that could not be made today", () => {
  const OLD = { id: "ab-9", name: "my_data", region: "nyc3", size_gigabytes: 5 };

  test("what has one is taken over, and only then is anything asked", async () => {
    const { emulator, storage, sent } = await openCloud();
    emulator.seed({ volumes: [OLD] });
    expect(await storage.volumes.create({ name: "my_data", sizeGiB: 5 })).toMatchObject({ id: "ab-9" });
    const begun = await storage.volumes.beginCreate({ name: "my_data", sizeGiB: 5 });
    expect(begun).toMatchObject({ created: false, resource: { id: "ab-9" } });
    expect(sent().filter((each) => !each.startsWith("GET"))).toEqual([]);
  });

  test("nothing there, another size, another region: refused, nothing made", async () => {
    const { emulator, storage, sent } = await openCloud();
    emulator.seed({ volumes: [OLD] });
    const failures = [
      [{ name: "my_other", sizeGiB: 5 }, "invalid_argument"],
      [{ name: "my_data", sizeGiB: 6 }, "already_exists"],
      [{ name: "my_data", sizeGiB: 5, region: "ams3" }, "invalid_argument"],
    ] as const;
    for (const [input, code] of failures) {
      expect(await failureOf(storage.volumes.create(input))).toMatchObject({ code, outcome: "not_applied" });
    }
    expect(sent().filter((each) => !each.startsWith("GET"))).toEqual([]);
  });
});

describe("sizes above the bound that we know of", () => {
  const BIG = { id: "ab-8", name: "big", region: "nyc3", size_gigabytes: 20_000 };
  const account = { maxVolumeGiB: 32_768 };

  test("are refused with the way to raise it", async () => {
    const { storage, emulator, sent } = await openCloud(account);
    const error = await failureOf(storage.volumes.create({ name: "big", sizeGiB: 20_000 }));
    expect(error.code).toBe("out_of_range");
    expect(error.reason).toContain("the storage's option limits (volumeSize) raises it");
    expect(sent()).toEqual([]);
    emulator.seed({ volumes: [BIG] });
    const resize = await failureOf(storage.volumes.resize("ab-8", 30_000));
    expect(resize.reason).toContain("option limits");
  });

  test("and never for a restore of what is as large already", async () => {
    const { storage, emulator } = await openCloud(account);
    emulator.seed({ volumes: [BIG], snapshots: [{ name: "s", volume_name: "big" }] });
    const [snapshot] = await storage.snapshots.list({ volumeId: "ab-8" }).toArray();
    const sourceSnapshotId = snapshot?.id ?? "";
    const copy = await storage.volumes.create({ name: "copy", sourceSnapshotId });
    expect(copy.sizeGiB).toBe(20_000);
    const larger = await storage.volumes.create({ name: "larger", sourceSnapshotId, sizeGiB: 25_000 });
    expect(larger.sizeGiB).toBe(25_000);
  });

  test("a restore of a small snapshot beyond the bound is refused as a create is", async () => {
    const { storage, emulator, sent } = await openCloud(account);
    emulator.seed({ volumes: [VOLUME], snapshots: [{ name: "s", volume_name: "data" }] });
    const [snapshot] = await storage.snapshots.list({ volumeId: "ab-1" }).toArray();
    const input = { name: "copy", sourceSnapshotId: snapshot?.id ?? "", sizeGiB: 20_000 };
    expect(await failureOf(storage.volumes.create(input))).toMatchObject({ code: "out_of_range" });
    expect(sent().filter((each) => each.startsWith("POST"))).toEqual([]);
  });
});
