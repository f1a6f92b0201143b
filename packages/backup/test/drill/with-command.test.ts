import { afterEach, beforeEach, expect, test } from "vitest";
import { type DrillCommand, drill, drillEntry } from "../../src/index.ts";
import { createMountWorld, type MountWorld, SOURCE_ID } from "../support/mount-world.ts";

let here: MountWorld;
beforeEach(async () => {
  here = await createMountWorld("do");
});
afterEach(() => here.world.close());

function drillWith(code: string, check: Partial<DrillCommand> = {}) {
  const { devices, options, serverId, storage } = here;
  const request = { cloud: "main", from: { volumeId: SOURCE_ID } };
  const command = [process.execPath, "-e", code] as const;
  return drill(
    request,
    { main: storage() },
    {
      clock: options.clock,
      check: { command, devices, serverId, ...check },
    },
  );
}

test("a command that passes on the data is a check of its own, with how much it read and how long", async () => {
  let read = 512;
  const devices = { ...here.devices, bytesRead: async () => (read *= 8) };
  const report = await drillWith("process.exit(process.env.POLYVOL_DEVICE === '/dev/vdb' ? 0 : 1)", {
    devices,
  });
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({
    ok: true,
    volumeId: SOURCE_ID,
    command: { program: process.execPath, exitCode: 0, bytesRead: 8 * 8 * 512 - 8 * 512 },
  });
  expect(report.checks.map(({ check, result }) => `${check} ${result}`)).toEqual([
    "readiness passed",
    "source passed",
    "size passed",
    "command passed",
  ]);
  expect(report.checks[3]?.found).toMatch(/^ended with 0 in [\d.]+ s; 28672 bytes read$/);
  expect(drillEntry(report)).toMatchObject({ kind: "drill", ok: true, command: { bytesRead: 28_672 } });
  expect(here.strays()).toEqual([]);
});

test("a command that no program can be given is refused before anything is made", async () => {
  await expect(drillWith("", { command: [process.execPath, "a\0b"] })).rejects.toMatchObject({
    code: "invalid_argument",
    reason: expect.stringContaining("command[1]: found"),
  });
  expect(here.strays()).toEqual([]);
});

test("how much was read may be unknown, and nothing fails for it", async () => {
  const bytesRead = () => Promise.reject(new Error("no such file"));
  const report = await drillWith("", { devices: { ...here.devices, bytesRead } });
  expect(report.ok).toBe(true);
  expect(report.command).not.toHaveProperty("bytesRead");
  expect(report.checks[3]?.found).toMatch(/; how much it read is not known$/);
});

test("one that finds the data bad is no proof, in its own words, and nothing is left", async () => {
  const report = await drillWith("console.error('Inode 12 has illegal blocks'); process.exit(4)", {
    mount: true,
  });
  expect(report).toMatchObject({ ok: false, command: { exitCode: 4 } });
  expect(report.checks[3]).toMatchObject({ check: "command", result: "failed" });
  expect(report.problems[0]?.message).toMatch(/ended with 4: Inode 12 has illegal blocks/);
  expect(here.strays()).toEqual([]);
  expect(here.devices.mounts.size).toBe(0);
});

test("a device that never appears is no proof; that the command was not run is said", async () => {
  const lost = await createMountWorld("do", (devices) => devices.slice(0, 1));
  const { devices, options, serverId, storage } = lost;
  const request = { cloud: "main", from: { volumeId: SOURCE_ID } };
  try {
    const report = await drill(
      request,
      { main: storage() },
      {
        clock: options.clock,
        check: { command: ["true"], devices, serverId },
      },
    );
    expect(report.ok).toBe(false);
    expect(report.checks[3]).toEqual({
      check: "command",
      result: "unknown",
      found: "not run",
      wanted: '"true" ends with 0',
    });
    expect(report.problems).toMatchObject([{ code: "not_found" }]);
    expect(lost.strays()).toEqual([]);
  } finally {
    await lost.world.close();
  }
});

test("aborted, it ends with the reason, and nothing is left", async () => {
  const stop = new AbortController();
  const { devices, options, serverId, storage } = here;
  const code = "console.log('ready'); setInterval(() => 0, 1000)";
  const told: boolean[] = [];
  const ended = drill(
    { cloud: "main", from: { volumeId: SOURCE_ID } },
    { main: storage() },
    {
      clock: options.clock,
      abortSignal: stop.signal,
      onStopped: ({ isRemoved }) => told.push(isRemoved),
      check: {
        command: [process.execPath, "-e", code],
        devices,
        serverId,
        onOutput: () => stop.abort(new Error("enough")),
      },
    },
  );
  await expect(ended).rejects.toThrow("enough");
  expect(told).toEqual([true]);
  expect(here.strays()).toEqual([]);
});
