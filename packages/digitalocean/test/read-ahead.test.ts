/** The next page is asked for while the one before is read, over real HTTP. */
import type { PolyvolEvent } from "@polyvol/core";
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
