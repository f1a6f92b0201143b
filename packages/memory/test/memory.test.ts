import { createBlockStorage } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import { createMemoryAccount, createMemoryDriver, createMemoryStorage } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { codeOf, context, createSnapshot, createVolume, setup } from "./setup.ts";

test("the driver's version is the package's", () => {
  expect(setup().driver.version).toBe(manifest.version);
});

test("an option that is undefined is one that is left out", async () => {
  const clock = createVirtualClock();
  const driver = createMemoryDriver({
    ...{ clock, asynchronous: { createVolumeMs: undefined }, regions: undefined, authorised: undefined },
    capabilities: { supports: undefined },
    limits: { volumeSize: undefined, tags: undefined },
    quota: { volumes: undefined },
  });
  expect(driver.capabilities).toEqual(createMemoryDriver().capabilities);
  const storage = createMemoryStorage(
    { account: driver.account },
    { clock: undefined, timeoutMs: undefined },
  );
  clock.runFreely();
  const before = clock.now();
  expect(await storage.volumes.create({ name: "a", sizeGiB: 1 })).toMatchObject({ state: "available" });
  expect(clock.now() - before).toBeGreaterThanOrEqual(6_000);
});

describe("names", () => {
  test("enforced: a second one is refused with a hint to look, in its scope", async () => {
    const { driver } = setup();
    const { resource } = await createVolume(driver, "a");
    await expect(createVolume(driver, "a")).rejects.toMatchObject({
      code: "already_exists",
      mayAlreadyExist: true,
      outcome: "not_applied",
    });
    await driver.createVolume({ name: "a", region: "mem-2", sizeGiB: 1, tags: {} }, context);
    await createSnapshot(driver, resource.id, "s");
    expect(await codeOf(createSnapshot(driver, resource.id, "s"))).toBe("already_exists");
    const other = await createVolume(driver, "b");
    await createSnapshot(driver, other.resource.id, "s");
  });

  test("free: any number of them, and snapshots carry the mark of their create", async () => {
    const { driver, account } = setup({ names: "free" });
    const { resource } = await createVolume(driver, "a");
    await createVolume(driver, "a");
    const snapshot = (await createSnapshot(driver, resource.id, "s")).resource;
    expect(account.dump().volumes.map((each) => each.name)).toEqual(["a", "a"]);
    expect(driver.attemptIdOf?.(snapshot)).toBe("attempt");
    expect(driver.settleMs).toBe(2_000);
  });
});

describe("changes", () => {
  test("none: they are done when they are answered", async () => {
    const { driver } = setup();
    const started = await createVolume(driver, "a");
    expect(started).toMatchObject({ settled: true, resource: { state: "available" } });
    expect(await driver.resizeVolume?.(started.resource.id, 2, context)).toEqual({ settled: true });
    expect(driver).not.toHaveProperty("checkPending");
  });

  test("state: the resource says what is going on, until the clock says otherwise", async () => {
    const { driver, clock } = setup({ asynchronous: { createVolumeMs: 100, attachVolumeMs: 50 } });
    const started = await createVolume(driver, "a");
    expect(started).toMatchObject({ settled: false, resource: { state: "creating" } });
    const { id } = started.resource;
    expect(await codeOf(driver.deleteVolume(id, context))).toBe("conflict");
    await clock.advance(99);
    expect((await driver.getVolume(id, context)).state).toBe("creating");
    await clock.advance(1);
    expect((await driver.getVolume(id, context)).state).toBe("available");
    await driver.attachVolume?.(id, "server-1", context);
    expect(await driver.getVolume(id, context)).toMatchObject({ state: "attaching", attachments: [] });
    await clock.advance(50);
    expect(await driver.getVolume(id, context)).toMatchObject({
      state: "in_use",
      attachments: [{ serverId: "server-1", attachedAt: new Date(clock.now()) }],
    });
  });

  test("record: the record says what is going on, the volume does not", async () => {
    const { driver, clock } = setup({ asynchronous: true, mode: "record" });
    const { resource, pending } = await createVolume(driver, "a");
    await clock.advance(60_000);
    expect(pending && (await driver.checkPending?.(pending, context))).toEqual({ state: "succeeded" });
    const changed = await driver.resizeVolume?.(resource.id, 5, context);
    expect(await driver.getVolume(resource.id, context)).toMatchObject({ sizeGiB: 1, state: "available" });
    const record = changed?.pending ?? { kind: "", token: "" };
    expect(await driver.checkPending?.(record, context)).toMatchObject({ state: "running" });
    await clock.advance(5_000);
    expect(await driver.checkPending?.(record, context)).toEqual({ state: "succeeded" });
    expect((await driver.getVolume(resource.id, context)).sizeGiB).toBe(5);
  });

  test.each(["state", "record"] as const)("%s: work that a fault breaks fails in the end", async (mode) => {
    const { driver, account, clock } = setup({ asynchronous: true, mode });
    const { resource } = await createVolume(driver, "a");
    await clock.advance(60_000);
    account.inject({ on: "resizeVolume", effect: "break", reason: "out of discs" });
    const changed = await driver.resizeVolume?.(resource.id, 5, context);
    await clock.advance(60_000);
    const after = await driver.getVolume(resource.id, context);
    expect(after.sizeGiB).toBe(1);
    expect(after.state).toBe(mode === "state" ? "error" : "available");
    if (changed?.pending === undefined) return;
    expect(await driver.checkPending?.(changed.pending, context)).toEqual({
      state: "failed",
      reason: "out of discs",
    });
  });
});

