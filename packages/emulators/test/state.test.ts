import { expect, test } from "vitest";
import { createDigitalOceanEmulator } from "../src/digitalocean/index.ts";
import { createOpenStackEmulator } from "../src/openstack/index.ts";
import { createSamsungScpEmulator } from "../src/samsung-scp/index.ts";
import { serve } from "./digitalocean/harness.ts";
import { ACCESS_KEY, SECRET_KEY, SERVER, startScp } from "./samsung-scp/harness.ts";

/** As it is written to a file and read from one. */
const saved = (state: unknown): object => JSON.parse(JSON.stringify(state));

test("a DigitalOcean emulator takes the state of another one, and tells what it holds in common words", async () => {
  const options = { droplets: [{ id: 1001, region: "nyc3" }], snapshotRegionNames: { nyc3: "nbg1" } };
  const { call, clock, emulator, snapshot, volume } = await serve(options);
  emulator.seed({ volumes: [{ name: "used", region: "fra1", size_gigabytes: 7, used_gigabytes: 3 }] });
  const data = await volume("data", {
    tags: ["env:prod"],
    filesystem_type: "ext4",
    filesystem_label: "disk",
  });
  const first = await snapshot(data.id, "first");
  const gone = await volume("gone");
  const orphan = await snapshot(gone.id, "orphan");
  await call("DELETE", `/v2/volumes/${gone.id}`);
  await call("POST", `/v2/volumes/${data.id}/actions`, { type: "attach", droplet_id: 1001, region: "nyc3" });
  await clock.advance(5000);

  const again = createDigitalOceanEmulator({ ...options, clock });
  again.seed(saved(emulator.state()));
  const { actions, droplets, ...held } = saved(emulator.state()) as Record<string, unknown>;
  expect(again.state()).toEqual({
    ...held,
    actions: [],
    droplets: [expect.objectContaining({ id: 1001, volume_ids: [data.id] })],
  });
  expect(again.inventory()).toEqual(emulator.inventory());
  const at = { ready: true, sizeGiB: 10 };
  expect(again.inventory()).toEqual({
    volumes: expect.arrayContaining([
      { id: data.id, name: "data", ...at, serverIds: ["1001"] },
      { id: expect.any(String), name: "used", ready: true, sizeGiB: 7, serverIds: expect.any(Array) },
    ]),
    snapshots: expect.arrayContaining([
      { id: first.id, name: "first", volumeId: data.id, ...at },
      { id: orphan.id, name: "orphan", volumeId: gone.id, ...at },
    ]),
  });
  expect(() => again.seed(saved(emulator.state()))).toThrow(/exists already/);
});

test("a Samsung emulator takes the state of another one; what is under way is at rest", async () => {
  const { call, clock, emulator, volume, snapshot } = startScp();
  const attached = await volume({ name: "attached", tags: [{ key: "a", value: "b" }] });
  const held = await snapshot(attached, { name: "held", metadata: { by: "hand" } });
  await call("POST", `/v1/volumes/${attached}/servers`, { body: { server_id: SERVER } });
  await clock.advance(2000);
  const leaving = await volume({ name: "leaving" });
  await call("DELETE", `/v1/volumes/${leaving}`);
  const made = await call("POST", "/v1/volumes", { body: { name: "made", size: 8 } });
  expect(emulator.inventory().volumes.map(({ name, ready }) => [name, ready])).toEqual([
    ["attached", true],
    ["leaving", false],
    ["made", false],
  ]);

  const again = createSamsungScpEmulator({
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    servers: [SERVER],
    clock,
  });
  again.seed(saved(emulator.state()));
  expect(again.inventory()).toEqual({
    volumes: [
      { id: attached, name: "attached", sizeGiB: 16, ready: true, serverIds: [SERVER] },
      { id: made.body.id, name: "made", sizeGiB: 8, ready: true, serverIds: [] },
    ],
    snapshots: [{ id: held, name: "held", volumeId: attached, sizeGiB: 16, ready: true }],
  });
  expect(again.state()).toMatchObject({
    volumes: [{ state: "in-use", servers: [{ id: SERVER }], tags: [{ key: "a", value: "b" }] }, {}],
    snapshots: [{ metadata: { by: "hand" } }],
  });
});

test("emulators of two providers with the same seed give no id twice", () => {
  const samsung = createSamsungScpEmulator({ accessKey: "A", secretKey: "S" });
  samsung.seed({ volumes: [{ name: "data" }] });
  const stack = createOpenStackEmulator();
  stack.seed({ volumes: [{ name: "data", size: 10 }] });
  const [[first], [second]] = [samsung.inventory().volumes, stack.inventory().volumes];
  expect(first?.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(second?.id).not.toBe(first?.id);
});
