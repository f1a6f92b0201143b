/** What DigitalOcean documents of volumes and of the metadata service, as a Droplet sees them. */
import type { Volume } from "@polyvol/core";
import type { DeviceHints, ServerIdentitySource } from "@polyvol/core/driver";

/** Names are unique within a region, and a Droplet has volumes of its own region only. */
export function deviceHints({ name }: Volume): DeviceHints {
  return { links: [`scsi-0DO_Volume_${name}`] };
}

/** Two plain texts: the document that has everything at once also has user data and keys. */
export const serverIdentity: ServerIdentitySource = {
  origin: "http://169.254.169.254",
  paths: ["/metadata/v1/id", "/metadata/v1/region"],
  read: ([id = "", region = ""]) => {
    const serverId = id.trim();
    const serverRegion = region.trim();
    if (!/^[1-9]\d*$/.test(serverId) || !/^[a-z0-9-]+$/.test(serverRegion)) return undefined;
    return { serverId, serverRegion };
  },
};
