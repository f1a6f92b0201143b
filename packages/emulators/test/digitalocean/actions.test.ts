import { describe, expect, test } from "vitest";
import type { DigitalOceanOptions } from "../../src/digitalocean/index.ts";
import { errorOf, type Reply, type Server, serve } from "./harness.ts";

const droplets = [
  { id: 1001, region: "nyc3" },
  { id: 1002, region: "nyc3" },
  { id: 1003, region: "fra1" },
];
const unprocessable = (message: string): unknown[] => [422, "unprocessable_entity", message];

interface Actions extends Server {
  act(volumeId: string, body: unknown): Promise<Reply>;
  attached(volumeId: string): Promise<number[]>;
}

async function start(options: DigitalOceanOptions = {}): Promise<Actions> {
  const server = await serve({ droplets, ...options });
  return {
    ...server,
    act: (id, body) => server.call("POST", `/v2/volumes/${id}/actions`, body),
    attached: async (id) => (await server.call("GET", `/v2/volumes/${id}`)).body.volume.droplet_ids,
  };
}

describe("an action", () => {
  test("is accepted with 202, runs for a while, and then takes effect", async () => {
    const { act, call, volume, attached, clock } = await start();
    const { id } = await volume("data-a");
    const posted = await act(id, { type: "attach", droplet_id: 1001 });
    expect(posted.status).toBe(202);
    expect(posted.body).toEqual({
      action: {
        id: 2_200_000_001,
        status: "in-progress",
        type: "attach_volume",
        started_at: "2026-08-01T10:00:00Z",
        completed_at: null,
        resource_id: null,
        resource_type: "backend",
        region: expect.objectContaining({ slug: "nyc3", name: "New York 3" }),
        region_slug: "nyc3",
      },
    });
    await clock.advance(4999);
    expect(await attached(id)).toEqual([]);
    expect((await call("GET", "/v2/droplets/1001")).body.droplet.volume_ids).toEqual([]);
    await clock.advance(1);
    expect(await attached(id)).toEqual([1001]);
    expect((await call("GET", "/v2/droplets/1001")).body.droplet.volume_ids).toEqual([id]);
    await clock.advance(60_000);
    const done = { ...posted.body.action, status: "completed", completed_at: "2026-08-01T10:00:05Z" };
    for (const target of [`/v2/volumes/${id}/actions/2200000001`, "/v2/actions/2200000001"]) {
      expect((await call("GET", target)).body).toEqual({ action: done });
    }
    expect((await call("GET", `/v2/volumes/${id}/actions`)).body).toEqual({
      actions: [done],
      links: {},
      meta: { total: 1 },
    });
    expect((await call("GET", "/v2/actions")).body.meta.total).toBe(1);
  });

  test("is completed in the answer when it takes no time", async () => {
    const { act, volume, attached } = await start({ actionDurationMs: 0 });
    const { id } = await volume("data-a");
    const { action } = (await act(id, { type: "attach", droplet_id: 1001 })).body;
    expect(action).toMatchObject({ status: "completed", completed_at: action.started_at });
    expect(await attached(id)).toEqual([1001]);
  });

  test("lasts as long as its kind is set to", async () => {
    const { act, volume, call, clock } = await start({ actionDurationMs: { attach: 0, resize: 20_000 } });
    const { id } = await volume("data-a");
    await act(id, { type: "attach", droplet_id: 1001 });
    await act(id, { type: "resize", size_gigabytes: 20 });
    await clock.advance(19_999);
    expect((await call("GET", `/v2/volumes/${id}`)).body.volume.size_gigabytes).toBe(10);
    await clock.advance(1);
    expect((await call("GET", `/v2/volumes/${id}`)).body.volume.size_gigabytes).toBe(20);
  });

  test("may be 404 for a moment after its creation", async () => {
    const { act, volume, call, clock } = await start({ actionVisibleAfterMs: 2000 });
    const { id } = await volume("data-a");
    const { action } = (await act(id, { type: "attach", droplet_id: 1001 })).body;
    const hidden = [404, "not_found", "could not get volume action: no volume event found"];
    expect(errorOf(await call("GET", `/v2/volumes/${id}/actions/${action.id}`))).toEqual(hidden);
    expect((await call("GET", `/v2/volumes/${id}/actions`)).body.actions).toEqual([]);
    await clock.advance(2000);
    expect((await call("GET", `/v2/actions/${action.id}`)).body.action.status).toBe("in-progress");
  });

  test("may end errored, by kind or one after the other, and then changes nothing", async () => {
    const { act, volume, call, attached, clock, emulator } = await start({ erroredActions: ["resize"] });
    const { id } = await volume("data-a");
    const resize = (await act(id, { type: "resize", size_gigabytes: 20 })).body.action;
    await clock.advance(5000);
    expect((await call("GET", `/v2/actions/${resize.id}`)).body.action).toMatchObject({
      status: "errored",
      completed_at: "2026-08-01T10:00:05Z",
    });
    expect((await call("GET", `/v2/volumes/${id}`)).body.volume.size_gigabytes).toBe(10);
    emulator.seed({ action_outcomes: ["errored", "completed"] });
    for (const outcome of [[], [1001]]) {
      await act(id, { type: "attach", droplet_id: 1001 });
      await clock.advance(5000);
      expect(await attached(id)).toEqual(outcome);
    }
  });

  test("is 404 for ids of nothing, of another volume, or of no digits", async () => {
    const { act, volume, call } = await start();
    const [a, b] = [await volume("data-a"), await volume("data-b")];
    const { action } = (await act(a.id, { type: "attach", droplet_id: 1001 })).body;
    for (const target of [`/v2/volumes/${b.id}/actions/${action.id}`, "/v2/actions/1", "/v2/actions/x1"]) {
      expect((await call("GET", target)).status).toBe(404);
    }
  });

  test("is 422 without a known type and 400 for a body of the wrong shape", async () => {
    const { act, volume } = await start();
    const { id } = await volume("data-a");
    for (const body of [{}, { type: "" }, { type: "format" }, { type: 5 }])
      expect((await act(id, body)).status).toBe(422);
    for (const body of ["", "[", { type: "resize", size_gigabytes: "20" }])
      expect((await act(id, body)).status).toBe(400);
  });
});

