import {
  type BlockStorage,
  type BlockStorageOptions,
  type Capability,
  createBlockStorage,
} from "@polyvol/core";
import {
  type BlockStorageDriver,
  type CallContext,
  type Changed,
  type CheckedOf,
  omitUndefined,
  type Pending,
  parseValues,
  type Rules,
  rule,
  type Started,
} from "@polyvol/core/driver";
import * as z from "zod/mini";
import { createMemoryAccount, type MemoryAccount } from "./account.ts";
import { callAccount } from "./call.ts";
import { createCallCounter, type MemoryCalls, type MemoryMethod } from "./calls.ts";
import { Refusal } from "./failure.ts";
import { attemptIdOf, toSnapshot, toVolume } from "./mapping.ts";
import { accountRules, type MemoryAccountOptions } from "./options.ts";
import { cutPage } from "./paging.ts";
import { type Commit, listed, type SnapshotRecord, STATE, type VolumeRecord } from "./state.ts";
import { VERSION } from "./version.ts";

/** What is a driver's own; everything else is the account's. */
interface MemoryDriverSettings {
  /** `false`: this driver's credentials are wrong. Default `true`. */
  readonly authorised?: boolean | undefined;
  /** `true`: this driver's credentials are shown no tags, as if there were none. Default `false`. */
  readonly hidesTags?: boolean | undefined;
}

/** Either an account that is there, or the rules of a new one. */
export type MemoryDriverOptions = MemoryDriverSettings &
  (({ readonly account?: undefined } & MemoryAccountOptions) | { readonly account: MemoryAccount });

/** The reference driver, with what a test wants to see of it. */
export interface MemoryDriver extends BlockStorageDriver {
  /** The account that it works on. */
  readonly account: MemoryAccount;
  /** Calls of this driver alone; the account's are in `account.calls`. */
  readonly calls: MemoryCalls;
}

const API_VERSION = "memory 1";

const driverRules = {
  account: rule(
    z.custom<MemoryAccount>((value) => STATE in Object(value)),
    "what createMemoryAccount gives",
  ),
  authorised: rule(z.boolean(), "true or false"),
  hidesTags: rule(z.boolean(), "true or false"),
};

/** The options of a driver, those of a new account among them only where none is given. @throws PolyvolError `invalid_argument` */
function checkDriverOptions(given: unknown): CheckedOf<typeof driverRules> & MemoryAccountOptions {
  const isOfAnother = Object(given).account !== undefined;
  const rules: Rules = isOfAnother ? driverRules : { ...driverRules, ...accountRules };
  return parseValues(given, rules) as ReturnType<typeof checkDriverOptions>;
}

/** Block storage in memory: a fake for tests, and the driver that shows how a driver is meant. */
export function createMemoryStorage(
  options: MemoryDriverOptions = {},
  storageOptions: BlockStorageOptions = {},
): BlockStorage {
  const driver = createMemoryDriver(options);
  return createBlockStorage(driver, { clock: driver.account.clock, ...omitUndefined(storageOptions) });
}

/**
 * The driver alone, for `createBlockStorage` and the conformance kit.
 *
 * @throws PolyvolError `invalid_argument` for an option that does not exist or does not fit, or that is of an account
 * where one is given
 */
