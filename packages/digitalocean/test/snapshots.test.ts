/** Each operation on snapshots over real HTTP against the emulator: what is sent, and what comes of it. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openCloud } from "./cloud.ts";

const MISSING = "00000000-0000-11f0-8a2b-0a58ac140000";

describe("snapshots", () => {
  const snapshot = { tags: { keep: "" }, allowAttached: true, attemptId: "a" };

  test("create, get, delete", async () => {
    const { driver, context, sent, emulator } = await openCloud({ snapshotRegionNames: { nyc3: "nbg1" } });
    emulator.seed({
      volumes: [{ id: "ab-1", name: "x", region: "nyc3", size_gigabytes: 7, used_gigabytes: 0.5 }],
    });
    const { resource, settled } = await driver.createSnapshot(
      { ...snapshot, volumeId: "ab-1", name: "s 1" },
      context,
    );
    expect(settled).toBe(true);
    expect(resource).toMatchObject({
      name: "s 1",
      volumeId: "ab-1",
      regions: ["nbg1"],
      state: "available",
      minVolumeSizeGiB: 7,
      billableGiB: 0.5,
      tags: { keep: "" },
    });
    expect(await driver.getSnapshot(resource.id, context)).toEqual(resource);
    expect(await driver.deleteSnapshot(resource.id, context)).toEqual({ settled: true });
    expect(await failureOf(driver.deleteSnapshot(resource.id, context))).toMatchObject({ code: "not_found" });
    expect(sent()).toEqual([
      "POST /v2/volumes/ab-1/snapshots",
      `GET /v2/volumes/snapshots/${resource.id}`,
      `DELETE /v2/volumes/snapshots/${resource.id}`,
      `DELETE /v2/volumes/snapshots/${resource.id}`,
    ]);
  });

  test("the name is taken; too soon; the volume is missing", async () => {
    const { driver, context, emulator } = await openCloud();
    emulator.seed({ volumes: [{ id: "ab-1", name: "x", region: "nyc3", size_gigabytes: 1 }] });
    const take = (name: string, volumeId = "ab-1"): Promise<unknown> =>
      driver.createSnapshot({ ...snapshot, volumeId, name }, context);
    await take("s");
    expect(await failureOf(take("s"))).toMatchObject({ code: "already_exists", mayAlreadyExist: true });
    expect(await failureOf(take("t"))).toMatchObject({
      code: "rate_limited",
      status: 429,
      outcome: "not_applied",
      retryable: false,
      mayAlreadyExist: true,
    });
    expect(await failureOf(take("s", MISSING))).toMatchObject({ code: "not_found" });
    expect(await failureOf(take("s", "a/b"))).toMatchObject({ code: "not_found" });
  });

  test.each([403, 422, 429] as const)("one more than a volume can have, refused with %i", async (status) => {
    const { driver, context, emulator, sent } = await openCloud({ snapshotLimitStatus: status });
    const snapshots = Array.from({ length: 25 }, (_, index) => ({
      name: `s${index}`,
      resource_id: "ab-1",
      region: "nyc3",
      min_disk_size: 1,
    }));
    emulator.seed({ volumes: [{ id: "ab-1", name: "x", region: "nyc3", size_gigabytes: 1 }], snapshots });
    const error = await failureOf(
      driver.createSnapshot({ ...snapshot, volumeId: "ab-1", name: "s" }, context),
    );
    expect(error).toMatchObject({
      code: "resource_exhausted",
      outcome: "not_applied",
      retryable: false,
      status,
    });
    expect(error.reason).toBe("the volume has 25 snapshots, allowed: 25");
    expect(error.requestId).toMatch(/./);
    expect(sent()).toEqual(["POST /v2/volumes/ab-1/snapshots", "GET /v2/volumes/ab-1/snapshots?per_page=1"]);
  });

  test("a refusal for another reason stays what it is", async () => {
    const { driver, context, emulator } = await openCloud();
    emulator.seed({ volumes: [{ id: "ab-1", name: "x", region: "nyc3", size_gigabytes: 1 }] });
    emulator.faults.add({ kind: "answer", status: 403, match: { method: "POST" } });
    const error = await failureOf(
      driver.createSnapshot({ ...snapshot, volumeId: "ab-1", name: "s" }, context),
    );
    expect(error.code).toBe("permission_denied");
  });

  test("list: of a volume, of all volumes, never of Droplets", async () => {
    const { driver, context, sent, emulator } = await openCloud();
    emulator.seed({
      volumes: [{ id: "ab-1", name: "x", region: "nyc3", size_gigabytes: 1 }],
      snapshots: [
        { name: "s", resource_id: "ab-1", region: "nyc3", min_disk_size: 1 },
        { name: "t", resource_id: "ab-2", region: "nyc3", min_disk_size: 1 },
        {
          name: "d",
          id: "73920155",
          resource_type: "droplet",
          resource_id: "1001",
          region: "nyc3",
          min_disk_size: 25,
        },
      ],
    });
    const page = { number: 1, size: 200 };
    const names = async (query: { volumeId?: string }): Promise<string[]> =>
      (await driver.listSnapshots(query, page, context)).items.map((each) => each.name).sort();
    expect(await names({ volumeId: "ab-1" })).toEqual(["s"]);
    expect(await names({})).toEqual(["s", "t"]);
    expect(await names({ volumeId: "a/b" })).toEqual([]);
    expect(await failureOf(driver.getSnapshot("73920155", context))).toMatchObject({ code: "not_found" });
    expect(await failureOf(driver.deleteSnapshot("73920155", context))).toMatchObject({ code: "not_found" });
    expect(sent()).toEqual([
      "GET /v2/volumes/ab-1/snapshots?page=1&per_page=200",
      "GET /v2/snapshots?resource_type=volume&page=1&per_page=200",
    ]);
  });

  test("list: of a volume that is gone, those of all volumes; its own list is asked for once", async () => {
    const { driver, context, sent, emulator } = await openCloud();
    emulator.seed({ snapshots: [{ name: "s", resource_id: "ab-9", region: "nyc3", min_disk_size: 1 }] });
    for (const number of [1, 2]) {
      const page = await driver.listSnapshots({ volumeId: "ab-9" }, { number, size: 150 }, context);
      expect(page.items.map((each) => each.name)).toEqual(number === 1 ? ["s"] : []);
    }
    expect(sent()).toEqual([
      "GET /v2/volumes/ab-9/snapshots?page=1&per_page=150",
      "GET /v2/snapshots?resource_type=volume&page=1&per_page=150",
      "GET /v2/snapshots?resource_type=volume&page=2&per_page=150",
    ]);
  });
});
