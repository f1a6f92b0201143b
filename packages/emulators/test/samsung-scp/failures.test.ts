import { describe, expect, test } from "vitest";
import { SERVER, startScp } from "./harness.ts";

describe("work that is to fail", () => {
  test("ends in an error state, by name and by count", async () => {
    const { call, volume, snapshot } = startScp({
      failures: [
        { work: "createVolume", name: "^bad" },
        { work: "createSnapshot", count: 1 },
      ],
    });
    const bad = await volume({ name: "bad-1" });
    const good = await volume({ name: "good" });
    expect((await call("GET", `/v1/volumes/${bad}`)).body.state).toBe("error");
    expect((await call("GET", `/v1/volumes/${good}`)).body.state).toBe("available");
    const first = await snapshot(good);
    const second = await snapshot(good);
    expect((await call("GET", `/v1/snapshots/${first}`)).body.status).toBe("error");
    expect((await call("GET", `/v1/snapshots/${second}`)).body.status).toBe("available");
    expect((await call("DELETE", `/v1/snapshots/${first}`)).status).toBe(202);
    expect((await call("DELETE", `/v1/volumes/${bad}`)).status).toBe(202);
  });

  test("can be asked for while running", async () => {
    const { call, emulator, volume, snapshot, clock } = startScp();
    const id = await volume();
    const state = async (): Promise<string> => (await call("GET", `/v1/volumes/${id}`)).body.state;
    const fail = (work: string): void => emulator.seed({ failures: [{ work, count: 1 }] });

    fail("extendVolume");
    await call("PUT", `/v1/volumes/${id}/size`, { body: { size: 64 } });
    await clock.advance(2000);
    expect(await state()).toBe("error_extending");

    const other = await volume({ name: "other" });
    const snapshotId = await snapshot(other);
    fail("revertVolume");
    await call("POST", `/v1/volumes/${other}/revert`, { body: { snapshot_id: snapshotId } });
    await clock.advance(3000);
    expect((await call("GET", `/v1/volumes/${other}`)).body.state).toBe("error");

    fail("deleteSnapshot");
    await call("DELETE", `/v1/snapshots/${snapshotId}`);
    await clock.advance(1000);
    expect((await call("GET", `/v1/snapshots/${snapshotId}`)).body.status).toBe("error_deleting");

    fail("deleteVolume");
    await call("DELETE", `/v1/volumes/${id}`);
    await clock.advance(1000);
    expect(await state()).toBe("error_deleting");
    await call("DELETE", `/v1/volumes/${id}`);
    await clock.advance(1000);
    expect((await call("GET", `/v1/volumes/${id}`)).status).toBe(404);
  });

  test("a failed attach leaves the volume free, a failed detach leaves it in use", async () => {
    const { call, volume, clock } = startScp({
      failures: [
        { work: "attachVolume", count: 1 },
        { work: "detachVolume", count: 1 },
      ],
    });
    const id = await volume();
    const state = async (): Promise<string> => (await call("GET", `/v1/volumes/${id}`)).body.state;
    const attach = (): Promise<unknown> =>
      call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
    await attach();
    await clock.advance(2000);
    expect(await state()).toBe("available");
    expect((await call("GET", `/v1/servers/${SERVER}/volumes`)).body.volumes).toEqual([]);
    await attach();
    await clock.advance(2000);
    await call("DELETE", `/v1/volumes/${id}/servers/${SERVER}`);
    await clock.advance(1500);
    expect(await state()).toBe("in-use");
  });

  test("a volume whose extend failed can still be detached", async () => {
    const { call, volume, clock } = startScp({ failures: [{ work: "extendVolume" }] });
    const id = await volume();
    await call("POST", `/v1/volumes/${id}/servers`, { body: { server_id: SERVER } });
    await clock.advance(2000);
    await call("PUT", `/v1/volumes/${id}/size`, { body: { size: 64 } });
    await clock.advance(2000);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("error_extending");
    expect((await call("DELETE", `/v1/volumes/${id}/servers/${SERVER}`)).status).toBe(202);
    await clock.advance(1500);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("available");
  });

  test("work that the service gives up ends where it began, as if nothing had been asked", async () => {
    const works = ["deleteVolume", "deleteSnapshot", "extendVolume", "revertVolume"] as const;
    const failures = works.map((work) => ({ work, count: 1, outcome: "undone" as const }));
    const { call, volume, snapshot, clock } = startScp({ failures });
    const id = await volume({ size: 16 });
    const snapshotId = await snapshot(id);
    const states = async (): Promise<unknown[]> => [
      (await call("GET", `/v1/volumes/${id}`)).body.state,
      (await call("GET", `/v1/snapshots/${snapshotId}`)).body.status,
    ];
    await call("DELETE", `/v1/snapshots/${snapshotId}`);
    expect(await states()).toEqual(["available", "deleting"]);
    await clock.advance(1000);
    expect(await states()).toEqual(["available", "available"]);

    await call("PUT", `/v1/volumes/${id}/size`, { body: { size: 64 } });
    await clock.advance(2000);
    expect((await call("GET", `/v1/volumes/${id}`)).body).toMatchObject({ state: "available", size: 16 });

    await call("POST", `/v1/volumes/${id}/revert`, { body: { snapshot_id: snapshotId } });
    await clock.advance(3000);
    expect(await states()).toEqual(["available", "available"]);

    await call("DELETE", `/v1/snapshots/${snapshotId}`);
    await clock.advance(1000);
    await call("DELETE", `/v1/volumes/${id}`);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("deleting");
    await clock.advance(1000);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("available");
    await call("DELETE", `/v1/volumes/${id}`);
    await clock.advance(1000);
    expect((await call("GET", `/v1/volumes/${id}`)).status).toBe(404);
  });

  test("a snapshot that cannot be deleted keeps its volume", async () => {
    const { call, volume, snapshot, clock } = startScp({ failures: [{ work: "deleteSnapshot", count: 1 }] });
    const id = await volume();
    await snapshot(id);
    await call("DELETE", `/v1/volumes/${id}`);
    await clock.advance(1000);
    expect((await call("GET", `/v1/volumes/${id}`)).body.state).toBe("error_deleting");
    expect((await call("GET", `/v1/snapshots?volume_id=${id}`)).body.snapshots[0].status).toBe(
      "error_deleting",
    );
  });
});

