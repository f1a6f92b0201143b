/** Reads that lag behind what was done, as those of a replicated database may. */
import { createVirtualClock } from "@polyvol/core/driver";
import { createOpenStackStorage } from "@polyvol/openstack";
import { expect, onTestFinished, test } from "vitest";
import { openEmulatedCloud } from "./emulated-cloud.ts";

test.each([5_000, 15_000, 45_000])("growth that shows only %i ms later is waited for", async (ms) => {
  const clock = createVirtualClock();
  clock.runFreely();
  const { emulator, connection, close } = await openEmulatedCloud(clock);
  onTestFinished(() => close());
  const { volumes } = createOpenStackStorage(connection());
  const { id } = await volumes.create({ name: "data", sizeGiB: 1 });
  await clock.sleep(60_000);
  emulator.faults.add({ kind: "stale-read", ms });
  emulator.faults.add({ kind: "stale-list", ms });
  expect(await volumes.resize(id, 2)).toMatchObject({ sizeGiB: 2 });
});
