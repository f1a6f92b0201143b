/** The portable calls where DigitalOcean's own ways show. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { createDigitalOceanDriver, createDigitalOceanStorage } from "../src/index.ts";
import { type Cloud, openCloud, TOKEN } from "./cloud.ts";

const VOLUME = { id: "ab-1", name: "data", region: "nyc3", size_gigabytes: 5 };

test("a restore comes larger than the provider makes it", async () => {
  const { storage, emulator, sent } = await openCloud();
  emulator.seed({ volumes: [VOLUME] });
  const { id } = await storage.snapshots.create({ volumeId: "ab-1", name: "s" });
  const volume = await storage.volumes.create({ name: "copy", sizeGiB: 12, sourceSnapshotId: id });
  expect(volume).toMatchObject({ sizeGiB: 12, sourceSnapshotId: id });
  expect(volume).not.toHaveProperty("description");
  expect(sent().filter((each) => each.startsWith("POST"))).toEqual([
    "POST /v2/volumes/ab-1/snapshots",
    "POST /v2/volumes",
    `POST /v2/volumes/${volume.id}/actions`,
  ]);
});

test("without the mark an existing volume of the name is not taken for the restored one", async () => {
  const { storage, emulator } = await openCloud();
  emulator.seed({ volumes: [VOLUME, { ...VOLUME, id: "ab-2", name: "copy" }] });
  const { id } = await storage.snapshots.create({ volumeId: "ab-1", name: "s" });
  const error = await failureOf(storage.volumes.create({ name: "copy", sourceSnapshotId: id }));
  expect(error).toMatchObject({ code: "already_exists", outcome: "not_applied" });
});

test("two attaches to one Droplet: the second waits until the first is over", async () => {
  const { storage, emulator } = await openCloud();
  emulator.seed({ volumes: [VOLUME, { ...VOLUME, id: "ab-2", name: "more" }] });
  const both = await Promise.all(["ab-1", "ab-2"].map((id) => storage.volumes.attach(id, "1001")));
  expect(both.map((volume) => volume.attachments)).toEqual(Array(2).fill([{ serverId: "1001" }]));
  const statuses = emulator.log.entries().map((entry) => entry.status);
  expect(statuses).toContain(422);
});

test("a lost answer to a change of a volume ends in the change", async () => {
  const steps = [
    ["resize", (each: Cloud) => each.storage.volumes.resize("ab-1", 9), { sizeGiB: 9 }],
    [
      "attach",
      (each: Cloud) => each.storage.volumes.attach("ab-1", "1001"),
      { attachments: [{ serverId: "1001" }] },
    ],
    ["detach", (each: Cloud) => each.storage.volumes.detach("ab-1", "1001"), { attachments: [] }],
  ] as const;
  for (const kind of ["cut-after", "cut-before"] as const) {
    const cloud = await openCloud();
    cloud.emulator.seed({ volumes: [VOLUME] });
    for (const [type, change, result] of steps) {
      cloud.emulator.faults.add({ kind, count: 1, match: { method: "POST" } });
      expect(await change(cloud), `${type}, ${kind}`).toMatchObject(result);
    }
  }
});

test("a snapshot with the odd region that those of nyc1 show can be restored", async () => {
  const { storage, options, context, emulator } = await openCloud({ snapshotRegionNames: { nyc1: "nbg1" } });
  emulator.seed({ volumes: [{ ...VOLUME, region: "nyc1" }] });
  const { id, regions } = await storage.snapshots.create({ volumeId: "ab-1", name: "s" });
  expect(regions).toEqual(["nbg1"]);
  const restore = { name: "copy", sizeGiB: 5, sourceSnapshotId: id };
  expect(await storage.volumes.create({ ...restore, region: "nyc1" })).toMatchObject({ region: "nyc1" });
  const { region: _, ...withoutRegion } = options;
  const driver = createDigitalOceanDriver(withoutRegion);
  const { resource } = await driver.createVolume({ ...restore, name: "other", tags: {} }, context);
  expect(resource.region).toBe("nyc1");
});

test("an action that errors ends the wait at once", async () => {
  const { storage, emulator, clock } = await openCloud({ erroredActions: ["attach"] });
  emulator.seed({ volumes: [VOLUME] });
  const start = clock.now();
  expect((await failureOf(storage.volumes.attach("ab-1", "1001"))).code).toBe("operation_failed");
  expect(clock.now() - start).toBeLessThan(20_000);
});

test("the ten-minute rule: the wait is told, and the rest of the account goes on", async () => {
  for (const snapshotRetryAfter of [false, true]) {
    const { storage, emulator, clock } = await openCloud({ snapshotRetryAfter });
    emulator.seed({ volumes: [VOLUME] });
    await storage.snapshots.create({ volumeId: "ab-1", name: "one" });
    await clock.sleep(60_000);
    const start = clock.now();
    const error = await failureOf(storage.snapshots.create({ volumeId: "ab-1", name: "two" }));
    expect(error).toMatchObject({ code: "rate_limited", outcome: "not_applied", retryAfterMs: 540_000 });
    expect(await storage.volumes.get("ab-1")).toMatchObject({ name: "data" });
    expect(clock.now() - start).toBeLessThan(5_000);
  }
});

test("quotas are kept, also smaller ones that only the headers tell", async () => {
  const { storage, emulator } = await openCloud({ quotaPerHour: 600, quotaPerMinute: 30 });
  emulator.seed({ volumes: [VOLUME] });
  await storage.volumes.get("ab-1");
  await Promise.all(Array.from({ length: 65 }, () => storage.volumes.get("ab-1", { timeoutMs: 600_000 })));
  const statuses = emulator.log.entries().map((entry) => entry.status);
  expect(statuses).toEqual(Array(66).fill(200));
});

test("a quota far below the documented one is learnt from the first refusal, and kept from then on", async () => {
  const { storage, emulator } = await openCloud({ quotaPerHour: 200, quotaPerMinute: 10 });
  emulator.seed({ volumes: [VOLUME] });
  for (let call = 0; call < 40; call += 1) await storage.volumes.get("ab-1", { timeoutMs: 600_000 });
  const refused = emulator.log.entries().filter(({ status }) => status === 429);
  expect(refused).toHaveLength(1);
});

test("a spent hour is waited for as long as the headers say", async () => {
  const { storage, emulator, clock } = await openCloud({ quotaPerHour: 40, quotaPerMinute: 0 });
  emulator.seed({ volumes: [VOLUME] });
  await Promise.all(Array.from({ length: 50 }, () => storage.volumes.get("ab-1", { timeoutMs: 7_200_000 })));
  expect(clock.now() - Date.UTC(2026, 6, 14, 9)).toBeGreaterThan(3_500_000);
  const error = await failureOf(storage.volumes.get("ab-1", { timeoutMs: 1_000 }));
  expect(error.code).toBe("rate_limited");
  expect(error.retryAfterMs).toBeGreaterThan(1_000);
});

test("wrong input names what is allowed, and nothing is sent", async () => {
  const { storage, emulator, sent } = await openCloud();
  const wrong: readonly (readonly [Promise<unknown>, string, RegExp])[] = [
    [storage.volumes.create({ name: "Data", sizeGiB: 1 }), "invalid_argument", /lower-case letters/],
    [storage.volumes.create({ name: "a", sizeGiB: 0 }), "out_of_range", /1 to 16384 GiB/],
    [storage.volumes.create({ name: "a", sizeGiB: 16_385 }), "out_of_range", /1 to 16384 GiB/],
    [
      storage.volumes.create({ name: "a", sizeGiB: 1, tags: { "a b": "c" } }),
      "invalid_argument",
      /letters, digits/,
    ],
    [storage.volumes.create({ name: "a", sizeGiB: 1, volumeType: "ssd" }), "unsupported", /volumes\.type/],
    [
      storage.volumes.create({ name: "a", sizeGiB: 1, description: "ä".repeat(513) }),
      "invalid_argument",
      /1024/,
    ],
    [storage.volumes.rename("ab-1", "b"), "unsupported", /volumes\.rename/],
    [storage.volumes.revert("ab-1", "cd-1"), "unsupported", /volumes\.revert/],
    [
      storage.snapshots.create({ volumeId: "ab-1", name: "s", description: "d" }),
      "unsupported",
      /description/,
    ],
  ];
  for (const [work, code, message] of wrong) {
    const error = await failureOf(work);
    expect(error).toMatchObject({ code, outcome: "not_applied", provider: "digitalocean" });
    expect(error.message).toMatch(message);
  }
  expect(sent()).toEqual([]);
  emulator.seed({ volumes: [VOLUME] });
  expect((await failureOf(storage.volumes.resize("ab-1", 4))).code).toBe("out_of_range");
  const region = await failureOf(storage.volumes.create({ name: "a", sizeGiB: 1, region: "mars1" }));
  expect(region).toMatchObject({ code: "invalid_argument", outcome: "not_applied", status: 422 });
});

test("a token that rotates: the callback, or the file, is asked for every request", async () => {
  const folder = await mkdtemp(join(tmpdir(), "polyvol-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "token");
  const { options } = await openCloud({ tokens: ["first", "second"] });
  let asked = 0;
  const rotating = createDigitalOceanStorage({
    ...options,
    token: async () => {
      asked += 1;
      return asked === 1 ? "first" : "second";
    },
  });
  await rotating.checkHealth();
  await rotating.checkHealth();
  expect(asked).toBe(2);

  const fromFile = createDigitalOceanStorage({ ...options, token: { file } });
  expect(await failureOf(fromFile.checkHealth())).toMatchObject({
    code: "unauthenticated",
    retryable: false,
  });
  for (const token of ["first\n", "second\n"]) {
    await writeFile(file, token);
    await fromFile.checkHealth();
  }
  await writeFile(file, "\n");
  expect((await failureOf(fromFile.checkHealth())).reason).toMatch(/gave nothing that can be a token/);
});

test("an address that is not safe is refused when the storage is made", () => {
  for (const baseUrl of ["http://api.digitalocean.com", "https://user:secret@example.com"]) {
    expect(() => createDigitalOceanStorage({ token: TOKEN, baseUrl })).toThrow(/invalid_argument/);
  }
});

test("an attach whose action completed and that another program has undone since is told once reads must show it", async () => {
  const { storage, emulator, clock } = await openCloud({ actionDurationMs: 5_000 });
  emulator.seed({ volumes: [VOLUME] });
  const stale = { kind: "wrong-json", at: "volume.droplet_ids", value: [] } as const;
  emulator.faults.add({ ...stale, match: { method: "GET", path: "/v2/volumes/ab-1" } });
  const from = clock.now();
  const error = await failureOf(storage.volumes.attach("ab-1", "1001"));
  expect(error).toMatchObject({ code: "operation_failed", outcome: "unknown" });
  expect(clock.now() - from).toBeLessThan(120_000);
});

test.each([
  ["snapshots.create", ({ storage }: Cloud) => storage.snapshots.create({ volumeId: "ab-1", name: "s" })],
  ["volumes.create", ({ storage }: Cloud) => storage.volumes.create({ name: "new", sizeGiB: 5 })],
] as const)("a 429 with Retry-After is waited out once: %s", async (_, create) => {
  const cloud = await openCloud();
  cloud.emulator.seed({ volumes: [VOLUME] });
  cloud.emulator.faults.add({
    ...{ kind: "answer", status: 429, headers: { "retry-after": "12" }, count: 1 },
    match: { method: "POST" },
  });
  const from = cloud.clock.now();
  await create(cloud);
  expect(cloud.clock.now() - from).toBeGreaterThanOrEqual(12_000);
  expect(cloud.clock.now() - from).toBeLessThan(15_000);
  expect(cloud.sent()).toHaveLength(2);
});

test("one answer with a gateway's RateLimit-Limit of 1 shuts nothing", async () => {
  const { storage, emulator, clock } = await openCloud();
  emulator.seed({ volumes: [VOLUME] });
  const set = { "ratelimit-limit": "1", "ratelimit-remaining": "0", "ratelimit-reset": "3600" };
  emulator.faults.add({ kind: "headers", set, count: 1 });
  const from = clock.now();
  for (let call = 0; call < 10; call += 1) await storage.volumes.get("ab-1");
  expect(clock.now() - from).toBeLessThan(1_000);
});

test("a quota that comes round with the deadline is told at once, not waited for in vain", async () => {
  const { storage, emulator, clock } = await openCloud();
  emulator.seed({ volumes: [VOLUME] });
  const body = { id: "too_many_requests", message: "API rate limit exceeded." };
  const headers = { "retry-after": "60" };
  emulator.faults.add({ kind: "answer", status: 429, headers, body, match: { method: "GET" } });
  for (let call = 0; call < 2; call += 1) {
    const from = clock.now();
    const error = await failureOf(storage.volumes.get("ab-1"));
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 60_000 });
    expect(clock.now() - from).toBeLessThan(1_000);
  }
});
