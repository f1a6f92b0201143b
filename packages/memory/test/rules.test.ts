import { describe, expect, test } from "vitest";
import { codeOf, context, createSnapshot, createVolume, setup } from "./setup.ts";

describe("listings", () => {
  test("stale ones show what there was; reads by id do not wait", async () => {
    const { driver, clock } = setup({ listDelayMs: 1_000 });
    const names = async () =>
      (await driver.listVolumes({}, { size: 10 }, context)).items.map((each) => each.name);
    const { id } = (await createVolume(driver, "a")).resource;
    expect(await names()).toEqual([]);
    expect((await driver.getVolume(id, context)).name).toBe("a");
    await clock.advance(1_000);
    expect(await names()).toEqual(["a"]);
    await driver.deleteVolume(id, context);
    expect(await codeOf(driver.getVolume(id, context))).toBe("not_found");
    expect(await names()).toEqual(["a"]);
    await clock.advance(1_000);
    expect(await names()).toEqual([]);
  });

  test.each(["oldest_first", "newest_first"] as const)("each paging style cuts them, %s", async (order) => {
    const inOrder = (names: string[]) => (order === "oldest_first" ? names : names.reverse());
    const names = inOrder(["a", "b", "c", "d", "e"]);
    for (const style of ["numbered", "marker", "cursor"] as const) {
      const paging =
        style === "numbered" ? { style, minPageSize: 1, maxPageSize: 2 } : { style, maxPageSize: 2 };
      const { driver } = setup({ order, paging });
      for (const name of ["a", "b", "c", "d", "e"]) await createVolume(driver, name);
      const seen: string[] = [];
      let after: string | undefined;
      for (let number = 1; seen.length < 5; number += 1) {
        const page = await driver.listVolumes(
          {},
          { size: 2, number, ...(after === undefined ? {} : { after }) },
          context,
        );
        seen.push(...page.items.map((each) => each.name));
        if (style === "numbered") expect(page.total).toBe(5);
        after = style === "cursor" ? page.nextToken : page.items.at(-1)?.id;
      }
      expect(seen).toEqual(names);
      expect(await codeOf(driver.listVolumes({}, { size: 3 }, context))).toBe("invalid_argument");
    }
  });

  test("a marker that has gone is not found; a cursor goes on without its item", async () => {
    const marker = setup({ paging: { style: "marker", maxPageSize: 2 } }).driver;
    expect(await codeOf(marker.listVolumes({}, { size: 2, after: "volume-9" }, context))).toBe("not_found");
    const cursor = setup({ paging: { style: "cursor", maxPageSize: 1 } }).driver;
    const { id } = (await createVolume(cursor, "a")).resource;
    await createVolume(cursor, "b");
    const { nextToken = "" } = await cursor.listVolumes({}, { size: 1 }, context);
    await cursor.deleteVolume(id, context);
    const rest = await cursor.listVolumes({}, { size: 1, after: nextToken }, context);
    expect(rest.items.map((each) => each.name)).toEqual(["b"]);
    expect(await codeOf(cursor.listVolumes({}, { size: 1, after: "x" }, context))).toBe("invalid_argument");
  });
});

describe("rules", () => {
  test("too soon is said with a hint to look and the time to wait", async () => {
    const { driver, clock } = setup({ limits: { snapshotGapMs: 600_000 } });
    const { id } = (await createVolume(driver, "a")).resource;
    await createSnapshot(driver, id, "one");
    await clock.advance(400_000);
    await expect(createSnapshot(driver, id, "two")).rejects.toMatchObject({
      code: "rate_limited",
      mayAlreadyExist: true,
      retryable: false,
      retryAfterMs: 200_000,
    });
    await clock.advance(200_000);
    await createSnapshot(driver, id, "two");
  });

  test("limits and quotas are kept", async () => {
    const { driver } = setup({ quota: { volumes: 1 }, limits: { snapshotsPerVolume: 1 } });
    const { id } = (await createVolume(driver, "a")).resource;
    expect(await codeOf(createVolume(driver, "b"))).toBe("resource_exhausted");
    await createSnapshot(driver, id, "one");
    expect(await codeOf(createSnapshot(driver, id, "two"))).toBe("resource_exhausted");
  });

  test("a snapshot that cannot outlive its volume holds it", async () => {
    const { driver } = setup({ capabilities: { supports: [] } });
    const { id } = (await createVolume(driver, "a")).resource;
    const snapshot = (await createSnapshot(driver, id, "one")).resource;
    expect(await codeOf(driver.deleteVolume(id, context))).toBe("failed_precondition");
    await driver.deleteSnapshot(snapshot.id, context);
    await driver.deleteVolume(id, context);
    expect(driver).not.toHaveProperty("resizeVolume");
  });

  test("a restore comes as large as asked, or as large as the snapshot", async () => {
    for (const [restoreSize, expected] of [["asked", 9] as const, ["snapshot", 1] as const]) {
      const { driver } = setup({ restoreSize });
      const { id } = (await createVolume(driver, "a")).resource;
      const sourceSnapshotId = (await createSnapshot(driver, id, "s")).resource.id;
      const input = { name: "b", sizeGiB: 9, tags: {}, sourceSnapshotId };
      const { resource } = await driver.createVolume(input, context);
      expect(resource).toMatchObject({ sizeGiB: expected, sourceSnapshotId });
    }
  });

  test("only the latest snapshot can be reverted to, on a detached volume", async () => {
    const { driver } = setup();
    const { id } = (await createVolume(driver, "a")).resource;
    const first = (await createSnapshot(driver, id, "one")).resource.id;
    const second = (await createSnapshot(driver, id, "two")).resource.id;
    const revert = (snapshotId: string) =>
      codeOf(driver.revertVolume?.(id, snapshotId, context) ?? Promise.reject());
    expect(await revert(first)).toBe("failed_precondition");
    expect(await revert(second)).toBeUndefined();
    await driver.attachVolume?.(id, "server-1", context);
    expect(await revert(second)).toBe("failed_precondition");
    expect(await codeOf(driver.deleteVolume(id, context))).toBe("failed_precondition");
  });
});
