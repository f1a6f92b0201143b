import type { BlockStorage } from "@polyvol/core";
import type { ServerIdentity } from "@polyvol/core/driver";
import { type Clouds, cloudNamed } from "../clouds.ts";
import { serverOf } from "../mount/find-server.ts";
import { type Candidate, untaken } from "./choose.ts";
import type { OffsiteCallOptions, OffsiteVolume } from "./types.ts";

/** A volume that is due, and this machine as the server that can attach it. */
export interface InReach {
  readonly candidate: Candidate;
  readonly storage: BlockStorage;
  readonly server: ServerIdentity;
}

/**
 * What this server can attach, and what not, with the reason. Each cloud's metadata service is asked once.
 *
 * @throws PolyvolError when something is due, and it is known of no cloud which server this is
 */
export async function sortByReach(
  due: readonly Candidate[],
  clouds: Clouds,
  { serverId, metadataUrl, abortSignal }: OffsiteCallOptions,
): Promise<{ readonly inReach: readonly InReach[]; readonly elsewhere: readonly OffsiteVolume[] }> {
  const servers = new Map<string, Promise<ServerIdentity>>();
  const inReach: InReach[] = [];
  const elsewhere: OffsiteVolume[] = [];
  const errors: unknown[] = [];
  for (const candidate of due) {
    const { cloud, volume, newest } = candidate;
    const storage = cloudNamed(clouds, cloud.name);
    const asked = servers.get(cloud.name) ?? serverOf(storage, { serverId, metadataUrl, abortSignal });
    servers.set(cloud.name, asked);
    let server: ServerIdentity;
    try {
      server = await asked;
    } catch (error) {
      abortSignal?.throwIfAborted();
      errors.push(error);
      const reason = `this machine is not known to be a server of ${cloud.name}`;
      elsewhere.push(untaken(candidate, "elsewhere", reason));
      continue;
    }
    const { serverRegion: region } = server;
    if (region === undefined || volume.region === region || newest.regions.includes(region)) {
      inReach.push({ candidate, storage, server });
    } else {
      const reason = `it is in ${volume.region}, and the server ${server.serverId} in ${region}`;
      elsewhere.push(untaken(candidate, "elsewhere", reason));
    }
  }
  if (errors.length > 0 && errors.length === due.length) throw errors[0];
  return { inReach, elsewhere };
}
