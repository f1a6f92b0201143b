/** Changes that the service refuses or gives up, and what is left then. */
import { describe, expect, test } from "vitest";
import { emulated } from "./emulated.ts";
import { failureOf } from "./failing.ts";

const VOLUME = "11111111-1111-4111-8111-111111111111";

describe("a volume that the service holds in use without a server", () => {
  const seed = {
    volumes: [{ id: VOLUME, name: "db", state: "in-use" as const }],
    snapshots: [
      { volume_id: VOLUME, name: "monday" },
      { volume_id: VOLUME, name: "tuesday" },
    ],
  };

  test("keeps its snapshots when it cannot be deleted, and nothing is sent", async () => {
    const { emulator, storage, sent } = await emulated();
    emulator.seed(seed);
    const error = await failureOf(storage.volumes.delete(VOLUME, { snapshots: "delete" }));
    expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
    expect(error.resource).toEqual({ kind: "volume", id: VOLUME, name: "db" });
    expect(error.reason).toContain("in the state in-use, though no server is named");
    expect(sent().filter(({ line }) => line.startsWith("DELETE"))).toEqual([]);
    expect(await storage.snapshots.list({ volumeId: VOLUME }).toArray()).toHaveLength(2);
  });

  test("is in use for allowAttached: false and for a revert", async () => {
    const { emulator, storage, sent } = await emulated();
    emulator.seed(seed);
    const [latest] = (await storage.snapshots.list({ volumeId: VOLUME }).toArray()).toReversed();
    sent();
    for (const work of [
      () => storage.snapshots.create({ volumeId: VOLUME, name: "s", allowAttached: false }),
      () => storage.volumes.revert(VOLUME, latest?.id ?? ""),
    ]) {
      expect(await failureOf(work())).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
    }
    expect(sent().filter(({ line }) => !line.startsWith("GET"))).toEqual([]);
  });
});
