/** One function for each endpoint that is used: its request, and what the answer must look like. */
import type { DriverSnapshotQuery, PageRequest } from "@polyvol/core/driver";
import { pathSegment, type ResponseParser } from "@polyvol/core/http";
import type { ApiRequest } from "./client.ts";
import { idSegment } from "./service-client.ts";
import * as wire from "./wire.ts";

/** What metadata is kept of. */
export type Kind = "volumes" | "snapshots";

const volume = (id: string): string => `/volumes/${idSegment(id)}`;
const snapshot = (id: string): string => `/snapshots/${idSegment(id)}`;
const metadata = (kind: Kind, id: string): string => `/${kind}/${idSegment(id)}/metadata`;

function get<T>(path: string, response: ResponseParser<T>): ApiRequest<T> {
  return { method: "GET", path, response };
}

function change(method: "POST" | "PUT" | "DELETE", path: string, body?: object): ApiRequest<undefined> {
  return { method, path, body };
}

function act(id: string, action: object): ApiRequest<undefined> {
  return change("POST", `${volume(id)}/action`, action);
}

const page = ({ size, after }: PageRequest) => ({ limit: size, marker: after });

export const createVolume = (body: object) => ({
  ...change("POST", "/volumes", { volume: body }),
  response: wire.volumeAnswer,
});
/** By filters that the service ships with in every version. */
export const listVolumes = (
  at: PageRequest,
  of: { readonly name?: string | undefined; readonly status?: string },
) => ({
  ...get("/volumes/detail", wire.volumesAnswer),
  query: { ...page(at), name: of.name, status: of.status },
});
export const getVolume = (id: string) => get(volume(id), wire.volumeAnswer);
export const updateVolume = (id: string, body: object) => change("PUT", volume(id), { volume: body });
/** Left to itself the service keeps snapshots, and the volume with them. */
export const deleteVolume = (id: string) => change("DELETE", volume(id));
export const extendVolume = (id: string, size: number) => act(id, { "os-extend": { new_size: size } });
/** Nothing of the volume tells that it was done, so the service's own status alone says that it was accepted. */
export const revertVolume = (id: string, snapshotId: string): ApiRequest<undefined> => ({
  ...act(id, { revert: { snapshot_id: snapshotId } }),
  status: 202,
  feature: "going back to a snapshot (revert)",
});
export const attachVolume = (id: string, serverId: string, mountpoint: string) =>
  act(id, { "os-attach": { instance_uuid: serverId, mountpoint } });
export const detachVolume = (id: string, attachmentId: string) =>
  act(id, { "os-detach": { attachment_id: attachmentId } });

export const createSnapshot = (body: object) => ({
  ...change("POST", "/snapshots", { snapshot: body }),
  response: wire.snapshotAnswer,
});
export const listSnapshots = (at: PageRequest, of: DriverSnapshotQuery) => ({
  ...get("/snapshots/detail", wire.snapshotsAnswer),
  query: { ...page(at), name: of.name, volume_id: of.volumeId },
});
export const getSnapshot = (id: string) => get(snapshot(id), wire.snapshotAnswer);
export const updateSnapshot = (id: string, body: object) => change("PUT", snapshot(id), { snapshot: body });
export const deleteSnapshot = (id: string) => change("DELETE", snapshot(id));

/** Merged with what is there. */
export const setMetadata = (kind: Kind, id: string, entries: object) =>
  change("POST", metadata(kind, id), { metadata: entries });
export const deleteMetadata = (kind: Kind, id: string, key: string) =>
  change("DELETE", `${metadata(kind, id)}/${pathSegment(key)}`);

/** Never without the resource: the service would show those of other projects. */
export const listMessages = (resourceId: string): ApiRequest<{ readonly messages: wire.WireMessage[] }> => ({
  ...get("/messages", wire.messagesAnswer),
  query: { resource_uuid: resourceId },
  feature: "the reasons of failures (messages)",
});
export const listVolumeTypes = () => get("/types", wire.typesAnswer);
export const getVolumeType = (id: string) => get(`/types/${pathSegment(id)}`, wire.typeAnswer);
export const listZones = () => get("/os-availability-zone", wire.zonesAnswer);
export const getQuotas = (projectId: string) => ({
  ...get(`/os-quota-sets/${pathSegment(projectId)}`, wire.quotasAnswer),
  query: { usage: true },
});
