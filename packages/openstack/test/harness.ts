import type { FaultTarget, Harness } from "@polyvol/conformance";
import { createVirtualClock } from "@polyvol/core/driver";
import type { OpenStackOptions } from "@polyvol/emulators/openstack";
import { createOpenStackDriver, type OpenStackDriverOptions } from "@polyvol/openstack";
import { openEmulatedCloud, SERVERS } from "./emulated-cloud.ts";
import { faultsOf } from "./kit-faults.ts";

const MANY = 1_000_000;
/** The work behind a step, which fails after its request was accepted. */
const WORK: Partial<Record<FaultTarget, string>> = {
  "volumes.create": "create_volume",
  "volumes.resize": "extend_volume",
  "snapshots.create": "create_snapshot",
};

/** A harness of the conformance kit over the emulator behind a real port. */
export async function openStackHarness(
  options: OpenStackOptions = {},
  driverOptions: OpenStackDriverOptions = {},
  create: typeof createOpenStackDriver = createOpenStackDriver,
): Promise<Harness> {
  const clock = createVirtualClock(Date.UTC(2026, 6, 14, 9));
  const { emulator, connection, close } = await openEmulatedCloud(clock, {
    quotas: { volumes: MANY, snapshots: MANY, gigabytes: MANY },
    // Long enough for what the kit does while something is under way.
    workMs: 1_500,
    // Volumes that several servers can have, as the adapter says that there can be.
    volumeTypes: ["multiattach"],
    ...options,
  });
  const connect = (password?: string): Harness["driver"] =>
    create({ ...connection(password), ...driverOptions });
  const api = () => emulator.log.entries().filter(({ target }) => /^\/(?:v3|compute)\//.test(target));
  return {
    driver: connect(),
    clock,
    ids: {
      missingVolume: "3f500f00-ed80-4566-a057-e31760226f9a",
      missingSnapshot: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
      // Cinder alone knows no servers: Nova does.
      malformed: ["no-uuid", "with/slash", "with.dot", "with blank", "한글"],
      regions: ["RegionOne"],
      servers: SERVERS,
    },
    badCredentials: () => connect("another-password"),
    secondProcess: () => connect(),
    faults: {
      inject(fault) {
        const { on, effect, count = 1 } = fault;
        const work = on === "volumes.attach" && options.compute ? "attach_volume" : WORK[on];
        if (effect !== "fail_later") {
          for (const each of faultsOf(fault, options.compute)) emulator.faults.add(each);
        } else if (work !== undefined) emulator.seed({ failures: { [work]: count } });
        else throw new Error(`nothing fails later of ${on}`);
      },
      busy: ["volumes.resize", "volumes.delete", "snapshots.create", "snapshots.delete"],
      clear: () => emulator.faults.clear(),
      waiting: () => emulator.faults.list().filter(({ applied }) => applied === 0).length,
    },
    requests: () => {
      const all = api();
      return { total: all.length, changes: all.filter(({ method }) => method !== "GET").length };
    },
    lastVolumeCreate: () => {
      const last = api().findLast(({ method, target }) => method === "POST" && target.endsWith("/volumes"));
      if (last === undefined) return undefined;
      const { volume } = JSON.parse(last.requestBody) as {
        readonly volume: { readonly snapshot_id?: string };
      };
      return volume.snapshot_id === undefined ? {} : { sourceSnapshotId: volume.snapshot_id };
    },
    holds: () => emulator.inventory(),
    dispose: () => close(),
  };
}