describe("attach", () => {
  test("takes a Droplet id written as a string, and tags for the volume", async () => {
    const { act, volume, call } = await start({ actionDurationMs: 0 });
    const { id } = await volume("data-a", { tags: ["a"] });
    expect((await act(id, { type: "attach", droplet_id: "1001", tags: ["b"] })).status).toBe(202);
    expect((await call("GET", `/v2/volumes/${id}`)).body.volume).toMatchObject({
      droplet_ids: [1001],
      tags: ["a", "b"],
    });
  });

  test("is refused without a Droplet, for an unknown one, and across regions", async () => {
    const { act, volume } = await start();
    const { id } = await volume("data-a");
    expect((await act(id, { type: "attach" })).status).toBe(422);
    expect((await act(id, { type: "attach", droplet_id: "web" })).status).toBe(422);
    expect((await act(id, { type: "attach", droplet_id: 9999 })).status).toBe(404);
    expect((await act(id, { type: "attach", droplet_id: 1003 })).status).toBe(422);
    expect((await act(id, { type: "attach", droplet_id: 1001, region: "fra1" })).status).toBe(422);
  });

  test("is 422 for a volume that is attached already, wherever", async () => {
    const { act, volume } = await start({ actionDurationMs: 0 });
    const { id } = await volume("data-a");
    await act(id, { type: "attach", droplet_id: 1001 });
    for (const droplet_id of [1001, 1002]) {
      const again = await act(id, { type: "attach", droplet_id });
      expect(errorOf(again)).toEqual(unprocessable("This volume is already attached"));
    }
  });

  test("is 422 while the Droplet has another storage event", async () => {
    const { act, volume, attached, clock } = await start();
    const [a, b] = [await volume("data-a"), await volume("data-b")];
    await act(a.id, { type: "attach", droplet_id: 1001 });
    const pending = unprocessable("Droplet already has a pending event.");
    expect(errorOf(await act(b.id, { type: "attach", droplet_id: 1001 }))).toEqual(pending);
    expect(errorOf(await act(a.id, { type: "attach", droplet_id: 1001 }))).toEqual(pending);
    expect((await act(a.id, { type: "attach", droplet_id: 1002 })).status).toBe(422);
    expect((await act(b.id, { type: "attach", droplet_id: 1002 })).status).toBe(202);
    await clock.advance(5000);
    expect(await attached(b.id)).toEqual([1002]);
    await act(a.id, { type: "detach", droplet_id: 1001 });
    const c = await volume("data-c");
    expect(errorOf(await act(c.id, { type: "attach", droplet_id: 1001 }))).toEqual(pending);
  });

  test("is 422 at the 16th volume of a Droplet", async () => {
    const { act, volume } = await start({ actionDurationMs: 0 });
    for (let number = 1; number <= 15; number += 1) {
      const { id } = await volume(`data-${number}`);
      expect((await act(id, { type: "attach", droplet_id: 1001 })).status).toBe(202);
    }
    const { id } = await volume("data-16");
    const full = await act(id, { type: "attach", droplet_id: 1001 });
    expect(errorOf(full)).toEqual(unprocessable("cannot attach more volumes to the Droplet"));
  });

  test("ends errored when the Droplet is destroyed meanwhile", async () => {
    const { act, volume, call, attached, clock } = await start();
    const { id } = await volume("data-a");
    const { action } = (await act(id, { type: "attach", droplet_id: 1001 })).body;
    expect((await call("DELETE", "/v2/droplets/1001")).status).toBe(204);
    await clock.advance(5000);
    expect((await call("GET", `/v2/actions/${action.id}`)).body.action.status).toBe("errored");
    expect(await attached(id)).toEqual([]);
  });
});

