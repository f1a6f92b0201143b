import { expect, test } from "vitest";
import { OTHER_SERVER, SERVER, startScp, UNKNOWN } from "./harness.ts";

/** The keys that the vendor's client knows; it refuses any other, and misses the required ones. */
const REQUIRED = [
  ...["account_id", "created_at", "created_by", "disk_config", "id", "locked", "metadata", "modified_at"],
  ...["name", "server_type", "state", "volumes"],
];
const OPTIONAL = [
  ...["addresses", "auto_scaling_group_id", "image_id", "is_marketplace", "keypair_name"],
  ...["launch_configuration_id", "planned_compute_os_type", "product_category", "product_offering"],
  ...["security_groups", "server_group_id", "vpc_id"],
];

test("a server shows the documented keys, and the volumes that are attached", async () => {
  const { call, volume, clock } = startScp({ servers: [{ id: SERVER, name: "web-1", osDiskSize: 104 }] });
  const id = await volume();
  await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
  const volumesOf = async (): Promise<{ id: string }[]> =>
    (await call("GET", `/v1/servers/${SERVER}`)).body.volumes;
  expect(await volumesOf()).toEqual([{ id: expect.any(String), delete_on_termination: true }]);
  await clock.advance(2000);
  expect(await volumesOf()).toContainEqual({ id, delete_on_termination: false });
  const { status, body } = await call("GET", `/v1/servers/${SERVER}`);
  expect([status, body.id, body.name, body.state]).toEqual([200, SERVER, "web-1", "ACTIVE"]);
  const keys = Object.keys(body);
  expect(REQUIRED.filter((key) => !keys.includes(key))).toEqual([]);
  expect(keys.filter((key) => ![...REQUIRED, ...OPTIONAL].includes(key))).toEqual([]);
  expect(Object.keys(body.server_type).sort()).toEqual(
    ["disk", "ephemeral", "extra_specs", "id", "name", "ram", "swap", "vcpus"].sort(),
  );
  expect((await call("GET", "/v1/servers")).body.servers).toEqual([body]);
});

test("servers are listed newest first without a count, filtered, in pages", async () => {
  const { call, emulator, clock } = startScp({ servers: [] });
  emulator.seed({ servers: [{ id: SERVER, name: "web-1" }] });
  await clock.advance(1000);
  emulator.seed({ servers: [{ id: OTHER_SERVER, name: "web-2" }] });
  const ids = async (query: string): Promise<string[]> =>
    (await call("GET", `/v1/servers${query}`)).body.servers.map((one: { id: string }) => one.id);
  expect(Object.keys((await call("GET", "/v1/servers")).body)).toEqual(["servers"]);
  expect(await ids("")).toEqual([OTHER_SERVER, SERVER]);
  expect(await ids("?limit=1")).toEqual([OTHER_SERVER]);
  expect(await ids(`?limit=1&marker=${OTHER_SERVER}`)).toEqual([SERVER]);
  expect(await ids("?sort=name:asc")).toEqual([SERVER, OTHER_SERVER]);
  expect(await ids("?name=web-1&state=ACTIVE")).toEqual([SERVER]);
  expect(await ids("?state=SHUTOFF")).toEqual([]);
  expect(await ids("?vpc_id=x")).toEqual([]);
  expect((await call("GET", "/v1/servers?limit=x")).status).toBe(400);
});

test("servers need a signature and the right, and are one account's", async () => {
  const { call } = startScp({
    accessKeys: [
      { accessKey: "OTHER", secretKey: "o", accountId: "other" },
      { accessKey: "LIMITED", secretKey: "l", actions: ["ListVolumes"] },
    ],
  });
  const other = { accessKey: "OTHER", secretKey: "o" };
  expect((await call("GET", "/v1/servers", { secretKey: "wrong" })).status).toBe(401);
  expect((await call("GET", "/v1/servers", { accessKey: "LIMITED", secretKey: "l" })).status).toBe(403);
  expect((await call("GET", "/v1/servers", other)).body).toEqual({ servers: [] });
  expect((await call("GET", `/v1/servers/${SERVER}`, other)).status).toBe(404);
  expect((await call("GET", `/v1/servers/${UNKNOWN}`)).status).toBe(404);
  expect((await call("POST", "/v1/servers", { body: {} })).status).toBe(405);
});
