import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type OffsiteOptions,
  type OffsiteVolume,
  offsite,
  offsiteEntry,
  offsiteSnapshot,
  parsePolicies,
  type RecordEntry,
} from "../../src/index.ts";
import { SOURCE_ID } from "../support/mount-world.ts";
import { nightly } from "../support/shapes.ts";
import { createOffsiteWorld, type OffsiteWorld, outcomes } from "./offsite-world.ts";

let here: OffsiteWorld;
beforeEach(async () => {
  here = await createOffsiteWorld();
});
afterEach(() => here.close());

describe("by policy", () => {
  test("each volume is handed to the command, one after another, and nothing is left", async () => {
    const report = await here.take(here.policiesWith({ mount: true }));
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ ok: true, stopped: false });
    expect(outcomes(report)).toEqual(["data-1 done", "data-2 done", "data-3 done"]);
    const [first] = here.logged();
    const [volume] = report.volumes;
    expect(first).toMatchObject({
      POLYVOL_POLICY: "nightly",
      POLYVOL_CLOUD: "main",
      POLYVOL_PROVIDER: "digitalocean",
      POLYVOL_VOLUME_ID: SOURCE_ID,
      POLYVOL_VOLUME_NAME: "data-1",
      POLYVOL_SLOT: "2026-05-09T03:00:00.000Z",
      POLYVOL_SNAPSHOT_ID: volume?.snapshot?.id,
      POLYVOL_SNAPSHOT_NAME: volume?.snapshot?.name,
      POLYVOL_TAKEN_AT: "2026-05-09T03:00:07.000Z",
      POLYVOL_DEVICE: "/dev/vdb",
      POLYVOL_DEVICE_BYTES: String(10 * 1024 ** 3),
      POLYVOL_MOUNT: expect.stringMatching(/^\/run\/emulated\/polyvol-drill-/),
    });
    expect(here.strays()).toEqual([]);
    expect(here.devices.mounts.size).toBe(0);
  });

  test("without `mount` nothing is mounted, and no variable says where", async () => {
    await here.take(here.policiesWith({}, "data-1"));
    expect(here.logged()[0]).not.toHaveProperty("POLYVOL_MOUNT");
  });

  test("one that fails says how, leaves nothing, and does not stop the others", async () => {
    const code = `if (process.env.POLYVOL_VOLUME_NAME === "data-1") { console.error("Fatal: repository is full"); process.exit(12); }`;
    const entries: RecordEntry[] = [];
    const report = await here.take(here.policiesWith({ command: here.logging(code) }), {}, entries);
    expect(outcomes(report)).toEqual(["data-1 failed", "data-2 done", "data-3 done"]);
    expect(report.ok).toBe(false);
    expect(report.problems).toMatchObject([
      {
        code: "operation_failed",
        effect: "attention",
        cloud: "main",
        policyId: "nightly",
        volumeName: "data-1",
        program: process.execPath,
      },
    ]);
    expect(report.problems[0]?.message).toMatch(
      /^the command ".*" ended with 12: Fatal: repository is full \(operation_failed\)$/,
    );
    expect(here.strays()).toEqual([]);
    expect(entries).toMatchObject([
      { kind: "offsite", ok: false, command: { exitCode: 12 }, problems: [{ code: "operation_failed" }] },
      { kind: "offsite", ok: true, policyId: "nightly", command: { exitCode: 0 } },
      { kind: "offsite", ok: true },
    ]);
    // What failed is due at once.
    expect((await here.take(here.policiesWith({}, "data-1"), {}, entries)).volumes[0]).toMatchObject({
      volumeName: "data-1",
      outcome: "done",
    });
  });

  test("one that is not there", async () => {
    const report = await here.take(here.policiesWith({ command: ["/no/such/program"] }));
    expect(report.problems[0]?.message).toMatch(
      /^the command "\/no\/such\/program" could not start: .*ENOENT/,
    );
    expect(report.volumes[0]?.command).toMatchObject({ program: "/no/such/program" });
    expect(here.strays()).toEqual([]);
  });

  test("one that hangs is ended with all that it has started", async () => {
    const command = here.logging("setInterval(() => 0, 1000)");
    const policies = here.policiesWith({ command, timeout: "1s" }, "data-1");
    const report = await here.take(policies);
    expect(report.problems[0]).toMatchObject({ code: "timeout" });
    expect(report.problems[0]?.message).toMatch(
      /took longer than 1s and was ended \(offsite\.timeout gives it longer\)/,
    );
    expect(here.strays()).toEqual([]);
  });

  test("stopped in the middle, the command ends, its volume goes, and the rest is left", async () => {
    const entries: RecordEntry[] = [];
    const stop = new AbortController();
    const code = `process.on("SIGTERM", () => process.exit(0)); console.log("ready"); setInterval(() => 0, 1000)`;
    const policies = here.policiesWith({ command: here.logging(code) });
    const stopping: OffsiteOptions = {
      abortSignal: stop.signal,
      onOutput: (text) => text.includes("ready") && stop.abort(new Error("enough")),
    };
    const report = await here.take(policies, stopping, entries);
    expect(report).toMatchObject({ ok: false, stopped: true });
    expect(outcomes(report)).toEqual(["data-1 failed", "data-2 left", "data-3 left"]);
    expect(report.problems.map(({ message }) => message)).toEqual(["enough"]);
    expect(here.strays()).toEqual([]);
    // That it has ended with 0 when it was asked to stop does not say that all of it has left.
    const next = await here.take(here.policiesWith(), {}, entries);
    expect(outcomes(next)).toEqual(["data-1 done", "data-2 done", "data-3 done"]);
    expect(next.volumes[0]?.reason).toBe("the command has succeeded");
  });

  test.for([
    [0, "the command has succeeded, and has read nothing from the device"],
    [512, "the command has succeeded"],
  ] as const)("a command that has read %i bytes", async ([bytes, reason]) => {
    let read = 4_096;
    const bytesRead = async () => (read += bytes);
    const policies = here.policiesWith({}, "data-1");
    const report = await here.take(policies, { devices: { ...here.devices, bytesRead } });
    expect(report.volumes).toMatchObject([{ outcome: "done", reason, command: { bytesRead: bytes } }]);
  });

  test("its data has left even when the temporary volume cannot be removed; that is named", async () => {
    const entries: RecordEntry[] = [];
    const { storage } = here;
    const stuckAt = (id = "") =>
      (async (input, init) => {
        if (init?.method === "DELETE" && String(input).includes(id))
          return new Response("{}", { status: 403 });
        return await fetch(input, init);
      }) as typeof fetch;
    const policies = here.policiesWith({}, "data-1");
    const report = await offsite(
      policies,
      { main: storage({ fetch: stuckAt() }) },
      {
        ...here.options,
        serverId: here.serverId,
        record: { entries: [], aside: [] },
        onVolume: (volume, { startedAt }) => void entries.push(offsiteEntry(volume, startedAt)),
      },
    );
    const [stray] = here.strays();
    expect(report.volumes[0]).toMatchObject({ outcome: "failed", command: { exitCode: 0 } });
    expect(report.problems).toMatchObject([{ code: "permission_denied", volumeName: stray?.name }]);
    expect((await here.take(policies, {}, entries)).volumes[0]?.outcome).toBe("not_due");
    // It says nothing of the volumes of the next run, where it is as stuck.
    const later = await offsite(
      here.policiesWith(),
      { main: storage({ fetch: stuckAt(report.problems[0]?.volumeId) }) },
      { ...here.options, serverId: here.serverId },
    );
    expect(outcomes(later)).toEqual(["data-1 done", "data-2 done", "data-3 done"]);
    expect(later).toMatchObject({ ok: false, problems: [{ volumeName: stray?.name }] });
    expect(later.volumes[0]).toMatchObject({
      reason: "the command has succeeded",
      leftovers: [{ name: stray?.name, outcome: "failed" }],
    });
  });
});

