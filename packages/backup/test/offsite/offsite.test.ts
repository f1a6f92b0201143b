import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type OffsiteDefinition,
  type OffsiteOptions,
  type OffsiteReport,
  type OffsiteVolume,
  offsite,
  offsiteDue,
  offsiteEntry,
  offsiteSnapshot,
  type Policy,
  parsePolicies,
  type RecordEntry,
  run,
  snapshotName,
} from "../../src/index.ts";
import { createMountWorld, type MountWorld, SOURCE_ID } from "../support/mount-world.ts";
import { VOLUMES } from "../support/seeded.ts";
import { nightly } from "../support/shapes.ts";

/** Of the slot that there is a snapshot of when a test begins. */
const NEWEST_OF_DATA_2 = snapshotName(
  "polyvol",
  "nightly",
  VOLUMES[1]?.id ?? "",
  new Date("2026-05-09T03:00:00Z"),
);

let here: MountWorld;
let folder: string;
beforeEach(async () => {
  here = await createMountWorld("do");
  folder = mkdtempSync(join(tmpdir(), "polyvol-offsite-"));
});
afterEach(async () => {
  await here.world.close();
  rmSync(folder, { recursive: true });
});

/** A command that appends its environment as a line of JSON, runs this code, and ends. */
function logging(code = ""): string[] {
  const script = `require("fs").appendFileSync(process.argv[1], JSON.stringify(process.env) + "\\n"); ${code}`;
  return [process.execPath, "-e", script, join(folder, "log")];
}

