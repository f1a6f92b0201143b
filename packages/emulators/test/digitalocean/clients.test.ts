import { request } from "node:http";
import { expect, test } from "vitest";
import { type Json, serve } from "./harness.ts";

/*
 * Habits of published clients that differ from what the documentation shows, and that the service puts up with.
 */

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends what `fetch` would refuse to send, such as a body with GET or a `Host` of one's own. */
function send(url: string, target: string, sent: Sent = {}): Promise<{ status: number; body: Json }> {
  const { method = "GET", headers = {}, body = "" } = sent;
  const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const all = { authorization: "Bearer T", ...length, ...headers };
    const outgoing = request({ hostname, port, path: target, method, headers: all }, async (response) => {
      let text = "";
      for await (const piece of response.setEncoding("utf8")) text += piece;
      resolve({ status: response.statusCode ?? 0, body: text === "" ? undefined : JSON.parse(text) });
    });
    outgoing.on("error", reject).end(body);
  });
}

const JSON_TYPE = { "content-type": "application/json" };

test("GET and DELETE may carry a body: that of the previous request, `null`, or one that is not JSON", async () => {
  const { url, volume } = await serve();
  const { id } = await volume("data");
  for (const body of ['{"name":"other","type":"detach"}', "null", "{}", "not json"]) {
    const listed = await send(url, "/v2/volumes", { headers: JSON_TYPE, body });
    expect([listed.status, listed.body.meta]).toEqual([200, { total: 1 }]);
    const closing = { ...JSON_TYPE, connection: "close" };
    expect((await send(url, `/v2/volumes/${id}`, { headers: closing, body })).status).toBe(200);
  }
  const gone = await send(url, `/v2/volumes/${id}`, { method: "DELETE", headers: JSON_TYPE, body: "null" });
  expect([gone.status, gone.body]).toEqual([204, undefined]);
});

test("a JSON content type may come without a body, and a header with an underscore besides", async () => {
  const { url, volume } = await serve();
  const { id } = await volume("data");
  const headers = { ...JSON_TYPE, content_type: "application/json" };
  expect((await send(url, "/v2/account/", { headers })).status).toBe(200);
  expect((await send(url, `/v2/volumes/${id}/`, { method: "DELETE", headers })).status).toBe(204);
});

test("of a key that comes twice the last one counts", async () => {
  const { url, volume, emulator, clock } = await serve({ droplets: [{ id: 1001, region: "nyc3" }] });
  const { id } = await volume("data");
  const post = (body: string): Promise<{ status: number; body: Json }> =>
    send(url, `/v2/volumes/${id}/actions`, { method: "POST", headers: JSON_TYPE, body });
  const attach = await post('{"type":"attach","droplet_id":1001,"type":"attach","region":"nyc3"}');
  expect([attach.status, attach.body.action.type]).toEqual([202, "attach_volume"]);
  await clock.advance(5000);
  const resize = await post('{"type":"detach","type":"resize","size_gigabytes":5,"size_gigabytes":20}');
  expect(resize.status).toBe(202);
  await clock.advance(5000);
  expect(emulator.state()).toMatchObject({ volumes: [{ droplet_ids: [1001], size_gigabytes: 20 }] });
});

test("the provider's own host may be asked for over plain HTTP, and page links then name it", async () => {
  const { url, volume } = await serve();
  for (const name of ["a", "b"]) await volume(name);
  const headers = { host: "api.digitalocean.com" };
  const { status, body } = await send(url, "/v2/volumes?per_page=1", { headers });
  expect([status, body.links.pages.next]).toEqual([
    200,
    "http://api.digitalocean.com/v2/volumes?page=2&per_page=1",
  ]);
});

test("paging parameters on changes, numbers as text, null for what is not set and keys of other calls", async () => {
  const { call, clock } = await serve({ droplets: [{ id: 1001, region: "nyc3" }] });
  const unset = { description: null, snapshot_id: null, filesystem_type: null, tags: null };
  const made = await call("POST", "/v2/volumes?per_page=200", {
    ...{ name: "data", region: "nyc3", size_gigabytes: 10, id: null, droplet_ids: null },
    ...unset,
  });
  expect(made.status).toBe(201);
  const { id } = made.body.volume;
  const attach = { type: "attach", volume_name: "data", region: "nyc3", droplet_id: "1001" };
  expect((await call("POST", "/v2/volumes/actions?per_page=200", attach)).status).toBe(202);
  await clock.advance(5000);
  const snapshot = { name: "s", volume_id: id, description: "d", region: null, tags: null };
  expect((await call("POST", `/v2/volumes/${id}/snapshots`, snapshot)).status).toBe(201);
  expect(
    (await call("POST", `/v2/volumes/${id}/actions`, { type: "detach", droplet_id: "1001" })).status,
  ).toBe(202);
  await clock.advance(5000);
  expect((await call("DELETE", `/v2/volumes/${id}?per_page=200`, {})).status).toBe(204);
});

test("a detach that names no Droplet finds no attachment", async () => {
  const { call, volume } = await serve();
  const { id } = await volume("data");
  const { status, body } = await call("POST", `/v2/volumes/${id}/actions`, { type: "detach" });
  expect([status, body.message]).toEqual([422, "Attachment not found"]);
});
