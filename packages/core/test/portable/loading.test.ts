import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import { createMemoryAccount, createMemoryDriver, type MemoryAccount } from "@polyvol/memory";
import { afterEach, expect, test, vi } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";

const CHANGES = "../../src/operations/changes.ts";

afterEach(() => {
  vi.doUnmock(CHANGES);
});

/** A new storage, which has loaded nothing yet. */
function storageOf(account: MemoryAccount, clock?: VirtualClock): BlockStorage {
  return createBlockStorage(createMemoryDriver({ account }), clock === undefined ? {} : { clock });
}

function cannotBeLoaded(): void {
  vi.doMock(CHANGES, () => {
    throw new Error("Failed to fetch dynamically imported module");
  });
}

test("whoever only reads does without the code of changes", async () => {
  const account = createMemoryAccount();
  const { id } = await storageOf(account).volumes.create({ name: "a", sizeGiB: 1 });
  cannotBeLoaded();
  const { volumes, snapshots, checkHealth } = storageOf(account);
  expect(await volumes.list().toArray()).toHaveLength(1);
  expect(await volumes.get(id)).toMatchObject({ name: "a" });
  expect(await volumes.find({ name: "a" })).toMatchObject({ id });
  expect(await snapshots.list().toArray()).toEqual([]);
  expect(await checkHealth()).toBeDefined();
});

test("where the code of changes cannot be loaded, nothing is sent, and the error says why", async () => {
  const account = createMemoryAccount();
  const storage = storageOf(account);
  cannotBeLoaded();
  const refused = await failureOf(storage.volumes.create({ name: "a", sizeGiB: 1 }));
  expect(refused).toMatchObject({
    code: "unknown",
    operation: "volumes.create",
    resource: { kind: "volume", name: "a" },
    retryable: false,
    outcome: "not_applied",
  });
  expect(refused.reason).toMatch(/^the part of Polyvol that changes resources could not be loaded: /);
  expect(refused.cause).toBeInstanceOf(Error);
  expect(await failureOf(storage.snapshots.delete("s"))).toMatchObject({ code: "unknown" });
  expect(account.dump().volumes).toEqual([]);
  vi.doUnmock(CHANGES);
  expect(await storage.volumes.create({ name: "a", sizeGiB: 1 })).toMatchObject({ name: "a" });
});

test("what is wrong with the input is said without that code", async () => {
  cannotBeLoaded();
  const { volumes, snapshots } = storageOf(createMemoryAccount());
  for (const call of [
    volumes.create({ name: "", sizeGiB: 1 }),
    volumes.delete(""),
    volumes.delete("v", { snapshots: "some" as "keep" }),
    snapshots.update("s", {}),
  ]) {
    expect(await failureOf(call)).toMatchObject({ code: "invalid_argument" });
  }
});

test("what a call is given is read at the call, and calls keep their order", async () => {
  const account = createMemoryAccount();
  const { volumes } = storageOf(account);
  const input = { name: "first", sizeGiB: 1, tags: { env: "test" } };
  const first = volumes.create(input);
  input.name = "changed";
  input.tags.env = "changed";
  const second = volumes.create({ name: "second", sizeGiB: 1 });
  expect(await first).toMatchObject({ name: "first", tags: { env: "test" } });
  await second;
  expect(account.dump().volumes.map(({ name }) => name)).toEqual(["first", "second"]);
});

test("an abort while the code is loaded ends the call, and nothing is sent", async () => {
  const account = createMemoryAccount();
  const aborting = new AbortController();
  const creating = storageOf(account).volumes.create(
    { name: "a", sizeGiB: 1 },
    { abortSignal: aborting.signal },
  );
  const reason = new Error("enough");
  aborting.abort(reason);
  await expect(creating).rejects.toBe(reason);
  expect(account.dump().volumes).toEqual([]);
});

test("a clock that is moved by hand waits for what is loaded", async () => {
  const clock = createVirtualClock();
  const account = createMemoryAccount({ clock, latencyMs: 20 });
  let isDone = false;
  const creating = storageOf(account, clock)
    .volumes.create({ name: "a", sizeGiB: 1 })
    .then(() => {
      isDone = true;
    });
  await clock.advance(1_000);
  await creating;
  expect(isDone).toBe(true);
});

test("a clock that runs freely does not run ahead of what is loaded", async () => {
  const clock = createVirtualClock();
  clock.runFreely();
  const startedAt = clock.now();
  const account = createMemoryAccount({ clock, latencyMs: 20 });
  await storageOf(account, clock).volumes.create({ name: "a", sizeGiB: 1 });
  expect(clock.now() - startedAt).toBeLessThan(1_000);
});
