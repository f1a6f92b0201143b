import { type BlockStorage, createBlockStorage, isOperationRef, supports } from "@polyvol/core";
import { createMemoryDriver } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

function open(): ReturnType<typeof createBlockStorage> {
  return createBlockStorage(createMemoryDriver(), { without: ["volumes.revert"] });
}

describe("refs of operations", () => {
  test("one that was stored is told, with what it is of, and goes on as that", async () => {
    const storage = open();
    const begun = await storage.volumes.beginCreate({ name: "a", sizeGiB: 1 });
    const stored: unknown = JSON.parse(JSON.stringify(begun.ref));
    expect([isOperationRef(stored), isOperationRef(stored, "snapshots.create")]).toEqual([true, false]);
    if (!isOperationRef(stored, "volumes.create")) return expect.unreachable();
    expect((await (await storage.resume(stored)).wait()).sizeGiB).toBe(1);
  });

  test.each([
    ["nothing", () => undefined],
    ["a text", () => "{}"],
    ["an empty object", () => ({})],
    ["one of another version", (ref: object) => ({ ...ref, version: 2 })],
    ["one of another call", (ref: object) => ({ ...ref, operation: "volumes.resize" })],
    ["one that lost its id", (ref: object) => ({ ...ref, resourceId: undefined })],
  ])("%s is none, and is refused", async (_, damage) => {
    const storage = open();
    const { ref } = await storage.volumes.beginCreate({ name: "a", sizeGiB: 1 });
    const damaged: unknown = damage(ref);
    expect(isOperationRef(damaged)).toBe(false);
    expect(await failureOf(storage.resume(damaged as typeof ref))).toMatchObject({
      code: "invalid_argument",
      reason: "ref: it was not made by this version of Polyvol",
    });
  });
});

describe("options among the input", () => {
  const abortSignal = new AbortController().signal;
  const reason = "abortSignal: it is an option; options are an argument of their own, the last one";

  test("of a listing are named as such", () => {
    const misplaced: object = { abortSignal };
    expect(() => open().volumes.list(misplaced)).toThrow(reason);
    expect(() => open().snapshots.list(misplaced)).toThrow(reason);
  });

  test("of a create, too", async () => {
    const misplaced = { name: "a", sizeGiB: 1, abortSignal };
    expect(await failureOf(open().volumes.create(misplaced))).toMatchObject({
      code: "invalid_argument",
      reason,
    });
  });
});

/** Every call of the interface, with options and with what it lists, finds or makes. */
const CALLS: Readonly<Record<string, (storage: BlockStorage, options: object) => unknown>> = {
  "volumes.list": ({ volumes }, options) => volumes.list({}, options),
  "volumes.get": ({ volumes }, options) => volumes.get("a", options),
  "volumes.find": ({ volumes }, options) => volumes.find({ name: "a" }, options),
  "volumes.create": ({ volumes }, options) => volumes.create({ name: "a", sizeGiB: 1 }, options),
  "volumes.beginCreate": ({ volumes }, options) => volumes.beginCreate({ name: "a", sizeGiB: 1 }, options),
  "volumes.resize": ({ volumes }, options) => volumes.resize("a", 2, options),
  "volumes.attach": ({ volumes }, options) => volumes.attach("a", "server-1", options),
  "volumes.detach": ({ volumes }, options) => volumes.detach("a", "server-1", options),
  "volumes.revert": ({ volumes }, options) => volumes.revert("a", "b", options),
  "volumes.rename": ({ volumes }, options) => volumes.rename("a", "b", options),
  "volumes.delete": ({ volumes }, options) => volumes.delete("a", options),
  "snapshots.list": ({ snapshots }, options) => snapshots.list({}, options),
  "snapshots.get": ({ snapshots }, options) => snapshots.get("a", options),
  "snapshots.find": ({ snapshots }, options) => snapshots.find({ name: "a", volumeId: "b" }, options),
  "snapshots.create": ({ snapshots }, options) => snapshots.create({ name: "a", volumeId: "b" }, options),
  "snapshots.beginCreate": ({ snapshots }, options) =>
    snapshots.beginCreate({ name: "a", volumeId: "b" }, options),
  "snapshots.update": ({ snapshots }, options) => snapshots.update("a", { name: "b" }, options),
  "snapshots.delete": ({ snapshots }, options) => snapshots.delete("a", options),
  checkHealth: (storage, options) => storage.checkHealth(options),
  run: (storage, options) => storage.run("own", async () => 1, { ...options, idempotent: true }),
};

describe.each(Object.keys(CALLS))("%s refuses, before any request, an option that", (name) => {
  const refusal = async (options: object): Promise<unknown> => {
    const { driver } = openMemory();
    const sent: string[] = [];
    const watched = new Proxy(driver, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          sent.push(String(key));
          return value.apply(target, given);
        };
      },
    });
    const call = CALLS[name] ?? expect.unreachable();
    const storage = createBlockStorage(watched);
    const error = await failureOf(Promise.resolve().then(() => call(storage, options)) as Promise<unknown>);
    expect(sent).toEqual([]);
    return error;
  };

  test.each([
    [
      "no call has",
      { signal: AbortSignal.abort() },
      /^options: found signal, allowed: abortSignal, timeoutMs/,
    ],
    ["no call has by that spelling", { timeoutms: 5 }, /^options: found timeoutms, allowed/],
    ["is of another argument", { name: "a" }, /^options: found name, allowed/],
    ["is no deadline", { timeoutMs: "5" }, /^options timeoutMs: found "5", allowed: milliseconds above 0/],
    ["is a deadline of NaN", { timeoutMs: Number.NaN }, /^options timeoutMs: found NaN/],
    ["is no signal", { abortSignal: {} }, /^options abortSignal: found .*, allowed: an AbortSignal/],
    ["is no function", { onProgress: true }, /^options onProgress: found true, allowed: a function/],
    [
      "is half an item",
      { requestSize: 2.5 },
      /^options requestSize: found 2.5, allowed: a whole number from 1/,
    ],
  ])("%s", async (_, options, reason) => {
    expect(await refusal(options)).toMatchObject({
      ...{ code: "invalid_argument", operation: expect.any(String), attempts: 0 },
      reason: expect.stringMatching(reason),
    });
  });
});

