/** Each operation on volumes and the account over real HTTP against the emulator: what is sent, and what comes of it. */
import type { PolyvolError } from "@polyvol/core";
import type { DriverCreateVolume } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { digitalOceanDetails } from "../src/details.ts";
import { openCloud } from "./cloud.ts";

const EMPTY: DriverCreateVolume = { name: "data", sizeGiB: 10, tags: {} };
const MISSING = "00000000-0000-11f0-8a2b-0a58ac140000";

describe("volumes", () => {
  test("create: one request, settled by its answer", async () => {
    const { driver, context, sent, emulator } = await openCloud({ faithfulNulls: true });
    const { resource, settled } = await driver.createVolume({ ...EMPTY, tags: { team: "storage" } }, context);
    expect(settled).toBe(true);
    expect(resource).toMatchObject({ name: "data", region: "nyc3", sizeGiB: 10, state: "available" });
    expect(resource.createdAt).toEqual(new Date("2026-07-14T09:00:00Z"));
    expect(sent()).toEqual(["POST /v2/volumes"]);
    expect(JSON.parse(emulator.log.entries()[0]?.requestBody ?? "")).toEqual({
      name: "data",
      size_gigabytes: 10,
      region: "nyc3",
      tags: ["team:storage"],
    });
    expect(await driver.getVolume(resource.id, context)).toMatchObject({ tags: { team: "storage" } });
  });

  test("create: in the region that is named, formatted", async () => {
    const { driver, context } = await openCloud();
    const providerOptions = { digitalocean: { filesystemType: "ext4", filesystemLabel: "data" } };
    const { resource } = await driver.createVolume({ ...EMPTY, region: "ams3", providerOptions }, context);
    expect(resource.region).toBe("ams3");
    expect(digitalOceanDetails(resource)).toMatchObject({ filesystemType: "ext4", filesystemLabel: "data" });
  });

  test("create: without any region nothing is sent", async () => {
    const { driver: _, ...cloud } = await openCloud();
    const { region: __, ...options } = cloud.options;
    const { createDigitalOceanDriver } = await import("../src/index.ts");
    const driver = createDigitalOceanDriver(options);
    const error = await failureOf(driver.createVolume(EMPTY, cloud.context));
    expect(error).toMatchObject({ code: "invalid_argument", outcome: "not_applied" });
    expect(cloud.sent()).toEqual([]);
  });

  test("create: the name is taken", async () => {
    const { driver, context } = await openCloud();
    await driver.createVolume(EMPTY, context);
    const error = await failureOf(driver.createVolume(EMPTY, context));
    expect(error).toMatchObject({
      code: "already_exists",
      status: 409,
      providerCode: "conflict",
      outcome: "not_applied",
      retryable: false,
      mayAlreadyExist: true,
    });
    expect(error.requestId).toMatch(/./);
  });

  test("create: an unknown region, a name and sizes that the service refuses", async () => {
    const { driver, context } = await openCloud();
    for (const wrong of [{ region: "mars1" }, { name: "Data" }]) {
      const error = await failureOf(driver.createVolume({ ...EMPTY, ...wrong }, context));
      expect(error).toMatchObject({ code: "invalid_argument", outcome: "not_applied", retryable: false });
    }
    for (const sizeGiB of [0, 16_385]) {
      const error = await failureOf(driver.createVolume({ ...EMPTY, sizeGiB }, context));
      expect(error).toMatchObject({ code: "out_of_range", outcome: "not_applied" });
    }
  });

  test("restore: the snapshot's size, and the source in the description", async () => {
    const { driver, context, emulator } = await openCloud();
    const { resource: source } = await driver.createVolume({ ...EMPTY, sizeGiB: 20 }, context);
    const input = { volumeId: source.id, name: "s", tags: {}, allowAttached: true, attemptId: "a" };
    const { resource: snapshot } = await driver.createSnapshot(input, context);
    const restore = {
      name: "copy",
      sizeGiB: 50,
      tags: {},
      description: "a copy",
      sourceSnapshotId: snapshot.id,
    };
    const { resource } = await driver.createVolume(restore, context);
    expect(resource).toMatchObject({ sizeGiB: 20, description: "a copy", sourceSnapshotId: snapshot.id });
    const { volumes } = emulator.state() as { volumes: { name: string; description: string }[] };
    const copy = volumes.find((each) => each.name === "copy");
    expect(copy?.description).toBe(`a copy [polyvol source=${snapshot.id}]`);
  });

  test("restore: an id that no volume snapshot can have is not sent", async () => {
    const { driver, context, sent } = await openCloud();
    const error = await failureOf(driver.createVolume({ ...EMPTY, sourceSnapshotId: "73920155" }, context));
    expect(error).toMatchObject({ code: "not_found", outcome: "not_applied" });
    expect(sent()).toEqual([]);
    const unknown = await failureOf(driver.createVolume({ ...EMPTY, sourceSnapshotId: MISSING }, context));
    expect(unknown).toMatchObject({ code: "not_found", outcome: "not_applied" });
  });

  test("get: absent, and malformed without a request", async () => {
    const { driver, context, sent } = await openCloud();
    expect(await failureOf(driver.getVolume(MISSING, context))).toMatchObject({
      code: "not_found",
      status: 404,
    });
    expect(await failureOf(driver.getVolume("a/../b", context))).toMatchObject({ code: "not_found" });
    expect(sent()).toEqual([`GET /v2/volumes/${MISSING}`]);
  });

  test("list: the provider filters by name and region", async () => {
    const { driver, context, sent, emulator } = await openCloud();
    const volumes = ["nyc3", "ams3"].flatMap((region) =>
      ["a", "b"].map((name) => ({ name, region, size_gigabytes: 1 })),
    );
    emulator.seed({ volumes });
    const page = await driver.listVolumes({ name: "a", region: "ams3" }, { number: 1, size: 150 }, context);
    expect(page.items).toMatchObject([{ name: "a", region: "ams3" }]);
    expect(page.total).toBe(1);
    expect((await driver.listVolumes({}, { number: 2, size: 3 }, context)).items).toHaveLength(1);
    expect(sent()).toEqual([
      "GET /v2/volumes?name=a&region=ams3&page=1&per_page=150",
      "GET /v2/volumes?page=2&per_page=3",
    ]);
  });

  test("delete: at once; twice is not_found; attached is busy, which core judges by the record", async () => {
    const { driver, context, emulator } = await openCloud();
    const { resource } = await driver.createVolume(EMPTY, context);
    expect(await driver.deleteVolume(resource.id, context)).toEqual({ settled: true });
    expect(await failureOf(driver.deleteVolume(resource.id, context))).toMatchObject({ code: "not_found" });
    emulator.seed({
      volumes: [{ id: "ab-1", name: "x", region: "nyc3", size_gigabytes: 1, droplet_id: 1001 }],
    });
    const error = await failureOf(driver.deleteVolume("ab-1", context));
    expect(error).toMatchObject({ code: "conflict", outcome: "not_applied", retryable: true });
  });

  test("resize, attach, detach: an action that is followed to its end", async () => {
    const { driver, context, clock } = await openCloud({ actionVisibleAfterMs: 1_000 });
    const { resource } = await driver.createVolume(EMPTY, context);
    const steps = [
      () => driver.resizeVolume?.(resource.id, 30, context),
      () => driver.attachVolume?.(resource.id, "1001", context),
      () => driver.detachVolume?.(resource.id, "1001", context),
    ];
    for (const step of steps) {
      const pending = (await step())?.pending;
      if (pending === undefined) return expect.unreachable("nothing to follow");
      expect(await driver.checkPending?.(pending, context)).toEqual({ state: "absent" });
      await clock.sleep(1_500);
      expect(await driver.checkPending?.(pending, context)).toEqual({
        state: "running",
        seen: "in-progress",
      });
      await clock.sleep(5_000);
      expect(await driver.checkPending?.(pending, context)).toEqual({ state: "succeeded" });
    }
    expect(await driver.getVolume(resource.id, context)).toMatchObject({ sizeGiB: 30, attachments: [] });
  });

  test("an action that is complete with its answer needs no following", async () => {
    const { driver, context } = await openCloud({ actionDurationMs: 0 });
    const { resource } = await driver.createVolume(EMPTY, context);
    expect(await driver.attachVolume?.(resource.id, "1001", context)).toEqual({ settled: true });
    expect(await driver.getVolume(resource.id, context)).toMatchObject({
      state: "in_use",
      attachments: [{ serverId: "1001" }],
    });
  });

  test("an action that errors", async () => {
    const { driver, context, clock } = await openCloud({ erroredActions: ["resize"] });
    const { resource } = await driver.createVolume(EMPTY, context);
    const changed = await driver.resizeVolume?.(resource.id, 30, context);
    await clock.sleep(6_000);
    if (changed?.pending === undefined) return expect.unreachable("nothing to follow");
    expect(await driver.checkPending?.(changed.pending, context)).toMatchObject({ state: "failed" });
  });

  test("a Droplet that is busy passes; one that is full, or unknown, does not", async () => {
    const { driver, context, emulator } = await openCloud({ volumesPerDroplet: 1 });
    const names = ["a", "b", "c"];
    emulator.seed({ volumes: names.map((name) => ({ id: name, name, region: "nyc3", size_gigabytes: 1 })) });
    await driver.attachVolume?.("a", "1001", context);
    const busy = await failureOf(driver.attachVolume?.("b", "1001", context));
    expect(busy).toMatchObject({
      code: "conflict",
      outcome: "not_applied",
      retryable: true,
      mayAlreadyExist: false,
    });
    await emulator.advance(10_000);
    const attach = (volume: string, droplet: string): Promise<PolyvolError> =>
      failureOf(driver.attachVolume?.(volume, droplet, context));
    expect(await attach("b", "1001")).toMatchObject({ code: "resource_exhausted" });
    expect(await attach("a", "1002")).toMatchObject({ code: "failed_precondition" });
    expect(await attach("b", "999")).toMatchObject({ code: "not_found" });
    expect(await attach("b", "web-1")).toMatchObject({ code: "not_found" });
    const detach = await failureOf(driver.detachVolume?.("b", "1001", context));
    expect(detach).toMatchObject({ code: "failed_precondition" });
    const shrink = await failureOf(driver.resizeVolume?.("b", 1, context));
    expect(shrink).toMatchObject({ code: "invalid_argument", outcome: "not_applied" });
  });
});