function logged(): Record<string, string>[] {
  return readFileSync(join(folder, "log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);
}

/** For all three volumes, or for one: each takes a process of its own. */
function policiesWith(keys: Partial<OffsiteDefinition> = {}, name = "data-*"): readonly Policy[] {
  return parsePolicies({
    nightly: nightly({ select: { name }, offsite: { command: logging(), ...keys } }),
  });
}

/** Takes the volumes of one cloud off-site, and keeps the record. */
async function take(
  policies: readonly Policy[],
  options: OffsiteOptions = {},
  entries: RecordEntry[] = [],
): Promise<OffsiteReport> {
  const { storage, serverId } = here;
  return await offsite(
    policies,
    { main: storage() },
    {
      ...here.options,
      serverId,
      record: { entries: [...entries], aside: [] },
      onVolume: (volume, { startedAt }) => void entries.push(offsiteEntry(volume, startedAt)),
      ...options,
    },
  );
}

const outcomes = ({ volumes }: OffsiteReport): string[] =>
  volumes.map(({ volumeName, outcome }) => `${volumeName} ${outcome}`);

/** A metadata service on loopback. */
async function metadata(answers: Readonly<Record<string, string>>) {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    metadataUrl: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe("by policy", () => {
  test("each volume is handed to the command, one after another, and nothing is left", async () => {
    const report = await take(policiesWith({ mount: true }));
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ ok: true, stopped: false });
    expect(outcomes(report)).toEqual(["data-1 done", "data-2 done", "data-3 done"]);
    const [first] = logged();
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
    await take(policiesWith({}, "data-1"));
    expect(logged()[0]).not.toHaveProperty("POLYVOL_MOUNT");
  });

  test("is due again when `every` is over and there is something newer", async () => {
    const { clock } = here.world;
    const policies = policiesWith({ every: "1d" }, "data-1");
    const entries: RecordEntry[] = [];
    await take(policies, {}, entries);
    const again = await take(policies, {}, entries);
    expect(outcomes(again)).toEqual(["data-1 not_due"]);
    expect(again).toMatchObject({ ok: true, problems: [] });
    expect(again.volumes[0]?.reason).toMatch(/^its newest snapshot polyvol-nightly-.* has left already$/);

    const storage = here.storage();
    await run(policies, { main: storage }, { clock });
    const early = await take(policies, {}, entries);
    expect(early.volumes[0]).toMatchObject({ outcome: "not_due" });
    expect(early.volumes[0]?.reason).toMatch(/^it last left \S+( \S+)? ago, and does so every 1d$/);
    // A tenth in hand.
    await clock.sleep(22 * 3_600_000);
    expect(outcomes(await take(policies, {}, entries))).toEqual(["data-1 done"]);
    expect(entries).toHaveLength(2);
    const all = await take(policies, { all: true }, entries);
    expect(outcomes(all)).toEqual(["data-1 done"]);
  });

  test("is not due while the newest that is there is older than what has left", async () => {
    const { clock } = here.world;
    const policies = policiesWith({ every: "1d" });
    const entries: RecordEntry[] = [];
    const [left] = (await take(policies, {}, entries)).volumes;
    await here.storage().snapshots.delete(left?.snapshot?.id ?? "");
    await clock.sleep(24 * 3_600_000);
    const { volumes } = await take(policies, {}, entries);
    expect(volumes[0]).toMatchObject({ volumeName: "data-1", outcome: "not_due" });
    expect(volumes[0]?.reason).toMatch(/^what has left is newer than its newest snapshot polyvol-nightly-/);
  });

  test("is due by a record whose dates are to come, since the clock was set back", async () => {
    const policies = policiesWith({ every: "1d" });
    const entries: RecordEntry[] = [];
    await take(policies, {}, entries);
    const inAYear = { startedAt: "2027-05-10T03:00:00.000Z", runStartedAt: "2027-05-10T03:00:00.000Z" };
    const ahead = entries.map(
      (entry): RecordEntry => ({ ...entry, ...inAYear, finishedAt: inAYear.startedAt }),
    );
    const again = await take(policies, {}, ahead);
    expect(again.volumes[0]).toMatchObject({ outcome: "done", volumeName: "data-1" });
    expect(outcomes(await take(policies, {}, ahead))).toEqual([
      "data-1 not_due",
      "data-2 not_due",
      "data-3 not_due",
    ]);
  });

  test("what has waited longest comes first", async () => {
    const policies = policiesWith();
    const entries: RecordEntry[] = [];
    await take(policiesWith({}, "data-1"), {}, entries);
    const report = await take(policies, { all: true }, entries);
    expect(outcomes(report)).toEqual(["data-2 done", "data-3 done", "data-1 done"]);
  });

  test("is not named as due by a run, either, while there is nothing newer", async () => {
    const { clock } = here.world;
    const policies = policiesWith({ every: "6h" }, "data-1");
    const entries: RecordEntry[] = [];
    const clouds = { main: here.storage() };
    const dueNow = async () =>
      offsiteDue(await run(policies, clouds, { clock }), policies, { entries: [...entries], aside: [] });
    expect(await dueNow()).toMatchObject([{ volumeName: "data-1" }]);
    await take(policies, {}, entries);
    await clock.sleep(7 * 3_600_000);
    expect(await dueNow()).toEqual([]);
    expect(outcomes(await take(policies, {}, entries))).toEqual(["data-1 not_due"]);
    await clock.sleep(24 * 3_600_000);
    expect(await dueNow()).toMatchObject([{ volumeName: "data-1" }]);
  });

  test("is read from the newest snapshot when its turn comes, though the one before has gone since", async () => {
    const policies = policiesWith();
    const clouds = { main: here.storage() };
    let gone: string | undefined;
    const report = await take(policies, {
      async onVolume({ volumeName }) {
        if (volumeName !== "data-1") return;
        // As a run does it in the hours that the first volume takes.
        const ran = await run(policies, clouds, { clock: here.world.clock });
        expect(ran.ok).toBe(true);
        const [left] = await clouds.main.snapshots.list({ name: NEWEST_OF_DATA_2 }).toArray();
        gone = left?.id;
        await clouds.main.snapshots.delete(gone ?? "");
      },
    });
    expect(gone).toBeDefined();
    expect(report.problems).toEqual([]);
    expect(outcomes(report)).toEqual(["data-1 done", "data-2 done", "data-3 done"]);
    expect(report.volumes.map(({ snapshot }) => snapshot?.takenAt.slice(0, 10))).toEqual([
      "2026-05-09",
      "2026-05-10",
      "2026-05-10",
    ]);
  });

  test("without a record everything is due", async () => {
    const policies = policiesWith({}, "data-1");
    await take(policies);
    expect((await take(policies, { record: undefined })).volumes[0]?.outcome).toBe("done");
  });

  test("one that fails says how, leaves nothing, and does not stop the others", async () => {
    const code = `if (process.env.POLYVOL_VOLUME_NAME === "data-1") { console.error("Fatal: repository is full"); process.exit(12); }`;
    const entries: RecordEntry[] = [];
    const report = await take(policiesWith({ command: logging(code) }), {}, entries);
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
    expect((await take(policiesWith({}, "data-1"), {}, entries)).volumes[0]).toMatchObject({
      volumeName: "data-1",
      outcome: "done",
    });
  });

  test("one that is not there", async () => {
    const report = await take(policiesWith({ command: ["/no/such/program"] }));
    expect(report.problems[0]?.message).toMatch(
      /^the command "\/no\/such\/program" could not start: .*ENOENT/,
    );
    expect(report.volumes[0]?.command).toMatchObject({ program: "/no/such/program" });
    expect(here.strays()).toEqual([]);
  });

  test("one that hangs is ended with all that it has started", async () => {
    const command = logging("setInterval(() => 0, 1000)");
    const policies = policiesWith({ command, timeout: "1s" }, "data-1");
    const report = await take(policies);
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
    const policies = policiesWith({ command: logging(code) });
    const stopping: OffsiteOptions = {
      abortSignal: stop.signal,
      onOutput: (text) => text.includes("ready") && stop.abort(new Error("enough")),
    };
    const report = await take(policies, stopping, entries);
    expect(report).toMatchObject({ ok: false, stopped: true });
    expect(outcomes(report)).toEqual(["data-1 failed", "data-2 left", "data-3 left"]);
    expect(report.problems.map(({ message }) => message)).toEqual(["enough"]);
    expect(here.strays()).toEqual([]);
    // That it has ended with 0 when it was asked to stop does not say that all of it has left.
    const next = await take(policiesWith(), {}, entries);
    expect(outcomes(next)).toEqual(["data-1 done", "data-2 done", "data-3 done"]);
    expect(next.volumes[0]?.reason).toBe("the command has succeeded");
  });

  test("its data has left even when the temporary volume cannot be removed; that is named", async () => {
    const entries: RecordEntry[] = [];
    const { storage } = here;
    const stuck = (async (input, init) => {
      if (init?.method === "DELETE") return new Response("{}", { status: 403 });
      return await fetch(input, init);
    }) as typeof fetch;
    const policies = policiesWith({}, "data-1");
    const report = await offsite(
      policies,
      { main: storage({ fetch: stuck }) },
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
    expect((await take(policies, {}, entries)).volumes[0]?.outcome).toBe("not_due");
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
    await take(policiesWith({ environment: ["RESTIC_PASSWORD_FILE", "CLOUD_LOGIN"] }, "data-1"), {
      credentialVariables: ["CLOUD_LOGIN"],
    });
    const [seen] = logged();
    expect(seen).toMatchObject({ RESTIC_PASSWORD_FILE: "/pw", PATH: process.env["PATH"] });
    expect(seen).not.toHaveProperty("CLOUD_LOGIN");
    expect(seen).not.toHaveProperty("OTHER");
  });
});

describe("which server this is", () => {
  test("is asked of the metadata service", async () => {
    const service = await metadata({ "/metadata/v1/id": "1001", "/metadata/v1/region": "nyc3" });
    try {
      const policies = policiesWith({}, "data-1");
      const report = await take(policies, { serverId: undefined, metadataUrl: service.metadataUrl });
      expect(report.problems).toEqual([]);
      expect(report.ok).toBe(true);
    } finally {
      await service.close();
    }
  });

  test("in another region, it reaches none of the volumes, and says so", async () => {
    const service = await metadata({ "/metadata/v1/id": "1003", "/metadata/v1/region": "sfo3" });
    try {
      const report = await take(policiesWith(), { serverId: undefined, metadataUrl: service.metadataUrl });
      expect(outcomes(report)).toEqual(["data-1 elsewhere", "data-2 elsewhere", "data-3 elsewhere"]);
      expect(report.ok).toBe(false);
      expect(report.problems.map(({ message }) => message)).toEqual([
        "this server reaches none of the volumes that are due: data-1: it is in nyc3, and the server 1003 in sfo3",
      ]);
    } finally {
      await service.close();
    }
  });

  test("one that the cloud does not know is tried with one volume, and not with all", async () => {
    const report = await take(policiesWith(), { serverId: "4711" });
    expect(outcomes(report)).toEqual(["data-1 failed", "data-2 left", "data-3 left"]);
    expect(report).toMatchObject({ ok: false, stopped: false, problems: [{ code: "not_found" }] });
    expect(report.volumes[1]?.reason).toBe("nothing can be attached to the server 4711");
    expect(here.strays()).toEqual([]);
  });

  test("one that is another machine is waited for with one volume, and not with all", async () => {
    const { clock } = here.world;
    const startedAt = clock.now();
    const report = await take(policiesWith(), { serverId: here.otherServerId });
    expect(outcomes(report)).toEqual(["data-1 failed", "data-2 left", "data-3 left"]);
    expect(report).toMatchObject({ ok: false, stopped: false, problems: [{ code: "not_found" }] });
    expect(report.volumes[1]?.reason).toBe(
      "the volume before was attached to the server 1002 and did not appear on this machine, which is perhaps another one",
    );
    expect(clock.now() - startedAt).toBeLessThan(4 * 60_000);
    expect(here.strays()).toEqual([]);
  });

  test("one volume that does not appear on a server where others do stops none of them", async () => {
    const { devices } = here;
    let isHidden = false;
    const report = await take(policiesWith(), {
      devices: { ...devices, list: async () => (isHidden ? [] : await devices.list()) },
      onProgress: ({ volumeName }) => {
        isHidden = volumeName === "data-2";
      },
    });
    expect(outcomes(report)).toEqual(["data-1 done", "data-2 failed", "data-3 done"]);
  });

  test("on no server at all, nothing is begun", async () => {
    const service = await metadata({});
    try {
      const ended = take(policiesWith(), { serverId: undefined, metadataUrl: service.metadataUrl });
      await expect(ended).rejects.toMatchObject({ code: "unavailable", operation: "findServer" });
      expect(here.strays()).toEqual([]);
    } finally {
      await service.close();
    }
  });

  test("volumes of another cloud are named, and this cloud's are taken", async () => {
    const service = await metadata({ "/metadata/v1/id": "1001", "/metadata/v1/region": "nyc3" });
    const policies = policiesWith({}, "data-1");
    try {
      const { do: main, scp: other } = here.world.open();
      const options = { ...here.options, metadataUrl: service.metadataUrl };
      const report = await offsite(policies, { main, other }, options);
      expect(report.volumes.map(({ cloud, outcome }) => `${cloud} ${outcome}`)).toEqual([
        "main done",
        "other elsewhere",
      ]);
      expect(report.volumes[1]?.reason).toBe("this machine is not known to be a server of other");
      const only = await offsite(policies, { main, other }, { ...options, onlyClouds: ["main"] });
      expect(only.volumes.map(({ cloud }) => cloud)).toEqual(["main"]);
    } finally {
      await service.close();
    }
  });
});

test("no policy with `offsite` is refused", async () => {
  const without = parsePolicies({ nightly: nightly({}) });
  await expect(take(without)).rejects.toMatchObject({
    code: "invalid_argument",
    problems: [
      { path: "policies", found: "nightly without it", allowed: "at least one policy with `offsite`" },
    ],
  });
});

describe("by hand", () => {
  test("one snapshot, and no policy plays a part", async () => {
    const [program = "", ...parameters] = logging();
    const report = await offsiteSnapshot(
      { cloud: "main", from: { volumeName: "data-2" }, command: [program, ...parameters] },
      { main: here.storage() },
      { ...here.options, serverId: here.serverId },
    );
    expect(report).toMatchObject({ ok: true, volumes: [{ outcome: "done", volumeName: "data-2" }] });
    expect(logged()[0]).toMatchObject({ POLYVOL_VOLUME_NAME: "data-2" });
    expect(logged()[0]).not.toHaveProperty("POLYVOL_POLICY");
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