test("one object of options may serve calls that do not know all of it", async () => {
  const { volumes } = open();
  const options = { timeoutMs: 5_000, onProgress: () => undefined, onBegun: () => undefined, requestSize: 5 };
  const { id } = await volumes.create({ name: "a", sizeGiB: 1 }, options);
  expect(await volumes.get(id, options)).toMatchObject({ id });
  expect(await volumes.list({}, options).toArray()).toHaveLength(1);
});

test.each<[string, (storage: BlockStorage) => Promise<unknown>, string]>([
  [
    "tags",
    ({ volumes }) => volumes.find({ name: "a", ...{ tags: {} } }),
    "input: found tags, allowed: name, region",
  ],
  ["no name", ({ volumes }) => volumes.find({} as { name: string }), "name: found nothing"],
  [
    "a region of snapshots",
    ({ snapshots }) => snapshots.find({ name: "a", volumeId: "b", ...{ region: "c" } }),
    "input: found region, allowed: name, volumeId",
  ],
])("find does not drop what it does not look for: %s", async (_, find, reason) => {
  const error = await failureOf(find(open()));
  expect(error).toMatchObject({ code: "invalid_argument", reason: expect.stringContaining(reason) });
});

describe("numbers of listings are whole", () => {
  test.each([2.5, -1, Number.NaN, "3", null, 2 ** 60])("%j is no limit", async (limit) => {
    const error = await failureOf(
      open()
        .volumes.list()
        .toArray({ limit: limit as number }),
    );
    expect(error).toMatchObject({
      ...{ code: "invalid_argument", operation: "volumes.list" },
      reason: expect.stringMatching(/^options limit: found .*, allowed: a whole number from 0$/),
    });
  });

  test.each([2.5, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, "3"])(
    "%j is no size of a page",
    async (size) => {
      const pages = open()
        .volumes.list()
        .byPage({ pageSize: size as number });
      expect(await failureOf(pages.next())).toMatchObject({
        code: "invalid_argument",
        operation: "volumes.list",
      });
    },
  );

  test("what byPage and toArray do not know is refused as well", async () => {
    const listing = open().volumes.list();
    const misplaced: object = { abortSignal: new AbortController().signal };
    expect(await failureOf(listing.byPage(misplaced).next())).toMatchObject({ code: "invalid_argument" });
    expect(await failureOf(listing.toArray(misplaced))).toMatchObject({ code: "invalid_argument" });
  });

  test("a limit without a bound is none", async () => {
    expect(await open().volumes.list().toArray({ limit: Number.POSITIVE_INFINITY })).toEqual([]);
  });
});

test.each([2.5, -1, 0, Number.NaN, Number.POSITIVE_INFINITY, "8", null, 2 ** 60])(
  "%j is no size of a volume",
  async (size) => {
    const { volumes } = open();
    const sizeGiB = size as number;
    const { id } = await volumes.create({ name: "there", sizeGiB: 1 });
    for (const call of [volumes.create({ name: "a", sizeGiB }), volumes.resize(id, sizeGiB)]) {
      expect((await failureOf(call)).code).toMatch(/^(invalid_argument|out_of_range)$/);
    }
    expect(await volumes.list().toArray()).toHaveLength(1);
  },
);

test.each([{ id: "volume-000001" }, 5, "", undefined])("%j is no id, and is refused as that", async (id) => {
  const storage = open();
  for (const call of [storage.volumes.get, storage.snapshots.get, storage.volumes.delete]) {
    const error = await failureOf(call(id as string));
    expect(error).toMatchObject({ code: "invalid_argument", resource: undefined });
    expect(error.reason).toMatch(/^id: found .*, allowed is the id as text$/);
  }
});

test("supports says what a storage can, with what its options turn off", () => {
  const storage = open();
  expect([supports(storage, "volumes.rename"), supports(storage, "volumes.revert")]).toEqual([true, false]);
});

test("a token of a listing by tags goes on with the same tags in another order", async () => {
  const { volumes } = open();
  const tags = { a: "1", b: "2" };
  for (const name of ["x", "y", "z"]) await volumes.create({ name, sizeGiB: 1, tags });
  const { value } = await volumes.list({ tags }).byPage({ pageSize: 2 }).next();
  const rest: string[] = [];
  const { continuationToken } = value;
  for await (const page of volumes.list({ tags: { b: "2", a: "1" } }).byPage({ continuationToken }))
    rest.push(...page.items.map(({ name }) => name));
  expect(rest).toHaveLength(1);
});

test("what a wait says of a create that was begun before is not that nothing was applied", async () => {
  const { storage } = openMemory({ asynchronous: true });
  const input = { name: "a", sizeGiB: 1 };
  const begun = await storage.volumes.beginCreate(input);
  const again = await storage.resume(JSON.parse(JSON.stringify(begun.ref)));
  for (const operation of [begun, again]) {
    const error = await failureOf(operation.wait({ timeoutMs: 1_000 }));
    expect(error).toMatchObject({ code: "timeout", outcome: "unknown" });
  }
  // This one only waits for what another has made.
  const taken = await storage.volumes.beginCreate(input);
  expect(await failureOf(taken.wait({ timeoutMs: 1_000 }))).toMatchObject({ outcome: "not_applied" });
});
