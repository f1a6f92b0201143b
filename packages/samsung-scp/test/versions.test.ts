import type { VersionEvent } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { type Emulated, emulated } from "./emulated.ts";

function said({ events }: Emulated): readonly string[] {
  const versions = events.filter((event): event is VersionEvent => event.type === "version");
  return versions.map(({ result, apiVersion }) => `${result} ${apiVersion}`);
}

function used({ sent }: Emulated): readonly string[] {
  const headers = sent().map(({ headers }) => headers["scp-api-version"]);
  return [...new Set(headers.flatMap((each) => each?.replace("virtualserver ", "") ?? []))];
}

async function program({ storage }: Emulated): Promise<void> {
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
  const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
  await storage.snapshots.delete(snapshot.id);
  await storage.volumes.delete(id);
}

describe("the same program through the calendar", () => {
  test.each([
    ["2025-12-30", "1.1", ["chosen 1.1"]],
    ["2026-04-01", "1.2", ["chosen 1.2"]],
    ["2026-06-01", "1.3", ["chosen 1.3"]],
    ["2026-09-01", "1.3", ["chosen 1.3"]],
    ["2027-03-01", "1.3", ["chosen 1.3"]],
  ])("on %s it uses %s, where old versions are refused", async (today, version, events) => {
    const it = await emulated({ today, emulator: { versions: "calendar", expiredVersions: "refuse" } });
    await program(it);
    expect(used(it)).toEqual([version]);
    expect(said(it)).toEqual(events);
    expect((await it.storage.checkHealth()).apiVersion).toBe(version);
  });

  test.each([["2025-12-30"], ["2026-06-01"], ["2026-09-01"], ["2027-03-01"]])(
    "on %s, with the table as it is documented now",
    async (today) => {
      const it = await emulated({ today, emulator: { versions: "documented" } });
      await program(it);
      expect(used(it)).toEqual(["1.3"]);
    },
  );

  test.each([
    ["2025-12-30", "1.0", ["chosen 1.0", "deprecated 1.0"]],
    ["2025-12-31", undefined, []],
    ["2026-06-01", undefined, []],
  ])("on %s, where the service has 1.0 only: %s", async (today, version, events) => {
    const versions = [{ id: "1.0", status: "DEPRECATED", notBefore: "2025-12-31" } as const];
    const it = await emulated({ today, emulator: { versions } });
    if (version === undefined) {
      await expect(program(it)).rejects.toMatchObject({
        code: "unsupported",
        outcome: "not_applied",
        reason:
          "no API version in common: the service offers v1.0 DEPRECATED, this adapter knows 1.3, 1.2, 1.1, 1.0",
      });
      expect(it.lines()).toEqual(["GET /"]);
      return;
    }
    await program(it);
    expect(said(it)).toEqual(events);
  });

  test("a process that outlives its version goes on with the next", async () => {
    const emulator = { versions: "calendar", expiredVersions: "refuse" } as const;
    const it = await emulated({ today: "2026-03-10", emulator });
    await program(it);
    await it.clock.sleep(100 * 86_400_000);
    await program(it);
    expect(used(it)).toEqual(["1.1", "1.3"]);
    expect(said(it)).toEqual(["chosen 1.1", "deprecated 1.1", "chosen 1.3"]);
  });
});

describe("when the list cannot be had", () => {
  test.each([
    ["a gateway error", { kind: "answer", status: 503 }],
    ["a page", { kind: "html" }],
    ["something else", { kind: "wrong-json" }],
    ["half of it", { kind: "truncate" }],
    ["no connection", { kind: "refuse" }],
  ] as const)("%s: on with 1.3, said so", async (_, fault) => {
    const it = await emulated({ emulator: { faults: [{ match: { path: "/" }, ...fault }] } });
    await program(it);
    expect(used(it)).toEqual(["1.3"]);
    expect(said(it)[0]).toBe("fallback 1.3");
  });

  test("and 1.3 is not accepted either: the next that is", async () => {
    const it = await emulated({
      emulator: {
        faults: [{ match: { path: "/" }, kind: "html" }],
        versions: [{ id: "1.1", status: "CURRENT" }],
      },
    });
    await program(it);
    expect(used(it)).toEqual(["1.3", "1.2", "1.1"]);
  });
});

describe("operations that lag behind", () => {
  test("each takes the next version that it accepts, and keeps it", async () => {
    const operationVersions = { createSnapshot: ["1.2", "1.1"], deleteVolume: ["1.1"] };
    const it = await emulated({ emulator: { operationVersions } });
    await program(it);
    const counted = it
      .sent()
      .map(({ line, headers }) => `${line.slice(0, 13)} ${headers["scp-api-version"] ?? ""}`);
    expect(counted.filter((line) => line.startsWith("GET / "))).toHaveLength(3);
    await program(it);
    expect(it.lines().filter((line) => line === "GET /")).toEqual([]);
    expect(said(it)).toContain("chosen 1.2");
    expect(said(it)).toContain("chosen 1.1");
  });

  test("what no version can do is refused with what there is", async () => {
    const it = await emulated({ emulator: { operationVersions: { createVolume: [] } } });
    await expect(it.storage.volumes.create({ name: "x", sizeGiB: 8 })).rejects.toMatchObject({
      code: "unsupported",
      outcome: "not_applied",
      status: 406,
      requestId: expect.stringMatching(/^req-/),
      reason: expect.stringContaining("createVolume does not accept API version 1.3"),
    });
  });

  test("an exact version that is not offered", async () => {
    const it = await emulated({
      emulator: { versions: [{ id: "1.3", status: "CURRENT" }] },
      storage: { apiVersion: "1.0" },
    });
    await expect(it.storage.volumes.list().toArray()).rejects.toMatchObject({
      code: "unsupported",
      reason: expect.stringContaining('"negotiate" may find another'),
    });
    expect(it.lines()).toHaveLength(1);
  });
});
