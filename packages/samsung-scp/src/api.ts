/** One function for each endpoint that is used: its request, and what the answer must look like. */
import type { DriverSnapshotQuery, PageRequest } from "@polyvol/core/driver";
import { pathSegment, type ResponseParser } from "@polyvol/core/http";
import type { VersionedRequest } from "./api-versions.ts";
import type { toCreateVolumeBody } from "./mapping.ts";
import * as wire from "./wire.ts";

const volume = (id: string): string => `/v1/volumes/${pathSegment(id)}`;
const snapshot = (id: string): string => `/v1/snapshots/${pathSegment(id)}`;
const onServer = (id: string): string => `/v1/servers/${pathSegment(id)}/volumes`;

function get<T>(operation: string, path: string, response: ResponseParser<T>): VersionedRequest<T> {
  return { operation, method: "GET", path, response };
}

function change(
  operation: string,
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: object,
): VersionedRequest<undefined> {
  return { operation, method, path, body };
}

/** Left to itself the service answers 20 volumes, and counts each time how many there are. */
const page = ({ size, after, wantsTotal = false }: PageRequest) => ({
  limit: size,
  marker: after,
  with_count: wantsTotal,
});

export const createVolume = (
  body: ReturnType<typeof toCreateVolumeBody>,
): VersionedRequest<wire.WireVolume> => ({
  ...change("createVolume", "POST", "/v1/volumes", body),
  ...(body.max_iops || body.max_throughput ? { feature: "maxIops and maxThroughput of a new volume" } : {}),
  response: wire.volumeAnswer,
});
export const listVolumes = (at: PageRequest, name?: string) => ({
  ...get("listVolumes", "/v1/volumes", wire.volumesAnswer),
  query: { ...page(at), name },
});
export const getVolume = (id: string) => get("showVolume", volume(id), wire.volumeAnswer);
export const renameVolume = (id: string, name: string) => change("updateVolume", "PUT", volume(id), { name });
/** Left to itself the service deletes the volume's snapshots, too. */
export const deleteVolume = (id: string) => ({
  ...change("deleteVolume", "DELETE", volume(id)),
  query: { cascade: false },
});
export const extendVolume = (id: string, size: number) =>
  change("extendVolume", "PUT", `${volume(id)}/size`, { size });
export const setVolumeQos = (
  id: string,
  maxIops: number | undefined,
  maxThroughput: number | undefined,
): VersionedRequest<undefined> => ({
  ...change("setVolumeQos", "PUT", `${volume(id)}/qos`, { max_iops: maxIops, max_throughput: maxThroughput }),
  feature: "the performance (QoS) of a volume",
});
/** Nothing of the volume tells that it was done, so the service's own status alone says that it was accepted. */
export const revertVolume = (id: string, snapshotId: string) => ({
  ...change("revertVolumeToSnapshot", "POST", `${volume(id)}/revert`, { snapshot_id: snapshotId }),
  status: 202,
});
export const attachVolume = (id: string, serverId: string) =>
  change("attachVolumeToVirtualServer", "POST", `${volume(id)}/servers`, { server_id: serverId });
export const detachVolume = (id: string, serverId: string) =>
  change("detachVolumeFromVirtualServer", "DELETE", `${volume(id)}/servers/${pathSegment(serverId)}`);

export const createSnapshot = (body: object) => ({
  ...change("createSnapshot", "POST", "/v1/snapshots", body),
  response: wire.snapshotAnswer,
});
export const listSnapshots = (at: PageRequest, of: DriverSnapshotQuery) => ({
  ...get("listSnapshot", "/v1/snapshots", wire.snapshotsAnswer),
  query: { ...page(at), name: of.name, volume_id: of.volumeId },
});
export const getSnapshot = (id: string) => get("showSnapshot", snapshot(id), wire.snapshotAnswer);
export const updateSnapshot = (id: string, name: string | null, description: string | undefined) =>
  change("updateSnapshot", "PUT", snapshot(id), { name, description });
export const deleteSnapshot = (id: string) => change("deleteSnapshot", "DELETE", snapshot(id));

export const listVolumeTypes = () => ({
  ...get("listVolumeTypes", "/v1/volume-types", wire.typesAnswer),
  query: { limit: 1000 },
});
export const getVolumeType = (id: string) =>
  get("showVolumeType", `/v1/volume-types/${pathSegment(id)}`, wire.typeAnswer);
export const getDefaultVolumeType = () =>
  get("showDefaultVolumeType", "/v1/volume-types/default", wire.typeAnswer);
export const getQuotas = () => get("showVolumeQuotaSet", "/v1/volumes/quota-sets", wire.quotasAnswer);

export const listServerVolumes = (serverId: string) =>
  get("listServerVolumes", onServer(serverId), wire.allAttachedAnswer);
export const getServerVolume = (serverId: string, volumeId: string) =>
  get("showServerVolume", `${onServer(serverId)}/${pathSegment(volumeId)}`, wire.attachedAnswer);
export const attachToServer = (serverId: string, body: object) => ({
  ...change("createServerVolume", "POST", onServer(serverId), body),
  response: wire.attachedAnswer,
});
export const setServerVolume = (serverId: string, volumeId: string, body: object) =>
  change("updateServerVolume", "PUT", `${onServer(serverId)}/${pathSegment(volumeId)}`, body);
export const detachFromServer = (serverId: string, volumeId: string) =>
  change("deleteServerVolume", "DELETE", `${onServer(serverId)}/${pathSegment(volumeId)}`);
