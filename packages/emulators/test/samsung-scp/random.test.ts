import fc from "fast-check";
import { expect, test } from "vitest";
import { OTHER_SERVER, SERVER, startScp, UNKNOWN } from "./harness.ts";

interface State {
  readonly volumes: readonly {
    readonly id: string;
    readonly state: string;
    readonly size: number;
    readonly servers: readonly unknown[];
    readonly attachments: readonly { readonly server_id: string; readonly device: string }[];
  }[];
  readonly snapshots: readonly { readonly id: string; readonly volume_id: string; readonly size: number }[];
  readonly servers: readonly { readonly id: string; readonly volume_ids: readonly string[] }[];
}

const step = fc.record({
  kind: fc.nat(17),
  pick: fc.nat(5),
  other: fc.nat(5),
  size: fc.constantFrom(8, 16, 24, 32),
  waitMs: fc.constantFrom(0, 0, 500, 1000, 4000),
});

/** What holds at every moment, whatever was asked for. */
function check({ volumes, snapshots, servers }: State): void {
  const ids = new Set(volumes.map(({ id }) => id));
  for (const { volume_id } of snapshots) expect(ids).toContain(volume_id);
  for (const { id, state, size, servers: shown, attachments } of volumes) {
    expect(size % 8).toBe(0);
    expect(shown.length).toBeLessThanOrEqual(attachments.length);
    if (state === "in-use" || state === "detaching") expect(shown.length).toBeGreaterThan(0);
    if (["available", "creating", "deleting", "reverting", "awaiting-transfer"].includes(state))
      expect(attachments).toEqual([]);
    for (const { server_id } of attachments)
      expect(servers.find((server) => server.id === server_id)?.volume_ids).toContain(id);
  }
  for (const server of servers) {
    const devices = volumes.flatMap(({ attachments }) =>
      attachments.filter(({ server_id }) => server_id === server.id).map(({ device }) => device),
    );
    expect(new Set(devices).size).toBe(devices.length);
    expect(server.volume_ids).toHaveLength(devices.length);
  }
}

test("whatever is asked for, the answer is a documented one and the state makes sense", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { call, clock, emulator } = startScp({
        failures: [
          { work: "deleteSnapshot", count: 1 },
          { work: "extendVolume", count: 1 },
        ],
        quotas: { volumes: 6, snapshots: 8 },
        // What is deleted too early would be refused with 500, which here is to mean that the emulator broke.
        races: { status: 409 },
      });
      for (const { kind, pick, other, size, waitMs } of steps) {
        const { volumes, snapshots } = emulator.state() as State;
        const volume = volumes[pick]?.id ?? UNKNOWN;
        const snapshot = snapshots[other]?.id ?? UNKNOWN;
        const server = other % 2 === 0 ? SERVER : OTHER_SERVER;
        const path = `/v1/volumes/${volume}`;
        const volume_type = other === 0 ? "SSD_MultiAttach" : other === 1 ? "SSD_Provisioned" : "SSD";
        const requests: readonly (readonly [method: string, target: string, body?: unknown])[] = [
          ["POST", "/v1/volumes", { name: "a", size, volume_type }],
          ["POST", "/v1/volumes", { name: "b", size, volume_type }],
          ["POST", "/v1/volumes", { name: "c", size, snapshot_id: snapshot }],
          ["GET", path],
          ["PUT", path, { name: `n${other}` }],
          ["DELETE", `${path}?cascade=${other % 2 === 0}`],
          ["PUT", `${path}/size`, { size }],
          ["PUT", `${path}/qos`, { max_iops: 6000 }],
          ["POST", `${path}/revert`, { snapshot_id: snapshot }],
          ["POST", `${path}/servers`, { server_id: server }],
          ["POST", `/v1/servers/${server}/volumes`, { volume_id: volume, device: "/dev/vdc" }],
          ["DELETE", `${path}/servers/${server}`],
          ["POST", "/v1/snapshots", { name: "s", volume_id: volume, force: other % 2 === 0 }],
          ["POST", "/v1/snapshots", { name: "t", volume_id: volume, force: true }],
          ["PUT", `/v1/snapshots/${snapshot}`, { name: "u" }],
          ["DELETE", `/v1/snapshots/${snapshot}`],
          ["GET", `/v1/snapshots?volume_id=${volume}&limit=2&marker=${snapshot}`],
          ["GET", `/v1/volumes?sort=state,name:desc&limit=2&marker=${volume}`],
        ];
        const [method, target, body] = requests[kind] ?? ["GET", "/v1/volumes"];
        const reply = await call(method, target, body === undefined ? {} : { body });
        expect([200, 202, 400, 403, 404, 409]).toContain(reply.status);
        if (reply.status >= 400) expect(reply.body.errors[0].status).toBe(reply.status);
        check(emulator.state() as State);
        await clock.advance(waitMs);
        check(emulator.state() as State);
      }
      await clock.advance(60_000);
      const settled = (emulator.state() as State).volumes.map(({ state }) => state);
      for (const state of settled) expect(state).toMatch(/^(available|in-use|error.*)$/);
    }),
    { numRuns: 60 },
  );
});