describe("the command's environment", () => {
  test("holds what it names, credentials of its own too, and never those of a cloud", async () => {
    for (const [name, value] of Object.entries({
      RESTIC_PASSWORD_FILE: "/pw",
      CLOUD_LOGIN: "s5",
      OTHER: "x",
    }))
      vi.stubEnv(name, value);
    await here.take(here.policiesWith({ environment: ["RESTIC_PASSWORD_FILE", "CLOUD_LOGIN"] }, "data-1"), {
      credentialVariables: ["CLOUD_LOGIN"],
    });
    const [seen] = here.logged();
    expect(seen).toMatchObject({ RESTIC_PASSWORD_FILE: "/pw", PATH: process.env["PATH"] });
    expect(seen).not.toHaveProperty("CLOUD_LOGIN");
    expect(seen).not.toHaveProperty("OTHER");
  });
});

test("no policy with `offsite` is refused", async () => {
  const without = parsePolicies({ nightly: nightly({}) });
  await expect(here.take(without)).rejects.toMatchObject({
    code: "invalid_argument",
    problems: [
      { path: "policies", found: "nightly without it", allowed: "at least one policy with `offsite`" },
    ],
  });
});

describe("by hand", () => {
  test("one snapshot, and no policy plays a part", async () => {
    const [program = "", ...parameters] = here.logging();
    const report = await offsiteSnapshot(
      { cloud: "main", from: { volumeName: "data-2" }, command: [program, ...parameters] },
      { main: here.storage() },
      { ...here.options, serverId: here.serverId },
    );
    expect(report).toMatchObject({ ok: true, volumes: [{ outcome: "done", volumeName: "data-2" }] });
    expect(here.logged()[0]).toMatchObject({ POLYVOL_VOLUME_NAME: "data-2" });
    expect(here.logged()[0]).not.toHaveProperty("POLYVOL_POLICY");
    const [volume] = report.volumes as [OffsiteVolume];
    expect(offsiteEntry(volume, report.startedAt)).not.toHaveProperty("policyId");
  });

  test("what is not there is a result", async () => {
    const request = { cloud: "main", from: { snapshotId: "nosuch" }, command: ["true"] } as const;
    const report = await offsiteSnapshot(
      request,
      { main: here.storage() },
      {
        ...here.options,
        serverId: here.serverId,
      },
    );
    expect(report).toMatchObject({ ok: false, volumes: [{ outcome: "failed" }] });
  });
});
