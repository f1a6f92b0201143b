import { emulatorHandlers } from "@polyvol/emulators/msw";
import { setupServer } from "msw/node";
import { describe, expect, onTestFinished, test } from "vitest";
import { rotateSnapshots } from "../src/rotate-snapshots.ts";
import { CLOUDS, createTestClock, dataVolumeId } from "./clouds.ts";

/** msw stands in for both. */
const WAYS = { "node:http": () => ({}), fetch: () => ({ fetch: globalThis.fetch }) };

describe.each(Object.entries(WAYS))("by %s", (_way, options) => {
  test.each(Object.entries(CLOUDS))(
    "%s at its real address, without a port or a base URL",
    async (_, cloud) => {
      const clock = createTestClock();
      const emulator = cloud.emulate({ clock });
      emulator.seed(cloud.seed);
      const server = setupServer(...emulatorHandlers(emulator, cloud.realUrl));
      server.listen({ onUnhandledFrame: "error" });
      onTestFinished(() => server.close());

      const storage = cloud.connect({ clock, ...options() });
      emulator.faults.add({ kind: "html", count: 1, match: { method: "GET" } });
      const volumeId = await dataVolumeId(storage);
      const taken = await rotateSnapshots(storage, volumeId, { keep: 1, now: new Date(clock.now()) });

      expect(taken.state).toBe("available");
      expect(emulator.state()).toMatchObject({ snapshots: [{ name: taken.name }] });
      expect(emulator.faults.list()).toMatchObject([{ applied: 1 }]);
    },
  );
});