export function createMemoryDriver(options: MemoryDriverOptions = {}): MemoryDriver {
  const { account: given, authorised = true, hidesTags = false, ...rules } = checkDriverOptions(options);
  const account = given ?? createMemoryAccount(rules);
  const { state, volumes, snapshots } = account[STATE];
  const { capabilities, settings } = state;
  const calls = createCallCounter();
  const supports = (capability: Capability): boolean => capabilities.supports.includes(capability);
  const reading = { provider: settings.provider, readTags: supports("volumes.readTags"), hidesTags };
  const settled = settings.mode === "none";
  const [defaultRegion] = settings.regions;

  function send<T>(
    method: MemoryMethod,
    argument: unknown,
    context: CallContext,
    commit: (commit: Commit) => T,
  ): Promise<T> {
    return callAccount(state, { authorised, calls }, { method, argument, context, commit });
  }

  function change(
    method: MemoryMethod,
    id: string,
    context: CallContext,
    start: (commit: Commit) => Pending | undefined,
  ): Promise<Changed> {
    return send(method, id, context, (commit) => omitUndefined({ settled, pending: start(commit) }));
  }

  function started<T>(resource: T, pending: Pending | undefined): Started<T> {
    return { resource, settled, ...omitUndefined({ pending }) };
  }

  return {
    provider: settings.provider,
    version: VERSION,
    capabilities,
    paging: settings.paging,
    polling: settings.polling,
    settleMs: settings.settleMs,
    deletion: settled ? "immediate" : "eventual",
    ...omitUndefined({ defaultRegion }),
    account,
    calls,

    checkHealth: (context) =>
      send("checkHealth", undefined, context, ({ now }) => ({
        apiVersion: API_VERSION,
        serverTime: new Date(now),
      })),

    canSeeTags: (context) => send("canSeeTags", undefined, context, () => !hidesTags),

    createVolume: (input, context) =>
      send("createVolume", input, context, (commit) => {
        const [record, pending] = volumes.create(input, commit);
        return started(toVolume(record, reading, commit), pending);
      }),
    getVolume: (id, context) =>
      send("getVolume", id, context, (commit) => toVolume(volumes.get(id), reading, commit)),
    listVolumes: (query, page, context) =>
      send("listVolumes", query, context, (commit) => {
        const fits = ({ name, region }: VolumeRecord): boolean =>
          (query.name ?? name) === name && (query.region ?? region) === region;
        const cut = cutPage(state, listed(state, state.volumes, commit.now).filter(fits), page, commit);
        return { ...cut, items: cut.items.map((record) => toVolume(record, reading, commit)) };
      }),
    deleteVolume: (id, context) =>
      change("deleteVolume", id, context, (commit) => volumes.delete(id, commit)),
    ...(supports("volumes.resize") && {
      resizeVolume: (id, sizeGiB, context) =>
        change("resizeVolume", id, context, (commit) => volumes.resize(id, sizeGiB, commit)),
    }),
    ...(supports("volumes.attach") && {
      attachVolume: (id, serverId, context) =>
        change("attachVolume", id, context, (commit) => volumes.attach(id, serverId, commit)),
      detachVolume: (id, serverId, context) =>
        change("detachVolume", id, context, (commit) => volumes.detach(id, serverId, commit)),
    }),
    ...(supports("volumes.revert") && {
      revertVolume: (id, snapshotId, context) =>
        change("revertVolume", id, context, (commit) => volumes.revert(id, snapshotId, commit)),
    }),
    ...(supports("volumes.rename") && {
      renameVolume: (id, name, context) =>
        change("renameVolume", id, context, () => volumes.rename(id, name)),
    }),

    createSnapshot: (input, context) =>
      send("createSnapshot", input, context, (commit) => {
        const [record, pending] = snapshots.create(input, commit);
        return started(toSnapshot(record, reading, commit), pending);
      }),
    getSnapshot: (id, context) =>
      send("getSnapshot", id, context, (commit) => toSnapshot(snapshots.get(id), reading, commit)),
    listSnapshots: (query, page, context) =>
      send("listSnapshots", query, context, (commit) => {
        const fits = ({ name, volumeId }: SnapshotRecord): boolean =>
          (query.name ?? name) === name && (query.volumeId ?? volumeId) === volumeId;
        const cut = cutPage(state, listed(state, state.snapshots, commit.now).filter(fits), page, commit);
        return { ...cut, items: cut.items.map((record) => toSnapshot(record, reading, commit)) };
      }),
    deleteSnapshot: (id, context) =>
      change("deleteSnapshot", id, context, (commit) => snapshots.delete(id, commit)),
    ...(supports("snapshots.update") && {
      updateSnapshot: (id, changes, context) =>
        change("updateSnapshot", id, context, () => snapshots.update(id, changes)),
    }),

    ...(!capabilities.snapshotNames.enforced && { attemptIdOf }),
    ...(settings.mode === "record" && {
      checkPending: ({ token }, context) =>
        send("checkPending", token, context, () => {
          const status = state.jobs.get(token);
          if (status === undefined) throw new Refusal("not_found", "there is no such record");
          return status;
        }),
    }),
  };
}
