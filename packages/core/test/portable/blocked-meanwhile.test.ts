import { PolyvolError } from "@polyvol/core";
import { expect, test } from "vitest";
import { type Shown, world } from "./shown-world.ts";

test("a deletion that is called busy of a volume that waits for a person by now is refused, and not sent again", async () => {
  let shown: Partial<Shown> | undefined;
  let sent = 0;
  const given = await world(() => ({
    isBlocked: ({ providerState }) => providerState === "awaiting-transfer",
    deleteVolume: async () => {
      sent += 1;
      shown = { state: "unknown", providerState: "awaiting-transfer" };
      throw new PolyvolError("conflict", "it is busy", { outcome: "not_applied", retryable: true });
    },
  }));
  given.show(() => shown);
  await given.storage.snapshots.delete(given.snapshotId);
  await expect(given.storage.volumes.delete(given.volumeId)).rejects.toMatchObject({
    code: "failed_precondition",
    reason: "it is in the state awaiting-transfer, which does not pass by itself",
    outcome: "not_applied",
  });
  expect(sent).toBe(1);
});

test("a growth of a volume that waits for a person by the time it has grown is done", async () => {
  let shown: Partial<Shown> | undefined;
  const given = await world(() => ({
    isBlocked: ({ providerState }) => providerState === "maintenance",
    resizeVolume: async () => {
      shown = { state: "unknown", providerState: "maintenance", sizeGiB: 16 };
      return {};
    },
  }));
  given.show(() => shown);
  const grown = await given.storage.volumes.resize(given.volumeId, 16);
  expect(grown).toMatchObject({ sizeGiB: 16, providerState: "maintenance" });
});
