import {
  type BlockStorage,
  type BlockStorageOptions,
  type Capability,
  createBlockStorage,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import type {
  BlockStorageDriver,
  CallContext,
  Changed,
  Pending,
  PendingStatus,
  Started,
} from "@polyvol/core/driver";
import { createMemoryAccount, type MemoryAccount } from "./account.ts";
import { callAccount } from "./call.ts";
import { createCallCounter, type MemoryCalls, type MemoryMethod } from "./calls.ts";
import {
  type Answer,
  attemptIdOf,
  readSnapshot,
  readVolume,
  snapshotAnswer,
  volumeAnswer,
} from "./mapping.ts";
import type { MemoryAccountOptions } from "./options.ts";
import { cutPage } from "./paging.ts";
import { Refusal } from "./refusal.ts";
import * as snapshots from "./snapshots.ts";
import { type Commit, listed, WORLD } from "./state.ts";
import { VERSION } from "./version.ts";
import * as volumes from "./volumes.ts";

/** What is a driver's own; everything else is the account's. */
interface MemoryDriverSettings {
  /** `false`: this driver's credentials are wrong. Default `true`. */
  readonly authorised?: boolean;
  /** `true`: this driver's credentials are shown no tags, as if there were none. Default `false`. */
  readonly hidesTags?: boolean;
}

/** Either an account that is there, or the rules of a new one. */
export type MemoryDriverOptions = MemoryDriverSettings &
  (({ readonly account?: never } & MemoryAccountOptions) | { readonly account: MemoryAccount });

/** The reference driver, with what a test wants to see of it. */
export interface MemoryDriver extends BlockStorageDriver {
  /** The account that it works on. */
  readonly account: MemoryAccount;
  /** Calls of this driver alone; the account's are in `account.calls`. */
  readonly calls: MemoryCalls;
}

const API_VERSION = "memory 1";

/** Block storage in memory: a fake for tests, and the driver that shows how a driver is meant. */
export function createMemoryStorage(
  options: MemoryDriverOptions = {},
  storageOptions: BlockStorageOptions = {},
): BlockStorage {
  const driver = createMemoryDriver(options);
  return createBlockStorage(driver, { clock: driver.account.clock, ...storageOptions });
}

/** The driver alone, for `createBlockStorage` and the conformance kit. */
export function createMemoryDriver(options: MemoryDriverOptions = {}): MemoryDriver {
  const account = options.account ?? createMemoryAccount(options);
  const authorised = options.authorised ?? true;
  const hidesTags = options.hidesTags ?? false;
  const world = account[WORLD];
  const { capabilities, settings } = world;
  const calls = createCallCounter();
  const supports = (capability: Capability): boolean => capabilities.supports.includes(capability);
  const readTags = supports("volumes.readTags");
  const immediate = settings.mode === "none";

  /** Sends one call; `read` makes of each resource in the answer what core wants. */
  async function send<Raw, T>(
    method: MemoryMethod,
    argument: unknown,
    context: CallContext,
    commit: (commit: Commit) => Raw,
    read: (raw: Raw, parse: Parsers) => T,
  ): Promise<T> {
    const reply = await callAccount(world, authorised, calls, { method, argument, context, commit });
    const reading = { provider: settings.provider, requestId: reply.requestId, readTags, hidesTags };
    return read(reply.value, {
      volume: (answer) => readVolume(reply.rewrite(answer), reading),
      snapshot: (answer) => readSnapshot(reply.rewrite(answer), reading),
    });
  }

  function change(
    method: MemoryMethod,
    id: string,
    context: CallContext,
    commit: (commit: Commit) => Pending | undefined,
  ): Promise<Changed> {
    return send(method, id, context, commit, (pending) => ({
      settled: immediate,
      ...(pending === undefined ? {} : { pending }),
    }));
  }

  function started<T>(resource: T, pending: Pending | undefined): Started<T> {
    return { resource, settled: immediate, ...(pending === undefined ? {} : { pending }) };
  }

  function statusOf(token: string): PendingStatus {
    const job = world.jobs.get(token);
    if (job === undefined) throw new Refusal("not_found", "there is no such record");
    if (job.status === "running") return { state: "running", seen: job.about };
    return job.status === "succeeded"
      ? { state: "succeeded" }
      : { state: "failed", reason: job.reason ?? "it failed" };
  }

  return {
    provider: settings.provider,
    version: VERSION,
    capabilities,
    paging: settings.paging,
    polling: settings.polling,
    settleMs: settings.settleMs,
    deletion: immediate ? "immediate" : "eventual",
    ...(settings.regions[0] === undefined ? {} : { defaultRegion: settings.regions[0] }),
    account,
    calls,

    checkHealth: (context) =>
      send(
        "checkHealth",
        undefined,
        context,
        ({ now }) => new Date(now),
        (serverTime) => ({ apiVersion: API_VERSION, serverTime }),
      ),

    canSeeTags: (context) =>
      send(
        "canSeeTags",
        undefined,
        context,
        () => !hidesTags,
        (visible) => visible,
      ),

    createVolume: (input, context) =>
      send(
        "createVolume",
        input,
        context,
        (commit) => {
          const { record, pending } = volumes.createVolume(world, input, commit);
          return { answer: volumeAnswer(record), pending };
        },
        ({ answer, pending }, parse) => started(parse.volume(answer), pending),
      ),
    getVolume: (id, context) =>
      send(
        "getVolume",
        id,
        context,
        () => volumeAnswer(volumes.volumeOf(world, id)),
        (answer, parse) => parse.volume(answer),
      ),
    listVolumes: (query, page, context) =>
      send(
        "listVolumes",
        query,
        context,
        ({ now, page: fault }) => {
          const found = listed(world, world.volumes, now).filter(
            (each) =>
              (query.name === undefined || each.name === query.name) &&
              (query.region === undefined || each.region === query.region),
          );
          const cut = cutPage(found, settings.paging, page, fault);
          return { ...cut, items: cut.items.map(volumeAnswer) };
        },
        (cut, parse) => ({ ...cut, items: cut.items.map(parse.volume) }),
      ),
    deleteVolume: (id, context) =>
      change("deleteVolume", id, context, (commit) => volumes.deleteVolume(world, id, commit)),
    ...(supports("volumes.resize") && {
      resizeVolume: (id, sizeGiB, context) =>
        change("resizeVolume", id, context, (commit) => volumes.resizeVolume(world, id, sizeGiB, commit)),
    }),
    ...(supports("volumes.attach") && {
      attachVolume: (id, serverId, context) =>
        change("attachVolume", id, context, (commit) => volumes.attachVolume(world, id, serverId, commit)),
      detachVolume: (id, serverId, context) =>
        change("detachVolume", id, context, (commit) => volumes.detachVolume(world, id, serverId, commit)),
    }),
    ...(supports("volumes.revert") && {
      revertVolume: (id, snapshotId, context) =>
        change("revertVolume", id, context, (commit) => volumes.revertVolume(world, id, snapshotId, commit)),
    }),
    ...(supports("volumes.rename") && {
      renameVolume: (id, name, context) =>
        change("renameVolume", id, context, () => volumes.renameVolume(world, id, name)),
    }),

    createSnapshot: (input, context) =>
      send(
        "createSnapshot",
        input,
        context,
        (commit) => {
          const { record, pending } = snapshots.createSnapshot(world, input, commit);
          return { answer: snapshotAnswer(record), pending };
        },
        ({ answer, pending }, parse) => started(parse.snapshot(answer), pending),
      ),
    getSnapshot: (id, context) =>
      send(
        "getSnapshot",
        id,
        context,
        () => snapshotAnswer(snapshots.snapshotOf(world, id)),
        (answer, parse) => parse.snapshot(answer),
      ),
    listSnapshots: (query, page, context) =>
      send(
        "listSnapshots",
        query,
        context,
        ({ now, page: fault }) => {
          const found = listed(world, world.snapshots, now).filter(
            (each) =>
              (query.name === undefined || each.name === query.name) &&
              (query.volumeId === undefined || each.volumeId === query.volumeId),
          );
          const cut = cutPage(found, settings.paging, page, fault);
          return { ...cut, items: cut.items.map(snapshotAnswer) };
        },
        (cut, parse) => ({ ...cut, items: cut.items.map(parse.snapshot) }),
      ),
    deleteSnapshot: (id, context) =>
      change("deleteSnapshot", id, context, (commit) => snapshots.deleteSnapshot(world, id, commit)),
    ...(supports("snapshots.update") && {
      updateSnapshot: (id, changes, context) =>
        change("updateSnapshot", id, context, () => snapshots.updateSnapshot(world, id, changes)),
    }),

    ...(!capabilities.snapshotNames.enforced && { attemptIdOf }),
    ...(settings.mode === "record" && {
      checkPending: (pending, context) =>
        send(
          "checkPending",
          pending.token,
          context,
          () => statusOf(pending.token),
          (status) => status,
        ),
    }),
  };
}

interface Parsers {
  readonly volume: (answer: Answer) => Volume;
  readonly snapshot: (answer: Answer) => Snapshot;
}
