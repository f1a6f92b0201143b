/** The kit against drivers that are wrong in one way each: a kit that lets them pass proves nothing. */
import { checkBlockStorageDriver } from "@polyvol/conformance";
import { type Capability, isPolyvolError, PolyvolError, type Volume } from "@polyvol/core";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { expect, test } from "vitest";
import { type BrokenDriver, describeFaults } from "./broken-driver-kit.ts";
import { memoryHarness } from "./harness.ts";

const ASYNCHRONOUS: MemoryAccountOptions = { asynchronous: true };

const FAULTS: readonly BrokenDriver[] = [
  { wrong: "has no version", number: 1, breakDriver: () => ({ version: "latest" }) },
  {
    wrong: "lists a capability that nobody knows",
    number: 2,
    breakDriver: ({ capabilities }) => ({
      capabilities: { ...capabilities, supports: [...capabilities.supports, "volumes.fly" as Capability] },
    }),
  },
  {
    wrong: "lists a capability and lacks its method",
    number: 3,
    breakDriver: ({ renameVolume: _, ...driver }) => ({ ...driver, renameVolume: undefined as never }),
  },
  {
    wrong: "has a smallest size that is no step",
    number: 4,
    breakDriver: ({ capabilities }) => ({
      capabilities: {
        ...capabilities,
        limits: { ...capabilities.limits, volumeSize: { minimumGiB: 3, maximumGiB: 9, stepGiB: 2 } },
      },
    }),
  },
  {
    wrong: "answers a health check without asking",
    number: 5,
    breakDriver: () => ({ checkHealth: async () => ({ apiVersion: "1" }) }),
  },
  {
    wrong: "makes names lower-case",
    number: 14,
    options: { limits: { volumeName: { pattern: ".+", minLength: 1, maxLength: 64, inWords: "anything" } } },
    breakDriver: ({ createVolume }) => ({
      createVolume: (input, context) => createVolume({ ...input, name: input.name.toLowerCase() }, context),
    }),
  },
  {
    wrong: "forgets the source snapshot in the request",
    number: 15,
    breakDriver: ({ createVolume }) => ({
      createVolume: async ({ sourceSnapshotId, ...input }, context) => {
        const started = await createVolume(input, context);
        const resource: Volume =
          sourceSnapshotId === undefined ? started.resource : { ...started.resource, sourceSnapshotId };
        return { ...started, resource };
      },
    }),
  },
  {
    wrong: "calls a full quota a rate limit",
    number: 21,
    breakDriver: ({ createVolume }) => ({
      createVolume: (input, context) =>
        createVolume(input, context).catch((error: unknown) => {
          if (!isPolyvolError(error, "resource_exhausted")) throw error;
          throw new PolyvolError("rate_limited", error.reason, { outcome: "not_applied" });
        }),
    }),
  },
  {
    wrong: "calls an unknown id a server error",
    number: 23,
    breakDriver: ({ getVolume }) => ({
      getVolume: (id, context) =>
        getVolume(id, context).catch(() => {
          throw new PolyvolError("unavailable", "500", { retryable: true, outcome: "unknown" });
        }),
    }),
  },
  {
    wrong: "shows the first page of volumes only",
    number: 27,
    options: { paging: { style: "cursor", maxPageSize: 3 } },
    breakDriver: ({ listVolumes }) => ({
      listVolumes: async (query, page, context) => {
        const { nextToken: _, ...rest } = await listVolumes(query, page, context);
        return rest;
      },
    }),
  },
  {
    wrong: "says that a volume is deleted and keeps it",
    number: 35,
    breakDriver: () => ({ deleteVolume: async () => ({ settled: true }) }),
  },
  {
    wrong: "says that a resize is done and does nothing",
    number: 39,
    breakDriver: () => ({ resizeVolume: async () => ({ settled: true }) }),
  },
  {
    wrong: "calls a snapshot usable that is being made",
    number: 47,
    options: ASYNCHRONOUS,
    breakDriver: ({ createSnapshot, getSnapshot }) => ({
      createSnapshot: async (input, context) => {
        const { resource } = await createSnapshot(input, context);
        return { resource: { ...resource, state: "available" }, settled: true };
      },
      getSnapshot: async (id, context) => ({ ...(await getSnapshot(id, context)), state: "available" }),
    }),
  },
  {
    wrong: "takes seconds for milliseconds",
    number: 48,
    breakDriver: ({ createSnapshot }) => ({
      createSnapshot: async (input, context) => {
        const started = await createSnapshot(input, context);
        const createdAt = new Date(started.resource.createdAt.getTime() / 1_000);
        return { ...started, resource: { ...started.resource, createdAt } };
      },
    }),
  },
  {
    wrong: "forgets the tags of snapshots",
    number: 58,
    breakDriver: ({ createSnapshot }) => ({
      createSnapshot: (input, context) => createSnapshot({ ...input, tags: {} }, context),
    }),
  },
  {
    wrong: "attaches to another server than the one that was named",
    number: 61,
    breakDriver: ({ attachVolume }) => ({
      attachVolume: async (id, _server, context) => (await attachVolume?.(id, "server-2", context)) ?? {},
    }),
  },
  {
    wrong: "says that a lost create was not carried out",
    number: 64,
    options: { names: "free" },
    breakDriver: ({ createVolume }) => ({
      createVolume: (input, context) =>
        createVolume(input, context).catch((error: unknown) => {
          if (!isPolyvolError(error, "unavailable")) throw error;
          throw new PolyvolError("unavailable", error.reason, { retryable: true, outcome: "not_applied" });
        }),
    }),
  },
  {
    wrong: "says that a create which was answered with 503 was not carried out",
    number: 64,
    breakDriver: ({ createVolume }) => ({
      createVolume: (input, context) =>
        createVolume(input, context).catch((error: unknown) => {
          if (!isPolyvolError(error, "unavailable") || error.status !== 503) throw error;
          throw new PolyvolError("unavailable", error.reason, {
            status: 503,
            retryable: true,
            outcome: "not_applied",
          });
        }),
    }),
  },
  {
    wrong: "says that a busy snapshot stays busy",
    number: 54,
    options: { asynchronous: { deleteSnapshotMs: 0 } },
    peculiar: { deletion: "immediate" },
    breakDriver: ({ deleteSnapshot }) => ({
      deleteSnapshot: (id, context) =>
        deleteSnapshot(id, context).catch((error: unknown) => {
          if (!isPolyvolError(error, "conflict")) throw error;
          throw new PolyvolError("conflict", error.reason, { outcome: "not_applied" });
        }),
    }),
  },
  {
    wrong: "retries by itself",
    number: 67,
    breakDriver: ({ getVolume }) => ({
      getVolume: (id, context) =>
        getVolume(id, context).catch((error: unknown) => {
          if (!isPolyvolError(error, "unavailable")) throw error;
          return getVolume(id, context);
        }),
    }),
  },
  {
    wrong: "says that the creation of a volume is over when it has begun",
    number: 66,
    options: ASYNCHRONOUS,
    breakDriver: ({ createVolume }) => ({
      createVolume: async (input, context) => ({ ...(await createVolume(input, context)), settled: true }),
    }),
  },
  {
    wrong: "says that the creation of a snapshot is over when it has begun",
    number: 67,
    options: ASYNCHRONOUS,
    breakDriver: ({ createSnapshot }) => ({
      createSnapshot: async (input, context) => ({
        ...(await createSnapshot(input, context)),
        settled: true,
      }),
    }),
  },
  {
    wrong: "says that a resize is over when it has begun",
    number: 66,
    options: ASYNCHRONOUS,
    breakDriver: ({ resizeVolume }) => ({
      resizeVolume: async (id, sizeGiB, context) => {
        await resizeVolume?.(id, sizeGiB, context);
        return { settled: true };
      },
    }),
  },
  {
    wrong: "says that a failed delete must not be repeated",
    number: 65,
    breakDriver: ({ deleteVolume }) => ({
      deleteVolume: (id, context) =>
        deleteVolume(id, context).catch((error: unknown) => {
          if (!isPolyvolError(error, "unavailable")) throw error;
          throw new PolyvolError("unavailable", error.reason, { retryable: false, outcome: "unknown" });
        }),
    }),
  },
  {
    wrong: "never says that work has failed",
    number: 66,
    options: ASYNCHRONOUS,
    breakDriver: ({ getSnapshot }) => ({
      getSnapshot: async (id, context) => {
        const snapshot = await getSnapshot(id, context);
        return snapshot.state === "error" ? { ...snapshot, state: "creating" } : snapshot;
      },
    }),
  },
  {
    wrong: "keeps no names unique and says that they are",
    number: 68,
    options: { names: "free" },
    breakDriver: ({ capabilities }) => ({
      capabilities: { ...capabilities, volumeNames: { enforced: true, scope: "region" } },
    }),
  },
  {
    wrong: "leaves the request id out of a malformed answer",
    number: 69,
    breakDriver: ({ getVolume }) => ({
      getVolume: (id, context) =>
        getVolume(id, context).catch((error: unknown) => {
          if (!isPolyvolError(error, "malformed_response")) throw error;
          throw new PolyvolError("malformed_response", error.reason, { retryable: false });
        }),
    }),
  },
  {
    wrong: "takes a state that it does not know for a good one",
    number: 70,
    breakDriver: ({ getVolume }) => ({
      getVolume: async (id, context) => {
        const volume = await getVolume(id, context);
        return volume.state === "unknown" ? { ...volume, state: "available" } : volume;
      },
    }),
  },
];

describeFaults("a driver that", FAULTS);

test("leftovers fail case 71", async () => {
  const report = await checkBlockStorageDriver(
    "untidy",
    () => {
      const harness = memoryHarness({});
      // The kit sees what the provider holds, whatever the driver says.
      return { ...harness, driver: { ...harness.driver, deleteVolume: async () => ({ settled: true }) } };
    },
    { only: [9, 71] },
  );
  expect(report.cases.map(({ number, result }) => [number, result])).toEqual([
    [9, "passed"],
    [71, "failed"],
  ]);
});
