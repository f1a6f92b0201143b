import { describeBlockStorageDriver } from "@polyvol/conformance";
import { createVirtualClock } from "@polyvol/core/driver";
import type { OpenStackOptions } from "@polyvol/emulators/openstack";
import { createOpenStackStorage } from "@polyvol/openstack";
import { expect, onTestFinished, test } from "vitest";
import { openEmulatedCloud, SERVERS } from "./emulated-cloud.ts";
import { openStackHarness } from "./harness.ts";

/** The cases of the kit that attach: no other sends Nova anything, and is what it is without it. */
const ATTACHING = [3, 36, 37, 61, 62, 63, 66];
describeBlockStorageDriver("openstack with Nova", () => openStackHarness({ compute: true }), {
  only: ATTACHING,
});

const [SERVER, OTHER] = SERVERS;

async function openCloud(options: OpenStackOptions = {}) {
  const clock = createVirtualClock();
  clock.runFreely();
  const { emulator, connection, close } = await openEmulatedCloud(clock, { compute: true, ...options });
  onTestFinished(() => close());
  const storage = createOpenStackStorage(connection());
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 1 });
  const asked = (): readonly string[] =>
    emulator.log
      .entries()
      .filter(({ target }) => target.startsWith("/compute/"))
      .map(({ method, target }) => `${method} ${target}`);
  return { clock, emulator, storage, id, asked };
}

test("a volume is attached and detached by Nova, and Cinder shows it; twice is the same", async () => {
  const { storage, id, asked } = await openCloud();
  for (let time = 1; time <= 2; time += 1) {
    expect(await storage.volumes.attach(id, SERVER)).toMatchObject({
      state: "in_use",
      attachments: [{ serverId: SERVER, device: "/dev/vdb" }],
    });
  }
  for (let time = 1; time <= 2; time += 1) {
    expect(await storage.volumes.detach(id, SERVER)).toMatchObject({ state: "available", attachments: [] });
  }
  expect(asked()).toEqual([
    `POST /compute/v2.1/servers/${SERVER}/os-volume_attachments`,
    `DELETE /compute/v2.1/servers/${SERVER}/os-volume_attachments/${id}`,
  ]);
});

test.each(["cut-after", "cut-before"] as const)(
  "an answer of Nova's that is lost (%s) changes nothing",
  async (kind) => {
    const { emulator, storage, id } = await openCloud();
    emulator.faults.add({ kind, match: { path: "/compute/**" }, perRequest: 1 });
    expect((await storage.volumes.attach(id, SERVER)).attachments).toMatchObject([{ serverId: SERVER }]);
    expect((await storage.volumes.detach(id, SERVER)).attachments).toEqual([]);
  },
);

test("what Nova refuses is said in its words", async () => {
  const { storage, id, emulator } = await openCloud();
  const missing = "00000000-0000-4000-8000-000000000001";
  await expect(storage.volumes.attach(id, missing)).rejects.toMatchObject({
    code: "not_found",
    resource: { kind: "server", id: missing },
  });
  await storage.volumes.attach(id, SERVER);
  await expect(storage.volumes.attach(id, OTHER)).rejects.toMatchObject({ outcome: "not_applied" });
  await expect(storage.volumes.delete(id)).rejects.toMatchObject({ code: "failed_precondition" });
  emulator.faults.add({ kind: "answer", status: 403, match: { method: "DELETE", path: "/compute/**" } });
  await expect(storage.volumes.detach(id, SERVER)).rejects.toMatchObject({ code: "permission_denied" });
});

test("a volume that several servers can have is attached to two of them", async () => {
  const { storage, id } = await openCloud({ volumeTypes: ["multiattach"] });
  await storage.volumes.attach(id, SERVER);
  const { attachments } = await storage.volumes.attach(id, OTHER);
  expect(attachments.map(({ serverId }) => serverId)).toEqual([SERVER, OTHER]);
  expect((await storage.volumes.detach(id, SERVER)).attachments).toMatchObject([{ serverId: OTHER }]);
});

test("a Nova of before that time is asked once more, in its oldest version", async () => {
  const { storage, id, emulator, asked } = await openCloud();
  const match = { path: "/compute/**", header: { "openstack-api-version": "compute 2.60" } };
  emulator.faults.add({ kind: "answer", status: 406, match });
  expect((await storage.volumes.attach(id, SERVER)).attachments).toHaveLength(1);
  expect((await storage.volumes.detach(id, SERVER)).attachments).toEqual([]);
  expect(asked().map((each) => each.split(" ")[0])).toEqual(["POST", "POST", "DELETE", "DELETE"]);
});

test("a server that has as many volumes as it can have is no matter of permission, and asked once", async () => {
  const { storage, id, emulator, asked } = await openCloud();
  const message =
    "The maximum allowed number of disk devices (26) to attach to a single instance has been exceeded.";
  const body = { forbidden: { code: 403, message } };
  emulator.faults.add({ kind: "answer", status: 403, body, match: { path: "/compute/**" } });
  await expect(storage.volumes.attach(id, SERVER)).rejects.toMatchObject({
    ...{ code: "resource_exhausted", outcome: "not_applied", reason: expect.stringContaining(message) },
  });
  expect(asked()).toHaveLength(1);
});

test("a token that Nova takes no more is renewed", async () => {
  const { clock, storage, id } = await openCloud();
  await clock.sleep(3_700_000);
  expect((await storage.volumes.attach(id, SERVER)).attachments).toHaveLength(1);
});
