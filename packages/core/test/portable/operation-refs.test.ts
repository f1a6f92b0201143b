import { type CallOptions, createBlockStorage, isOperationRef, supports } from "@polyvol/core";
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

test("options by the names that they have elsewhere are refused, as an abort that nobody sees is none", async () => {
  const storage = open();
  const named = (option: object) => storage.volumes.get("a", option as CallOptions);
  const signal = AbortSignal.abort();
  const options: readonly (readonly [object, string])[] = [
    [{ signal }, "options: found signal, which calls do not have; use abortSignal"],
    [{ timeout: 5 }, "options: found timeout, which calls do not have; use timeoutMs, in milliseconds"],
  ];
  for (const [option, reason] of options) {
    expect(await failureOf(named(option))).toMatchObject({ code: "invalid_argument", reason });
    expect(() => storage.volumes.list({}, option as CallOptions)).toThrow(reason);
    expect(() => storage.snapshots.list({}, option as CallOptions)).toThrow(reason);
  }
});

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
