/** An answer is lost, and the repetition is refused for good while the first request is still being carried out. */
import type { BlockStorage } from "@polyvol/core";
import { expect, test } from "vitest";
import { openCloud } from "./cloud.ts";

const CHANGES: Readonly<Record<string, (storage: BlockStorage, id: string) => Promise<unknown>>> = {
  resize: (storage, id) => storage.volumes.resize(id, 20),
  attach: (storage, id) => storage.volumes.attach(id, "1001"),
};

test.each(Object.keys(CHANGES))("%s: it is done in the end", async (change) => {
  const { storage, emulator } = await openCloud({ actionDurationMs: 5_000 });
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  const match = { method: "POST", path: "/v2/volumes/*/actions" };
  emulator.faults.add({ kind: "cut-after", count: 1, match });
  // In words that nobody has seen yet.
  const body = { id: "unprocessable_entity", message: "This is not possible." };
  emulator.faults.add({ kind: "answer", status: 422, when: "before", body, match });
  const expected = change === "resize" ? { sizeGiB: 20 } : { attachments: [{ serverId: "1001" }] };
  expect(await CHANGES[change]?.(storage, id)).toMatchObject(expected);
});

test("a change that has never been is refused, and says that it is not certain", async () => {
  const { storage, emulator } = await openCloud();
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  const match = { method: "POST", path: "/v2/volumes/*/actions" };
  emulator.faults.add({ kind: "cut-before", count: 1, match });
  const body = { id: "unprocessable_entity", message: "This is not possible." };
  emulator.faults.add({ kind: "answer", status: 422, when: "before", body, match });
  await expect(storage.volumes.resize(id, 20)).rejects.toMatchObject({
    ...{ code: "invalid_argument", outcome: "unknown" },
    message: expect.stringContaining("This is not possible."),
  });
});

test("a create that shows late is found although its repetition is refused for good", async () => {
  let hiddenUntil = 0;
  const { storage, emulator, clock } = await openCloud(
    {},
    {
      random: () => 0.5,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        const isListing = (init?.method ?? "GET") === "GET" && String(input).includes("/v2/volumes?");
        if (!isListing || clock.now() >= hiddenUntil) return response;
        return Response.json({ volumes: [], links: {}, meta: { total: 0 } });
      },
    },
  );
  const match = { method: "POST", path: "/v2/volumes" };
  emulator.faults.add({ kind: "cut-after", count: 1, match });
  const body = {
    id: "forbidden",
    message: "failed to create volume: volume/snapshot capacity limit exceeded",
  };
  emulator.faults.add({ kind: "answer", status: 403, when: "before", body, match });
  hiddenUntil = clock.now() + 1_000;
  const made = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  expect(emulator.inventory()).toMatchObject({ volumes: [{ id: made.id }] });
});
