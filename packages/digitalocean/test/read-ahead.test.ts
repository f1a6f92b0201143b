/** The next page is asked for while the one before is read, over real HTTP. */
import type { PolyvolEvent } from "@polyvol/core";
import { bulkSeed } from "@polyvol/emulators/digitalocean";
import { expect, test } from "vitest";
import { createDigitalOceanStorage } from "../src/index.ts";
import { openCloud } from "./cloud.ts";

test("one page in flight: from the second on, each goes out before the answer to the one before is read", async () => {
  const { emulator, options } = await openCloud();
  const volumes = Array.from({ length: 700 }, (_, index) => ({
    name: `volume-${index}`,
    region: "nyc3",
    size_gigabytes: 1,
  }));
  emulator.seed({ volumes });
  const events: PolyvolEvent["type"][] = [];
  const storage = createDigitalOceanStorage({
    ...options,
    listConcurrency: 1,
    onEvent: ({ type }) => events.push(type),
  });
  expect(await storage.volumes.list().toArray()).toHaveLength(700);
  const [request, response] = ["request", "response"] as const;
  // The event of an answer comes once its body is read; by then the next request is out.
  expect(events.slice(0, 5)).toEqual([request, response, request, request, response]);
  expect(events.filter((type) => type === "throttle")).toEqual([]);
});

test("by default an answer that has come keeps no page waiting: its place is free before it is parsed", async () => {
  const events: PolyvolEvent[] = [];
  const { emulator, storage } = await openCloud({}, { onEvent: (event) => void events.push(event) });
  emulator.seed(bulkSeed({ volumes: 2_000, snapshots: 0, until: Date.UTC(2026, 6, 14) }));
  expect(await storage.volumes.list({}, { requestSize: 20 }).toArray()).toHaveLength(2_000);
  expect(events.filter(({ type }) => type === "throttle")).toEqual([]);
});

test("by default a listing of more pages than a minute allows keeps to the documented quotas: none is refused", async () => {
  const events: PolyvolEvent[] = [];
  // Virtual time does not pass while requests do, so a page may wait for a whole minute.
  const options = { timeoutMs: 120_000, onEvent: (event: PolyvolEvent) => void events.push(event) };
  const { emulator, storage } = await openCloud({}, options);
  emulator.seed(bulkSeed({ volumes: 3_000, snapshots: 0, until: Date.UTC(2026, 6, 14) }));
  expect(await storage.volumes.list({}, { requestSize: 10 }).toArray()).toHaveLength(3_000);
  const statuses = events.flatMap((event) => (event.type === "response" ? [event.status] : []));
  expect(statuses.length).toBeGreaterThan(250);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(events.some(({ type }) => type === "throttle")).toBe(true);
});