describe("faults", () => {
  test("before the commit nothing is done, after it everything", async () => {
    const { driver, account } = setup();
    account.inject({ on: "createVolume", effect: "fail", when: "before" });
    account.inject({ on: "createVolume", effect: "fail", when: "after" });
    await expect(createVolume(driver, "a")).rejects.toMatchObject({
      code: "unavailable",
      outcome: "unknown",
      retryable: true,
    });
    expect(account.dump().volumes).toEqual([]);
    expect(await codeOf(createVolume(driver, "a"))).toBe("unavailable");
    expect(account.dump().volumes).toHaveLength(1);
    expect(await codeOf(createVolume(driver, "b"))).toBeUndefined();
  });

  test("they choose by method, skip and count, and can be taken back", async () => {
    const { driver, account } = setup();
    account.inject({ on: ["getVolume", "listVolumes"], skip: 1, count: 2, effect: "fail", when: "before" });
    const list = () => codeOf(driver.listVolumes({}, { size: 1 }, context));
    await createVolume(driver, "a");
    expect([await list(), await list(), await list(), await list()]).toEqual([
      undefined,
      "unavailable",
      "unavailable",
      undefined,
    ]);
    account.inject({ count: Number.POSITIVE_INFINITY, effect: "fail", when: "before" });
    expect([await list(), await list()]).toEqual(["unavailable", "unavailable"]);
    account.clearFaults();
    expect(await list()).toBeUndefined();
  });

  test("a late commit comes at its time, or is refused in silence", async () => {
    const { driver, account, clock } = setup();
    account.inject({ on: "createVolume", effect: "commit_late", ms: 500, count: 2 });
    expect(await codeOf(createVolume(driver, "a"))).toBe("unavailable");
    expect(await codeOf(createVolume(driver, "a"))).toBe("unavailable");
    await clock.advance(499);
    expect(account.dump().volumes).toEqual([]);
    await clock.advance(60_000);
    expect(account.dump().volumes.map((each) => each.createdAt)).toEqual([Date.UTC(2026, 0, 1) + 500]);
  });

  test("a delayed answer ends with the caller's abort, and what was done stays", async () => {
    const { driver, account, clock } = setup();
    account.inject({ effect: "delay", when: "after", ms: 1_000 });
    const stop = new AbortController();
    const work = driver.createVolume(
      { name: "a", sizeGiB: 1, tags: {} },
      { ...context, abortSignal: stop.signal },
    );
    await clock.advance(10);
    stop.abort(new Error("enough"));
    await expect(work).rejects.toThrow("enough");
    expect(clock.sleepers).toBe(0);
    expect(account.dump().volumes).toHaveLength(1);
  });

  test("a rewritten resource is what the driver returns, with the mark of its create", async () => {
    const { driver, account } = setup({ names: "free" });
    const { id } = (await createVolume(driver, "a")).resource;
    const snapshotId = (await createSnapshot(driver, id, "s")).resource.id;
    account.inject({ count: 2, effect: "rewrite", rewrite: (resource) => ({ ...resource, state: "error" }) });
    expect(await driver.getVolume(id, context)).toMatchObject({ id, state: "error", name: "a" });
    const snapshot = await driver.getSnapshot(snapshotId, context);
    expect(snapshot.state).toBe("error");
    expect(driver.attemptIdOf?.(snapshot)).toBe("attempt");
    expect((await driver.getVolume(id, context)).state).toBe("available");
  });
});

