/*
 * Changes that go on after their answer. The state of a resource shows how they end, but for one: a volume that could
 * not grow is `available` again, in its old size. That is followed by a record of our own, which names the request.
 */
import { isPolyvolError } from "@polyvol/core";
import {
  type CallContext,
  isSameId,
  type Pending,
  type PendingStatus,
  refusedArgument,
} from "@polyvol/core/driver";
import { cinderVolumeState } from "@polyvol/core/http";
import * as api from "./api.ts";
import { hasFeature } from "./api-versions.ts";
import type { Client } from "./client.ts";
import type { WireVolume } from "./wire.ts";

const KIND = "extend";

/** The growth of a volume, found again by what is in it. */
export function growth(volumeId: string, sizeGiB: number, requestId: string): Pending {
  return { kind: KIND, token: `${volumeId}/${sizeGiB}/${requestId}` };
}

/** How far a growth is. @throws PolyvolError `invalid_argument` for what is no record of one */
export async function checkGrowth(
  client: Client,
  { kind, token }: Pending,
  context: CallContext,
): Promise<PendingStatus> {
  const [, id, size, requestId] = /^([^/]+)\/(\d{1,10})\/([\w-]*)$/.exec(token) ?? [];
  if (kind !== KIND || id === undefined || size === undefined || requestId === undefined)
    throw refusedArgument("this is no pending change of an OpenStack volume");
  const volume = await volumeOf(client, id, context);
  // Whether it has gone, or a copy that lags behind does not know it, core sees by itself, too.
  if (volume === undefined || volume.size >= Number(size)) return { state: "succeeded" };
  const state = cinderVolumeState(volume.status);
  if (state !== "available" && state !== "in_use" && state !== "error")
    return { state: "running", seen: volume.status };
  const reason = await reasonOf(client, id, requestId, context);
  if (reason !== undefined) return { state: "failed", reason };
  // Nothing is under way any more; that the size is the old one, core sees by itself.
  return { state: "succeeded" };
}

/** `undefined`: it is not found. */
async function volumeOf(client: Client, id: string, context: CallContext): Promise<WireVolume | undefined> {
  try {
    return (await client.send(api.getVolume(id), context)).volume;
  } catch (error) {
    if (isPolyvolError(error, "not_found")) return undefined;
    throw error;
  }
}

/** What the service says of why the work of a request failed; `undefined` where it says nothing. */
async function reasonOf(
  client: Client,
  resourceId: string,
  requestId: string,
  context: CallContext,
): Promise<string | undefined> {
  const version = await client.version(context);
  if (requestId === "" || !hasFeature(version, "the reasons of failures (messages)")) return undefined;
  const { messages } = await client.send(api.listMessages(resourceId), context).catch((error: unknown) => {
    // Kept from us, or not there at all: the reason is not known, and nothing else is said by that.
    if (!isPolyvolError(error) || ![403, 404].includes(error.status ?? 0)) throw error;
    return { messages: [] };
  });
  const own = messages.find(
    (each) => isSameId(each.resource_uuid, resourceId) && each.request_id === requestId,
  );
  return own?.user_message ?? undefined;
}

/** Changes that are remembered; of older ones only the state tells. */
const MOST_REMEMBERED = 1_000;

/** Why changes failed: told by the request that began the latest one of a resource. */
export function createReasons(client: Client) {
  const requests = new Map<string, string>();
  return {
    remember: (resourceId: string, requestId: string): void => {
      requests.delete(resourceId);
      requests.set(resourceId, requestId);
      for (const oldest of requests.keys()) {
        if (requests.size <= MOST_REMEMBERED) break;
        requests.delete(oldest);
      }
    },
    of: (resourceId: string, context: CallContext): Promise<string | undefined> =>
      reasonOf(client, resourceId, requests.get(resourceId) ?? "", context),
  };
}
