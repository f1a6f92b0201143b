import {
  type BlockStorage,
  isPolyvolError,
  PolyvolError,
  type PolyvolErrorDetails,
  type Volume,
} from "@polyvol/core";
import { OPERATION } from "./reach.ts";
import type { SnapshotUseRequest } from "./types.ts";

/** What an error says of the volume that it is about. */
export function aboutVolume({ id, name, provider }: Volume): PolyvolErrorDetails {
  return { provider, operation: OPERATION, resource: { kind: "volume", id, name } };
}

/**
 * Attaches the temporary volume to the server. Where zones are known to differ, a refusal says so: some clouds attach
 * across zones, so it is tried all the same.
 */
export async function attachHere(
  storage: BlockStorage,
  volume: Volume,
  { serverId, serverZone }: SnapshotUseRequest,
  call: { readonly timeoutMs: number; readonly abortSignal?: AbortSignal },
): Promise<Volume> {
  try {
    return await storage.volumes.attach(volume.id, serverId, call);
  } catch (error) {
    const { zone } = volume;
    const differ = zone !== undefined && serverZone !== undefined && zone !== serverZone;
    if (!differ || !isPolyvolError(error)) throw error;
    const reason = `the server ${serverId} is in the zone ${serverZone} and the volume in ${zone}: ${error.reason}`;
    throw new PolyvolError(error.code, reason, { ...(error as PolyvolErrorDetails), cause: error });
  }
}
