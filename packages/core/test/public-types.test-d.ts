/** Checked by `pnpm typecheck`: nothing here runs. */
import {
  type BlockStorage,
  type CreateSnapshotInput,
  createBlockStorage,
  isPolyvolError,
  type Listing,
  type Operation,
  type OperationRef,
  type PolyvolError,
  type PolyvolEvent,
  type Snapshot,
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
    // Of every option of every package: scripts/test/optional-values.test.ts.
    const passOn = (signal: AbortSignal | undefined, token: string | undefined): unknown[] => [
      storage.volumes.list({ name: token }, { abortSignal: signal }).byPage({ continuationToken: token }),
      storage.volumes.create({ name: "a", sizeGiB: 1, region: token }, { abortSignal: signal }),
      storage.snapshots.find({ name: "a", volumeId: "v" }, { abortSignal: signal }),
    ];
    expectTypeOf(passOn).toBeFunction();
  });

  test("a stored operation keeps its kind", () => {
    const resume = (ref: OperationRef<"volumes.create">): Promise<Operation<Volume>> => storage.resume(ref);
    expectTypeOf(resume).parameter(0).toMatchTypeOf<OperationRef>();
    expectTypeOf(storage.resume<"snapshots.create">).returns.resolves.toEqualTypeOf<Operation<Snapshot>>();
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
