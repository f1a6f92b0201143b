import type { BlockStorage } from "@polyvol/core";
import type { ServerIdentity } from "@polyvol/core/driver";
import { type Clouds, cloudNamed } from "../clouds.ts";
import { findServer } from "../mount/find-server.ts";
import type { Candidate } from "./choose.ts";
import type { OffsiteCallOptions } from "./types.ts";

/** Whether this server can attach the volume of a candidate. */
export type Reach =
  | { readonly storage: BlockStorage; readonly server: ServerIdentity }
  /** Why not, in words, and the error where it is not known which server this is. */
  | { readonly elsewhere: string; readonly error?: unknown };

/** Says of each candidate whether it is in reach. Each cloud's metadata service is asked once. */
export function createReach(
  clouds: Clouds,
  { serverId, metadataUrl, abortSignal }: OffsiteCallOptions,
): (candidate: Candidate) => Promise<Reach> {
  const servers = new Map<string, Promise<ServerIdentity>>();
  const serverOn = (cloud: string, storage: BlockStorage): Promise<ServerIdentity> => {
    const known = servers.get(cloud);
    if (known !== undefined) return known;
    const found =
      serverId === undefined
        ? findServer(storage, { metadataUrl, abortSignal })
        : Promise.resolve({ serverId });
    servers.set(cloud, found);
    return found;
  };
  return async ({ cloud, volume, newest }) => {
    const storage = cloudNamed(clouds, cloud.name);
    let server: ServerIdentity;
    try {
      server = await serverOn(cloud.name, storage);
    } catch (error) {
      abortSignal?.throwIfAborted();
      return { elsewhere: `this machine is not known to be a server of ${cloud.name}`, error };
    }
    const { serverRegion: region } = server;
    if (region === undefined || volume.region === region || newest.regions.includes(region)) {
      return { storage, server };
    }
    return { elsewhere: `it is in ${volume.region}, and the server ${server.serverId} in ${region}` };
  };
}