describe("detach", () => {
  test("takes effect when it ends", async () => {
    const { act, volume, attached, clock } = await start({ actionDurationMs: { attach: 0, detach: 3000 } });
    const { id } = await volume("data-a");
    await act(id, { type: "attach", droplet_id: 1001 });
    const reply = await act(id, { type: "detach", droplet_id: 1001 });
    expect(reply.body.action.type).toBe("detach_volume");
    expect(await attached(id)).toEqual([1001]);
    await clock.advance(3000);
    expect(await attached(id)).toEqual([]);
  });

  test("is 422 without its Droplet, for another one, and when there is nothing to detach", async () => {
    const { act, volume } = await start({ actionDurationMs: 0 });
    const { id } = await volume("data-a");
    const missing = unprocessable("Attachment not found");
    expect(errorOf(await act(id, { type: "detach", droplet_id: 1001 }))).toEqual(missing);
    await act(id, { type: "attach", droplet_id: 1001 });
    for (const body of [{ type: "detach" }, { type: "detach", droplet_id: 1002 }]) {
      expect(errorOf(await act(id, body))).toEqual(missing);
    }
  });

  test("happens to every volume of a destroyed Droplet", async () => {
    const { act, volume, call, attached } = await start({ actionDurationMs: 0 });
    const { id } = await volume("data-a");
    await act(id, { type: "attach", droplet_id: 1001 });
    expect((await call("DELETE", "/v2/droplets/1001")).status).toBe(204);
    expect(await attached(id)).toEqual([]);
    expect((await call("GET", "/v2/droplets/1001")).status).toBe(404);
    expect((await call("DELETE", `/v2/volumes/${id}`)).status).toBe(204);
  });
});

