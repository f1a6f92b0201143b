import { expect, test } from "vitest";
import { createCreationsFirst } from "../../src/apply/cloud-work.ts";
import type { VolumePlan } from "../../src/index.ts";

const snapshot = {
  policyId: "nightly",
  snapshotId: "1",
  name: "one",
  slot: "2026-05-09T03:00:00.000Z",
  createdAt: "2026-05-09T03:00:00.000Z",
  reason: "due",
};
const volumes = ["a", "b"].map(
  (volumeId): VolumePlan => ({
    ...{ cloud: "do", provider: "digitalocean", volumeId, volumeName: volumeId, policies: [] },
    ...{ create: [snapshot], delete: [snapshot], keep: [] },
  }),
);

test("a volume without room gets that of a snapshot that has gone elsewhere, and waits for no other", async () => {
  const order = createCreationsFirst(volumes);
  order.created("b");
  const room = order.room("a");
  await order.allCreated();
  order.deleted();
  expect(await room).toBe(true);
});

test("where no snapshot goes any more, there is no room", async () => {
  const order = createCreationsFirst(volumes);
  const room = order.room("a");
  order.pruned("b");
  expect(await room).toBe(false);
  expect(await order.room("b")).toBe(false);
});
