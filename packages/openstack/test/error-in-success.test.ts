/** The service's error in the body of an answer whose status says success, from Cinder and from Nova. */
import { createVirtualClock } from "@polyvol/core/driver";
import { createOpenStackStorage } from "@polyvol/openstack";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openEmulatedCloud, SERVERS } from "./emulated-cloud.ts";

const [SERVER] = SERVERS;

async function open(options: { readonly compute?: boolean } = {}) {
  const clock = createVirtualClock();
  clock.runFreely();
  const { emulator, connection, close } = await openEmulatedCloud(clock, options);
  onTestFinished(() => close());
  const storage = createOpenStackStorage(connection());
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 1 });
  return { clock, emulator, storage, id };
}

type World = Awaited<ReturnType<typeof open>>;

const BUSY = { serviceUnavailable: { code: 503, message: "The service is busy with something else." } };
const GUARD = { error: { code: 401, title: "Unauthorized", message: "The request needs a login." } };

const CHANGES: readonly (readonly [string, string, boolean, (world: World) => Promise<unknown>])[] = [
  ["growth", "POST /v3/**", false, ({ storage, id }) => storage.volumes.resize(id, 2)],
  ["attach by Cinder", "POST /v3/**", false, ({ storage, id }) => storage.volumes.attach(id, SERVER)],
  ["attach by Nova", "POST /compute/**", true, ({ storage, id }) => storage.volumes.attach(id, SERVER)],
  ["rename", "PUT /v3/**", false, ({ storage, id }) => storage.volumes.rename(id, "other")],
  ["deletion", "DELETE /v3/**", false, ({ storage, id }) => storage.volumes.delete(id)],
  [
    "snapshot",
    "POST /v3/**",
    false,
    ({ storage, id }) => storage.snapshots.create({ volumeId: id, name: "s" }),
  ],
];

test.each(CHANGES)("once, it is passed over: %s", async (_, place, compute, change) => {
  const world = await open({ compute });
  const [method = "", path = ""] = place.split(" ");
  const match = { method, path };
  world.emulator.faults.add({ kind: "answer", status: 200, body: BUSY, when: "before", count: 1, match });
  await change(world);
  expect(world.emulator.faults.list()).toMatchObject([{ applied: 1 }]);
});

test.each(CHANGES)("again and again, it is told in its words: %s", async (_, place, compute, change) => {
  for (const body of [BUSY, GUARD]) {
    const world = await open({ compute });
    const [method = "", path = ""] = place.split(" ");
    world.emulator.faults.add({ kind: "answer", status: 200, body, when: "before", match: { method, path } });
    const error = await failureOf(change(world));
    const [kind, said] =
      body === BUSY ? ["serviceUnavailable", BUSY.serviceUnavailable] : ["Unauthorized", GUARD.error];
    expect(error).toMatchObject({ code: "malformed_response", outcome: "unknown", providerCode: kind });
    expect(error.reason).toContain(said.message);
  }
});

test("a revert is accepted by the service's own status alone: nothing of the volume tells that it was done", async () => {
  const { emulator, storage, id } = await open();
  const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
  const match = { method: "POST", path: "/v3/**" };
  emulator.faults.add({ kind: "answer", status: 203, body: "", when: "before", count: 1, match });
  emulator.faults.add({ kind: "answer", status: 403, body: "", when: "before", count: 1, match });
  await expect(storage.volumes.revert(id, snapshot.id)).rejects.toMatchObject({ code: "permission_denied" });
});
