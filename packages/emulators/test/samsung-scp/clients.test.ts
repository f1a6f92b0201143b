import { expect, test } from "vitest";
import { ACCESS_KEY, HOST, SECRET_KEY, sign, startScp } from "./harness.ts";

/*
 * Habits of published clients: of the vendor's Go SDK, of a Python SDK, and of a public test suite of the live service.
 */

test("an unsigned look at the versions may stand before every operation", async () => {
  const { emulator, call } = startScp();
  for (let count = 0; count < 3; count += 1) {
    expect((await emulator.fetch(`${HOST}/`)).status).toBe(200);
    expect((await call("GET", "/v1/volumes")).status).toBe(200);
  }
});

test("the account may be named in a header, empty or signed along", async () => {
  const { call, clock } = startScp();
  expect((await call("GET", "/v1/volumes", { headers: { "Scp-AccountId": "" } })).status).toBe(200);
  const at = String(clock.now());
  const signature = sign(SECRET_KEY, "GET", HOST, "/v1/volumes", at, ACCESS_KEY, "account-1", "Openapi");
  const headers = { "Scp-AccountId": "account-1", "Scp-Signature": signature };
  expect((await call("GET", "/v1/volumes", { headers })).status).toBe(200);
});

test("booleans may be written as Python does", async () => {
  const { call, volume } = startScp();
  await volume();
  expect((await call("GET", "/v1/volumes?with_count=True&bootable=False")).body.count).toBe(1);
  expect((await call("GET", "/v1/snapshots?with_count=False")).body).toEqual({ snapshots: [] });
});

test("what was signed must be what was sent: a raw query is not its encoded form", async () => {
  const { emulator, clock } = startScp();
  const ask = async (signed: string, sent: string): Promise<number> => {
    const at = String(clock.now());
    const response = await emulator.fetch(HOST + sent, {
      headers: {
        "Scp-Accesskey": ACCESS_KEY,
        "Scp-Timestamp": at,
        "Scp-ClientType": "Openapi",
        "Scp-Signature": sign(SECRET_KEY, "GET", HOST, signed, at, ACCESS_KEY, "Openapi"),
      },
    });
    return response.status;
  };
  expect(await ask("/v1/volumes?name=a%20b", "/v1/volumes?name=a%20b")).toBe(200);
  expect(await ask("/v1/volumes?name=a b", "/v1/volumes?name=a%20b")).toBe(401);
  expect(await ask("/v1/volumes?sort=name:asc", "/v1/volumes?sort=name%3Aasc")).toBe(401);
});

test("keys that an operation does not know are read past", async () => {
  const { call } = startScp();
  const made = await call("POST", "/v1/volumes", { body: { name: "a", size: 8, description: "d" } });
  expect([made.status, "description" in made.body]).toEqual([202, false]);
});

test("a retry on 500 and 409 is enough to delete what was made just now", async () => {
  const { call, volume, clock } = startScp({ races: { volumeDeleteAfterSnapshotDeleteMs: 20_000 } });
  const id = await volume();
  const { body } = await call("POST", "/v1/snapshots", { body: { name: "s", volume_id: id } });
  const removed = async (path: string): Promise<number[]> => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      const { status } = await call("DELETE", path);
      statuses.push(status);
      if (status !== 500 && status !== 409) break;
      await clock.advance(15_000);
    }
    return statuses;
  };
  expect(await removed(`/v1/snapshots/${body.id}`)).toEqual([500, 202]);
  expect(await removed(`/v1/volumes/${id}`)).toEqual([500, 500, 202]);
  await clock.advance(1000);
  expect((await call("GET", `/v1/volumes/${id}`)).status).toBe(404);
});
