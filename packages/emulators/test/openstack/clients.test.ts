/** What published clients ask for beside volumes and snapshots: without it they stop before they come to these. */
import { createOpenStackEmulator } from "@polyvol/emulators/openstack";
import { expect, test } from "vitest";
import { BASE, login, open, read } from "./harness.ts";

test("the catalogue has an image service that tells its version: the command `openstack volume create` asks for it", async () => {
  const emulator = createOpenStackEmulator();
  const { body } = await login(emulator, "demo", "any", "demo");
  const image = body.token.catalog.find((each: { readonly type: string }) => each.type === "image");
  expect(image.endpoints).toHaveLength(3);
  const [{ url }] = image.endpoints;
  for (const address of [url, `${url}/`]) {
    const answer = await read(await emulator.fetch(address));
    expect([answer.status, answer.headers.get("openstack-api-version")]).toEqual([300, null]);
    expect(answer.body.versions).toEqual([
      { id: "v2.15", status: "CURRENT", links: [{ rel: "self", href: `${BASE}/image/v2/` }] },
    ]);
  }
  expect((await emulator.fetch(`${url}/v2/images`)).status).toBe(401);
});

test("a path may name the format, as fog-openstack does", async () => {
  const { ask } = await open({ workMs: 0 });
  const made = await ask("POST", "/volumes.json", { volume: { size: 1, name: "data" } });
  expect(made.status).toBe(202);
  const { id } = made.body.volume;
  expect((await ask("GET", `/volumes/${id}.json`)).body.volume).toMatchObject({ id, name: "data" });
  expect((await ask("GET", "/volumes/detail.json?name=data")).body.volumes).toHaveLength(1);
  expect((await ask("GET", "/os-availability-zone.json")).status).toBe(200);
  for (const path of ["/volumes.xml", "/volumes.json.json", `/volumes/${id}.txt`])
    expect((await ask("GET", path)).status).toBe(404);
  expect((await ask("DELETE", `/volumes/${id}.json`)).status).toBe(202);
});