describe("resize", () => {
  test("grows an attached volume", async () => {
    const { act, volume, call } = await start({ actionDurationMs: 0 });
    const { id } = await volume("data-a");
    await act(id, { type: "attach", droplet_id: 1001 });
    const reply = await act(id, { type: "resize", size_gigabytes: 16_384, region: "nyc3" });
    expect([reply.status, reply.body.action.type]).toEqual([202, "resize_volume"]);
    expect((await call("GET", `/v2/volumes/${id}`)).body.volume.size_gigabytes).toBe(16_384);
  });

  test.each([[10], [9], [0], [16_385], [20.5], [undefined]])(
    "is 422 from 10 GiB to %s",
    async (size_gigabytes) => {
      const { act, volume } = await start();
      const { id } = await volume("data-a");
      expect(errorOf(await act(id, { type: "resize", size_gigabytes })).slice(0, 2)).toEqual([
        422,
        "unprocessable_entity",
      ]);
    },
  );

  test("is 403 when the account has no room, and 422 while another action runs on the volume", async () => {
    const { act, volume } = await start({ capacityGiB: 30 });
    const { id } = await volume("data-a");
    const full = "error resizing volume: volume/snapshot capacity limit exceeded";
    expect(errorOf(await act(id, { type: "resize", size_gigabytes: 31 }))).toEqual([403, "forbidden", full]);
    expect((await act(id, { type: "resize", size_gigabytes: 20 })).status).toBe(202);
    expect((await act(id, { type: "resize", size_gigabytes: 30 })).status).toBe(422);
  });

  test("ends errored when the volume is deleted meanwhile", async () => {
    const { act, volume, call, clock } = await start();
    const { id } = await volume("data-a");
    const { action } = (await act(id, { type: "resize", size_gigabytes: 20 })).body;
    expect((await call("DELETE", `/v2/volumes/${id}`)).status).toBe(204);
    await clock.advance(5000);
    expect((await call("GET", `/v2/actions/${action.id}`)).body.action.status).toBe("errored");
  });
});

describe("actions by name", () => {
  test("attach and detach the volume of a name in a region", async () => {
    const { call, volume, attached } = await start({ actionDurationMs: 0 });
    const { id } = await volume("data-a");
    await volume("data-a", { region: "fra1" });
    const named = { volume_name: "data-a", region: "nyc3", droplet_id: "1001" };
    expect(
      (await call("POST", "/v2/volumes/actions?per_page=200", { type: "attach", ...named })).status,
    ).toBe(202);
    expect(await attached(id)).toEqual([1001]);
    expect(
      (await call("POST", "/v2/volumes/actions", { type: "detach", ...named, droplet_id: 1001 })).status,
    ).toBe(202);
    expect(await attached(id)).toEqual([]);
  });

  test("are refused without a name, for no volume, for two, and for resize", async () => {
    const { call, volume } = await start();
    await volume("data-a");
    const post = async (body: unknown): Promise<number> =>
      (await call("POST", "/v2/volumes/actions", body)).status;
    expect(await post({ type: "attach", droplet_id: 1001, region: "nyc3" })).toBe(422);
    expect(await post({ type: "attach", droplet_id: 1001, volume_name: "data-b", region: "nyc3" })).toBe(404);
    expect(await post({ type: "attach", droplet_id: 1001, volume_name: "data-a", region: "fra1" })).toBe(404);
    expect(await post({ type: "resize", size_gigabytes: 20, volume_name: "data-a", region: "nyc3" })).toBe(
      422,
    );
    expect(await post({ type: "attach", droplet_id: 1001, volume_name: "data-a" })).toBe(202);
    await volume("data-b");
    await volume("data-b", { region: "fra1" });
    expect(await post({ type: "attach", droplet_id: 1002, volume_name: "data-b" })).toBe(422);
  });
});
