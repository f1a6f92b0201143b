/** A record that never ends although the change is done, and a snapshot that shows late in the listing. */
import { expect, test } from "vitest";
import { openCloud } from "./cloud.ts";

const isAction = (url: string): boolean => /\/actions\/\d+$/.test(url);

/** Answers of GET requests, changed by a test on their way. */
function onTheWay(change: (url: string, body: Record<string, unknown>) => unknown): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if ((init?.method ?? "GET") !== "GET" || !response.ok) return response;
    const body = (await response.json()) as Record<string, unknown>;
    return Response.json(change(String(input), body), response);
  };
}

test.each(["resize", "attach", "detach"])(
  "%s: done, though its action is in progress for ever",
  async (change) => {
    let isStuck = false;
    const stuck = onTheWay((url, body) => {
      if (!isStuck || !isAction(url)) return body;
      return { action: { ...(body["action"] as object), status: "in-progress", completed_at: null } };
    });
    const { storage, clock } = await openCloud({}, { fetch: stuck });
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
    if (change === "detach") await storage.volumes.attach(id, "1001");
    isStuck = true;
    const from = clock.now();
    const options = { timeoutMs: 300_000 };
    const changed = {
      resize: () => storage.volumes.resize(id, 20, options),
      attach: () => storage.volumes.attach(id, "1001", options),
      detach: () => storage.volumes.detach(id, "1001", options),
    }[change as "resize" | "attach" | "detach"];
    const expected = {
      resize: { sizeGiB: 20 },
      attach: { attachments: [{ serverId: "1001" }] },
      detach: { attachments: [] },
    }[change as "resize" | "attach" | "detach"];
    expect(await changed()).toMatchObject(expected);
    expect(clock.now() - from, "as long as there is time, the record is believed").toBeGreaterThan(290_000);
  },
);

test("a snapshot whose answer got lost is found although it shows late, and the next request is refused as too soon", async () => {
  let madeAt = Number.POSITIVE_INFINITY;
  const lagging = onTheWay((url, body) => {
    if (!url.includes("/snapshots") || clock.now() >= madeAt + 500) return body;
    return "snapshots" in body ? { ...body, snapshots: [], links: {}, meta: { total: 0 } } : body;
  });
  const { storage, emulator, clock } = await openCloud({}, { fetch: lagging });
  const { id: volumeId } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  const match = { method: "POST", path: "/v2/volumes/*/snapshots" };
  emulator.faults.add({ kind: "answer", status: 504, when: "after", body: "", count: 1, match });
  const message = "failed to create snapshot: this operation is rate-limited - one request per 10m0s";
  const body = { id: "too_many_requests", message };
  emulator.faults.add({ kind: "answer", status: 429, when: "before", body, match });
  madeAt = clock.now();
  const made = await storage.snapshots.create({ volumeId, name: "nightly" });
  expect(made.name).toBe("nightly");
  expect(emulator.inventory()).toMatchObject({ snapshots: [{ id: made.id }] });
});
