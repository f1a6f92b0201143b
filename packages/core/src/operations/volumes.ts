import type { Volumes } from "../block-storage.ts";
import { type Call, checkedNow } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { theOneNamed } from "../create/found.ts";
import { checkCallOptions, checkCreateVolume, checkVolumeKey, checkVolumeQuery } from "../input.ts";
import { type Defined, omitUndefined } from "../omit-undefined.ts";
import type { CreateVolumeInput, WaitOptions } from "../options.ts";
import type { Volume } from "../volume.ts";
import type { Changes } from "./changes.ts";
import type { WithChanges } from "./load-changes.ts";
import { requireCapability, runOperation, runOperationOn } from "./operation-table.ts";
import type { VolumeReads } from "./resources.ts";

/** The portable operations on volumes: what is given is read at the call, whenever the code of changes is there. */
export function createVolumes(runtime: Runtime, reads: VolumeReads, withChanges: WithChanges): Volumes {
  const { driver, capabilities } = runtime;
  /** Where a name means one volume, when the caller says no region. */
  const home = capabilities.volumeNames.scope === "region" ? driver.defaultRegion : undefined;

  function inputOf(call: Call, value: unknown): Defined<CreateVolumeInput> {
    const input = checkCreateVolume(value);
    call.about({ kind: "volume", name: input.name });
    return input;
  }

  function change(
    name: "resize" | "attach" | "detach" | "revert" | "rename",
    id: string,
    options: WaitOptions | undefined,
    task: (changes: Changes["volumes"], call: Call, onProgress: WaitOptions["onProgress"]) => Promise<Volume>,
  ): Promise<Volume> {
    const onProgress = options?.onProgress;
    return runOperationOn(runtime, `volumes.${name}`, id, options, (call) =>
      withChanges(call, ({ volumes }) => task(volumes, call, onProgress)),
    );
  }

  /** A change whose argument is a text: an id, or a name. */
  function changeBy(
    name: "attach" | "detach" | "revert" | "rename",
  ): (id: string, text: string, options?: WaitOptions) => Promise<Volume> {
    return (id, text, options) =>
      change(name, id, options, (changes, call, onProgress) => changes[name](call, id, text, onProgress));
  }

  return {
    list: (query, options) =>
      checkedNow(runtime, "volumes.list", () => {
        const checked = checkVolumeQuery(query);
        checkCallOptions(options);
        if (checked.tags !== undefined) {
          const cannot = "tags of volumes cannot be read here; choose by name or id";
          requireCapability(runtime, "volumes.readTags", cannot);
        }
        return reads.list(checked, options);
      }),
    get: (id, options) => runOperationOn(runtime, "volumes.get", id, options, (call) => reads.get(call, id)),
    find: (query, options) =>
      runOperation(runtime, "volumes.find", options, async (call) => {
        const { name, region } = checkVolumeKey(query);
        const found = await reads.listAll(call, omitUndefined({ name, region }));
        return theOneNamed(found, region === undefined ? home : undefined);
      }),
    create: (value, options) =>
      runOperation(runtime, "volumes.create", options, async (call) => {
        const input = inputOf(call, value);
        return await withChanges(call, ({ volumes }) => volumes.create(call, input, options));
      }),
    beginCreate: (value, options) =>
      runOperation(runtime, "volumes.beginCreate", options, async (call) => {
        const input = inputOf(call, value);
        return await withChanges(call, ({ volumes }) => volumes.beginCreate(call, input));
      }),
    resize: (id, sizeGiB, options) =>
      change("resize", id, options, (changes, call, onProgress) =>
        changes.resize(call, id, sizeGiB, onProgress),
      ),
    attach: changeBy("attach"),
    detach: changeBy("detach"),
    revert: changeBy("revert"),
    rename: changeBy("rename"),
    delete: (id, options) =>
      runOperationOn(runtime, "volumes.delete", id, options, async (call) => {
        const withSnapshots = options?.snapshots === "delete";
        const deletion = { id, withSnapshots, onProgress: options?.onProgress };
        await withChanges(call, ({ volumes }) => volumes.delete(call, deletion));
      }),
  };
}
