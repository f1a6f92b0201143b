/** What OpenStack documents of volumes and of Nova's metadata service, as a server sees them. */
import type { Volume } from "@polyvol/core";
import { type DeviceHints, omitUndefined, type ServerIdentitySource } from "@polyvol/core/driver";

/** As many characters of a disk's serial as virtio has room for. */
const VIRTIO_SERIAL_LENGTH = 20;

/**
 * The id of a volume is the serial of its disk. How much of it is shown, and under which name, is a matter of the bus:
 * virtio, SCSI by QEMU, or the world-wide name that VMware makes of it.
 */
export function deviceHints({ id }: Volume): DeviceHints {
  const serials = [id.slice(0, VIRTIO_SERIAL_LENGTH), id];
  return {
    links: [
      ...serials.map((serial) => `virtio-${serial}`),
      ...serials.map((serial) => `scsi-0QEMU_QEMU_HARDDISK_${serial}`),
      `wwn-0x${id.replaceAll("-", "")}`,
    ],
  };
}

/** The zone is the compute service's, which need not be one of the volume service. No region is told. */
export const serverIdentity: ServerIdentitySource = {
  origin: "http://169.254.169.254",
  paths: ["/openstack/latest/meta_data.json"],
  read: ([text = ""]) => {
    const { uuid, availability_zone: zone } = parseObject(text);
    if (typeof uuid !== "string" || !/^[0-9a-f-]{36}$/i.test(uuid)) return undefined;
    return omitUndefined({
      serverId: uuid,
      serverZone: typeof zone === "string" && zone !== "" ? zone : undefined,
    });
  },
};

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
