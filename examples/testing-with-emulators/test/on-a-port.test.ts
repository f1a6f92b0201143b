import type { BlockStorage } from "@polyvol/core";
import type { VirtualClock } from "@polyvol/core/driver";
import type { Emulator } from "@polyvol/emulators";
import { describe, expect, onTestFinished, test } from "vitest";
import { rotateSnapshots } from "../src/rotate-snapshots.ts";
import { CLOUDS, type Cloud, createTestClock, dataVolumeId } from "./clouds.ts";

const NIGHT_MS = 24 * 60 * 60 * 1_000;

interface World {
  readonly clock: VirtualClock;
  readonly emulator: Emulator;
  readonly storage: BlockStorage;
  /** The tool under test, at the present time. */
  rotate(): Promise<unknown>;
  /** Names of the snapshots that there really are, asked of nobody but the emulator. */
  snapshots(): readonly string[];
}

async function createWorld(cloud: Cloud): Promise<World> {
  const clock = createTestClock();
  const emulator = cloud.emulate({ clock });
  emulator.seed(cloud.seed);
  const listener = await emulator.listen();
  onTestFinished(() => listener.close());
  const storage = cloud.connect({ clock, baseUrl: listener.url });
  const volumeId = await dataVolumeId(storage);
  return {
    clock,
    emulator,
    storage,
    rotate: () => rotateSnapshots(storage, volumeId, { keep: 3, now: new Date(clock.now()) }),
    snapshots: () => {
      const { snapshots } = emulator.state() as { readonly snapshots: readonly { readonly name: string }[] };
      return snapshots.map(({ name }) => name).toSorted();
    },
  };
}

describe.each(Object.entries(CLOUDS))("on %s", (_, cloud) => {
  test("five nights leave the newest three", async () => {
    const { clock, rotate, snapshots } = await createWorld(cloud);
    for (let night = 1; night <= 5; night += 1) {
      await rotate();
      await clock.advance(NIGHT_MS);
    }
    expect(snapshots()).toEqual(
      ["23", "24", "25"].map((day) => expect.stringMatching(`^rotated-2026-11-${day}-02-0\\d$`)),
    );
  });

  test("an answer that gets lost does not make a second snapshot", async () => {
    const { emulator, rotate, snapshots } = await createWorld(cloud);
    const match = { method: "POST", path: cloud.snapshotPath };
    emulator.faults.add({ kind: "cut-after", count: 1, match });
    await rotate();
    expect(emulator.faults.list()).toMatchObject([{ applied: 1 }]);
    expect(snapshots()).toEqual(["rotated-2026-11-21-02-00"]);
  });

  test("nothing is deleted in a night whose snapshot cannot be made", async () => {
    const { clock, emulator, rotate, snapshots } = await createWorld(cloud);
    for (let night = 1; night <= 3; night += 1) {
      await rotate();
      await clock.advance(NIGHT_MS);
    }
    const before = snapshots();
    emulator.faults.add({ kind: "answer", status: 503, match: { method: "POST" } });
    await expect(rotate()).rejects.toMatchObject({ code: "unavailable" });
    expect(snapshots()).toEqual(before);
    expect(emulator.log.entries().filter(({ method }) => method === "DELETE")).toEqual([]);
  });
});

test("on DigitalOcean a second snapshot within ten minutes is refused, and says when it will do", async () => {
  const { clock, rotate, snapshots } = await createWorld(CLOUDS.digitalocean);
  await rotate();
  await clock.advance(4 * 60_000);
  await expect(rotate()).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 6 * 60_000 });
  await clock.advance(6 * 60_000);
  await rotate();
  expect(snapshots()).toHaveLength(2);
});

test("on Samsung a deletion that the service gives up is told, and the next night makes up for it", async () => {
  const { clock, emulator, rotate, snapshots } = await createWorld(CLOUDS["samsung-scp"]);
  emulator.seed({ failures: [{ work: "deleteSnapshot", outcome: "undone", count: 1 }] });
  for (let night = 1; night <= 3; night += 1) {
    await rotate();
    await clock.advance(NIGHT_MS);
  }
  await expect(rotate()).rejects.toMatchObject({ code: "operation_failed" });
  expect(snapshots()).toHaveLength(4);
  await clock.advance(NIGHT_MS);
  await rotate();
  expect(snapshots()).toHaveLength(3);
});

test("on Samsung an outage while a snapshot is being made is waited out", async () => {
  const { emulator, rotate, snapshots } = await createWorld(CLOUDS["samsung-scp"]);
  const after = { method: "POST", path: "/v1/snapshots" };
  emulator.faults.add({ kind: "answer", status: 503, after, forMs: 30_000 });
  await rotate();
  expect(emulator.faults.list()).toMatchObject([{ spent: false }]);
  expect(snapshots()).toHaveLength(1);
});