describe("answers that a fault asks for", () => {
  test.each([
    [400, "VirtualServer.BadRequest"],
    [401, "VirtualServer.Unauthorized.AuthNFailed"],
    [403, "Forbidden"],
    [404, "NotFound"],
    [406, "NoSuchVersion"],
    [409, "VirtualServer.Conflict"],
    [429, "TooManyRequests"],
    [500, "InternalServerError"],
    [501, "ContactAdminForAssistance"],
  ])("%s has the service's envelope", async (status, code) => {
    const { call, emulator } = startScp();
    emulator.faults.add({ kind: "answer", status, headers: { "retry-after": "3" } });
    const reply = await call("GET", "/v1/volumes");
    expect(reply.status).toBe(status);
    expect(reply.headers.get("retry-after")).toBe("3");
    expect(reply.body.errors[0]).toMatchObject({ code, status, request_id: expect.stringMatching(/^req-/) });
  });

  test("a gateway error has the gateway's body, the firewall's a page", async () => {
    const { call, emulator } = startScp();
    emulator.faults.add({ kind: "answer", status: 503, count: 1 });
    emulator.faults.add({ kind: "answer", status: 417 });
    const gateway = await call("GET", "/v1/volumes?limit=1");
    expect(gateway.body).toMatchObject({ status: 503, path: "/v1/volumes", error: "Service Unavailable" });
    const page = await call("GET", "/v1/volumes");
    expect([page.status, page.headers.get("content-type")]).toEqual([417, "text/html; charset=utf-8"]);
    expect(page.text).toContain("Request Rejected");
  });
});