describe("an account", () => {
  test("is shared by drivers, each with its own count of calls", async () => {
    const { driver, account } = setup();
    const other = createMemoryDriver({ account });
    const { resource } = await createVolume(driver, "a");
    await other.getVolume(resource.id, context);
    expect([driver.calls.total, driver.calls.changes]).toEqual([1, 1]);
    expect([other.calls.total, other.calls.changes]).toEqual([1, 0]);
    expect(account.calls.of("createVolume")).toBe(1);
    expect(account.calls.last("getVolume")).toBe(resource.id);
    account.calls.reset();
    expect([account.calls.total, driver.calls.total]).toEqual([0, 1]);
  });

  test("refuses wrong credentials without doing anything", async () => {
    const { account } = setup();
    const intruder = createMemoryDriver({ account, authorised: false });
    expect(await codeOf(createVolume(intruder, "a"))).toBe("unauthenticated");
    expect(account.dump().volumes).toEqual([]);
  });

  test("keeps what it holds to itself: neither dumps nor answers are its own records", async () => {
    const { driver, account } = setup();
    const { resource } = await createVolume(driver, "a");
    const [dumped] = account.dump().volumes;
    Object.assign(dumped ?? {}, { name: "changed" });
    Object.assign(resource.tags, { changed: "yes" });
    Object.assign(resource, { name: "changed" });
    expect(await driver.getVolume(resource.id, context)).toMatchObject({ name: "a", tags: {} });
  });

  test("takes as long as it is told to answer", async () => {
    const { driver, clock } = setup({ latencyMs: 20 });
    const work = createVolume(driver, "a");
    await clock.advance(20);
    expect((await work).resource.createdAt.getTime()).toBe(Date.UTC(2026, 0, 1) + 20);
  });

  test.each([
    [{ region: "mem-1" }, /found region, allowed: .*regions/],
    [{ regions: [] }, /regions: found a list, allowed: a list of at least one text/],
    [{ names: "Free" }, /names: found "Free", allowed: "enforced" or "free"/],
    [{ asynchronous: { createVolumeMS: 1 } }, /asynchronous.*: allowed|asynchronous.*createVolumeMs/],
    [{ paging: { style: "numbered", maxPageSize: 10 } }, /paging.*minPageSize/],
    [{ capabilities: { supports: ["volumes.fly"] } }, /capabilities.*found "volumes\.fly"/],
    [{ quota: { volumes: "3" } }, /quota\.volumes: found "3"/],
    [{ latencyMs: -1 }, /latencyMs: found -1, allowed: a number of milliseconds from 0/],
    [null, /input: found nothing, allowed: an object/],
  ])("%j is refused", (options, words) => {
    const reason = expect.stringMatching(words);
    for (const make of [createMemoryAccount, createMemoryDriver, createMemoryStorage])
      expect(() => make(options as object)).toThrow(
        expect.objectContaining({ code: "invalid_argument", reason }),
      );
  });

  test("what is an account's is refused beside one, and so is what is none", () => {
    const account = createMemoryAccount();
    const beside = { account, names: "free" } as object;
    expect(() => createMemoryStorage(beside)).toThrow(/found names, allowed: account, authorised, hidesTags/);
    expect(() => createMemoryStorage({ account: {} } as object)).toThrow(/what createMemoryAccount gives/);
    expect(() => createMemoryStorage({ account, hidesTags: "yes" } as object)).toThrow(
      /hidesTags: found "yes"/,
    );
  });
});

describe("createMemoryStorage", () => {
  test("is a whole storage in one line", async () => {
    const storage = createMemoryStorage();
    const volume = await storage.volumes.create({ name: "data", sizeGiB: 10 });
    const snapshot = await storage.snapshots.create({ volumeId: volume.id, name: "before" });
    expect((await storage.snapshots.list({ volumeId: volume.id }).toArray()).map((each) => each.id)).toEqual([
      snapshot.id,
    ]);
    expect(storage.provider).toBe("memory");
  });

  test("costs one call for a create, two for one whose answer was lost and is looked for", async () => {
    const { account, clock, driver } = setup();
    clock.runFreely();
    const storage = createBlockStorage(driver, { clock, random: () => 0 });
    await storage.volumes.create({ name: "a", sizeGiB: 1 });
    expect(account.calls.total).toBe(1);
    account.inject({ on: "createVolume", effect: "fail", when: "after" });
    await storage.volumes.create({ name: "b", sizeGiB: 1 });
    expect(account.calls.of("createVolume")).toBe(2);
    expect(account.dump().volumes).toHaveLength(2);
  });

  test("a commit that comes later than settleMs is never hidden: the next create names both", async () => {
    const { account, clock, driver } = setup({ names: "free" });
    clock.runFreely();
    const storage = createBlockStorage(driver, { clock, random: () => 0.5 });
    account.inject({ on: "createVolume", effect: "commit_late", ms: 60_000 });
    await storage.volumes.create({ name: "a", sizeGiB: 1 });
    await clock.sleep(120_000);
    const ids = account.dump().volumes.map((each) => each.id);
    expect(ids).toHaveLength(2);
    const error = await storage.volumes.create({ name: "a", sizeGiB: 1 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "conflict" });
    for (const id of ids) expect(String(error)).toContain(id);
    expect(account.dump().volumes).toHaveLength(2);
  });
});