describe("the account", () => {
  test("health: one request that needs no scope but the one for volumes", async () => {
    const scoped = { token: "scoped", scopes: ["block_storage:read"] };
    const { driver, context, sent } = await openCloud({ tokens: [scoped] }, { token: "scoped" });
    expect(await driver.checkHealth(context)).toEqual({
      apiVersion: "v2",
      serverTime: new Date("2026-07-14T09:00:00Z"),
      requestsLeft: 4999,
    });
    expect(sent()).toEqual(["GET /v2/volumes?per_page=1"]);
  });

  test("a wrong token, and one without the scope", async () => {
    const scoped = { token: "scoped", scopes: ["block_storage:read"] };
    const { driver, context } = await openCloud({ tokens: [scoped] }, { token: "scoped" });
    expect(await failureOf(driver.createVolume(EMPTY, context))).toMatchObject({
      code: "permission_denied",
      outcome: "not_applied",
      providerCode: "forbidden",
    });
    const other = await openCloud({}, { token: "wrong" });
    expect(await failureOf(other.driver.checkHealth(other.context))).toMatchObject({
      code: "unauthenticated",
      retryable: false,
    });
  });

  test("a full account", async () => {
    const { driver, context } = await openCloud({ capacityGiB: 15 });
    await driver.createVolume(EMPTY, context);
    const error = await failureOf(driver.createVolume({ ...EMPTY, name: "more" }, context));
    expect(error).toMatchObject({
      code: "resource_exhausted",
      status: 403,
      outcome: "not_applied",
      retryable: false,
    });
  });

  test("an action id that has lost digits is no answer", async () => {
    const { driver, context, emulator } = await openCloud();
    const { resource } = await driver.createVolume(EMPTY, context);
    emulator.faults.add({ kind: "wrong-json", at: "action.id", value: 2 ** 53 });
    const error = await failureOf(driver.resizeVolume?.(resource.id, 20, context));
    expect(error).toMatchObject({ code: "malformed_response", outcome: "unknown" });
    expect(error.requestId).toMatch(/./);
  });
});
