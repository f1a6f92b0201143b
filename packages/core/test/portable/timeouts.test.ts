import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import { type BlockStorageDriver, type CallContext, startTimer, systemClock } from "@polyvol/core/driver";
import { createMemoryAccount, createMemoryDriver } from "@polyvol/memory";
import { describe, expect, test, vi } from "vitest";
import { openMemory } from "./open-memory.ts";

const { clock, account, storage } = openMemory();

const CALLS: Readonly<Record<string, (at: BlockStorage, timeoutMs: number) => Promise<unknown>>> = {
  "volumes.list": async ({ volumes }, timeoutMs) => volumes.list({}, { timeoutMs }).toArray(),
  "volumes.get": ({ volumes }, timeoutMs) => volumes.get("a", { timeoutMs }),
  "volumes.create": ({ volumes }, timeoutMs) => volumes.create({ name: "a", sizeGiB: 8 }, { timeoutMs }),
  "volumes.delete": ({ volumes }, timeoutMs) => volumes.delete("a", { timeoutMs }),
  "volumes.attach": ({ volumes }, timeoutMs) => volumes.attach("a", "server-1", { timeoutMs }),
  "snapshots.create": ({ snapshots }, timeoutMs) =>
    snapshots.create({ volumeId: "a", name: "s" }, { timeoutMs }),
  checkHealth: (at, timeoutMs) => at.checkHealth({ timeoutMs }),
};

describe.each(Object.entries(CALLS))("%s", (operation, call) => {
  test.each([Number.NaN, -1, 0, Number.POSITIVE_INFINITY, "60"])(
    "timeoutMs %s is refused before anything is sent",
    async (timeoutMs) => {
      const before = account.calls.total;
      const refused = call(storage, timeoutMs as number);
      await expect(refused).rejects.toMatchObject({ code: "invalid_argument", operation });
      await expect(refused).rejects.toThrow(/timeoutMs: found .*, allowed: milliseconds above 0/);
      expect(account.calls.total).toBe(before);
    },
  );
});

test("a deadline of 30 days is one", async () => {
  const { volumes } = storage;
  const { id } = await volumes.create({ name: "long", sizeGiB: 8 }, { timeoutMs: 30 * 86_400_000 });
  await volumes.delete(id, { timeoutMs: 30 * 86_400_000 });
});

test("a timer of the machine's clock that is longer than the platform's timers rings in its time, and can be stopped", async () => {
  const dayMs = 86_400_000;
  vi.useFakeTimers();
  try {
    const rung: string[] = [];
    startTimer(systemClock, 60 * dayMs, () => rung.push("kept"));
    const stop = startTimer(systemClock, 60 * dayMs, () => rung.push("stopped"));
    await vi.advanceTimersByTimeAsync(59 * dayMs);
    expect(rung).toEqual([]);
    stop();
    await vi.advanceTimersByTimeAsync(2 * dayMs);
    expect(rung).toEqual(["kept"]);
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  ["enforced", "unknown", "not finished within 3 s; the service had not answered yet"],
  ["free", "not_applied", "not finished within 3 s; nothing was changed; the service had not answered yet"],
] as const)(
  "a service that answers nothing, names being %s: the deadline says so, and what was changed",
  async (names, outcome, words) => {
    const driver = createMemoryDriver({ account: createMemoryAccount({ clock, names }) });
    const silence = (_: unknown, __: unknown, { abortSignal }: CallContext) =>
      clock.sleep(60_000, abortSignal);
    const silent = {
      ...driver,
      listVolumes: silence,
      createVolume: (input: unknown, context: CallContext) => silence(input, undefined, context),
    } as unknown as BlockStorageDriver;
    const { volumes } = createBlockStorage(silent, { clock });
    const created = volumes.create({ name: "quiet", sizeGiB: 8 }, { timeoutMs: 3_000 });
    await expect(created).rejects.toMatchObject({ code: "timeout", outcome, reason: words });
  },
);
