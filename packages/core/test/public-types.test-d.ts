/** Checked by `pnpm typecheck`: nothing here runs. */
import {
  type BlockStorage,
  type BlockStorageWithout,
  type CreateSnapshotInput,
  createBlockStorage,
  isOperationRef,
  isPolyvolError,
  type Listing,
  type Operation,
  type OperationRef,
  type PolyvolError,
  type PolyvolEvent,
  type Snapshot,
  type Supporting,
  supports,
  type Volume,
} from "@polyvol/core";
import type { BlockStorageDriver, Clock } from "@polyvol/core/driver";
import { describe, expectTypeOf, test } from "vitest";

declare const storage: BlockStorage;
declare const thrown: unknown;

describe("public types", () => {
  test("reads give plain data, lists give listings", () => {
    expectTypeOf(storage.volumes.get).returns.resolves.toEqualTypeOf<Volume>();
    expectTypeOf(storage.volumes.find).returns.resolves.toEqualTypeOf<Volume | undefined>();
    expectTypeOf(storage.snapshots.list).returns.toEqualTypeOf<Listing<Snapshot>>();
    expectTypeOf<Volume["createdAt"]>().toEqualTypeOf<Date>();
    expectTypeOf<Volume>().toMatchTypeOf<{ readonly sizeGiB: number }>();
  });

  test("resources are read only", () => {
    const rename = (volume: Volume): void => {
      // @ts-expect-error: data is never changed in place
      volume.name = "other";
    };
    expectTypeOf(rename).toBeFunction();
  });

  test("creates take what they need and nothing unknown", () => {
    expectTypeOf<CreateSnapshotInput>().toMatchTypeOf<{ readonly volumeId: string; readonly name: string }>();
    const wrong = (): unknown =>
      // @ts-expect-error: sizeGB is no field
      storage.volumes.create({ name: "a", sizeGB: 1 });
    expectTypeOf(wrong).toBeFunction();
    // @ts-expect-error: of what Polyvol gives, an absent field is left out
    const undefinedField: Pick<Volume, "zone"> = { zone: undefined };
    expectTypeOf(undefinedField).toMatchTypeOf<object>();
  });

  test("optional values are passed on as they are", () => {
    // Of every option of every package: scripts/test/docs-api.test.ts.
    const passOn = (signal: AbortSignal | undefined, token: string | undefined): unknown[] => [
      storage.volumes.list({ name: token }, { abortSignal: signal }).byPage({ continuationToken: token }),
      storage.volumes.create({ name: "a", sizeGiB: 1, region: token }, { abortSignal: signal }),
      storage.snapshots.find({ name: "a", volumeId: "v" }, { abortSignal: signal }),
    ];
    expectTypeOf(passOn).toBeFunction();
  });

  test("an operation keeps what it makes, from its ref to what resumes it", () => {
    const size = async (): Promise<number> => {
      const { ref } = await storage.volumes.beginCreate({ name: "a", sizeGiB: 1 });
      expectTypeOf(ref).toEqualTypeOf<OperationRef<"volumes.create">>();
      return (await (await storage.resume(ref)).wait()).sizeGiB;
    };
    expectTypeOf(size).returns.resolves.toEqualTypeOf<number>();
    expectTypeOf(storage.resume<"snapshots.create">).returns.resolves.toEqualTypeOf<Operation<Snapshot>>();
  });

  test("a ref that was stored is of either kind until it is asked", () => {
    const stored: unknown = JSON.parse("{}");
    const resume = (): unknown[] => {
      // @ts-expect-error: it may be anything
      const unasked = storage.resume(stored);
      if (!isOperationRef(stored)) return [unasked];
      const either = storage.resume(stored);
      expectTypeOf(either).resolves.toEqualTypeOf<Operation<Volume | Snapshot>>();
      if (!isOperationRef(stored, "volumes.create")) return [either];
      const known = storage.resume(stored);
      expectTypeOf(known).resolves.toEqualTypeOf<Operation<Volume>>();
      return [known];
    };
    expectTypeOf(resume).toBeFunction();
  });

  test("what a provider has not cannot be called without asking; a plain storage can", () => {
    const provider = (given: BlockStorage): string => given.provider;
    const revert = (on: BlockStorageWithout<"volumes.revert" | "snapshots.update">): unknown[] => {
      // @ts-expect-error: this provider has no volumes.revert
      const refused = () => on.volumes.revert("v", "s");
      if (!supports(on, "volumes.revert")) return [refused, on.provider, on.volumes.get("v")];
      expectTypeOf(on.volumes.revert("v", "s")).resolves.toEqualTypeOf<Volume>();
      return [provider(on)];
    };
    const plain = (): unknown => {
      const reverted = storage.volumes.revert("v", "s");
      return supports(storage, "volumes.attach")
        ? storage.volumes.attach("v", "1")
        : [storage.provider, reverted];
    };
    const asked = (given: Supporting<"volumes.rename">): Promise<Volume> => given.volumes.rename("v", "a");
    // @ts-expect-error: it was not asked
    const unasked = (): unknown => asked(storage);
    const afterAsking = (): unknown => supports(storage, "volumes.rename") && asked(storage);
    expectTypeOf<BlockStorageWithout<"volumes.revert">>().toExtend<BlockStorage>();
    for (const each of [revert, plain, unasked, afterAsking]) expectTypeOf(each).toBeFunction();
  });

  test("errors and events narrow", () => {
    if (isPolyvolError(thrown)) expectTypeOf(thrown).toEqualTypeOf<PolyvolError>();
    const status = (event: PolyvolEvent): number | undefined =>
      event.type === "response" ? event.status : undefined;
    expectTypeOf(status).returns.toEqualTypeOf<number | undefined>();
  });

  test("a driver needs no more than the seam", () => {
    expectTypeOf(createBlockStorage).parameter(0).toEqualTypeOf<BlockStorageDriver>();
    expectTypeOf<Clock["now"]>().returns.toEqualTypeOf<number>();
  });
});
