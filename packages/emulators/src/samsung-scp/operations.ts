import type { ServiceResponse } from "../kit/service.ts";
import type { Call } from "./call.ts";
import { showQuotaSet } from "./quotas.ts";
import * as servers from "./routes-servers.ts";
import * as snapshots from "./routes-snapshots.ts";
import * as transfers from "./routes-transfers.ts";
import * as types from "./routes-volume-types.ts";
import * as volumes from "./routes-volumes.ts";

/** Kinds of access that permissions distinguish. */
export type AccessLevel = "CREATE" | "READ" | "LIST" | "UPDATE" | "DELETE";

export interface Operation {
  /** As the vendor's description names it. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** For permissions; `virtualserver:` stands before it on the wire. */
  readonly action: string;
  readonly access: AccessLevel;
  /** The rank of the first version that has it: 1.2 is 1002. */
  readonly since: number;
  readonly run: (call: Call) => ServiceResponse;
}

type Row = readonly [
  name: string,
  method: string,
  path: string,
  action: string,
  access: AccessLevel,
  run: Operation["run"],
  since?: number,
];

const ROWS: readonly Row[] = [
  ["createSnapshot", "POST", "/snapshots", "CreateSnapshot", "CREATE", snapshots.create],
  ["listSnapshot", "GET", "/snapshots", "ListSnapshots", "LIST", snapshots.listSnapshots],
  ["showSnapshot", "GET", "/snapshots/{snapshot_id}", "ShowSnapshot", "READ", snapshots.showSnapshot],
  ["updateSnapshot", "PUT", "/snapshots/{snapshot_id}", "SetSnapshot", "UPDATE", snapshots.update],
  ["deleteSnapshot", "DELETE", "/snapshots/{snapshot_id}", "DeleteSnapshot", "DELETE", snapshots.remove],
  ["createVolume", "POST", "/volumes", "CreateVolume", "CREATE", volumes.create],
  ["listVolumes", "GET", "/volumes", "ListVolumes", "LIST", volumes.listVolumes],
  ["showVolumeQuotaSet", "GET", "/volumes/quota-sets", "ShowVolumeQuotaSet", "READ", showQuotaSet],
  ["showVolume", "GET", "/volumes/{volume_id}", "ShowVolume", "READ", volumes.showVolume],
  ["updateVolume", "PUT", "/volumes/{volume_id}", "SetVolume", "UPDATE", volumes.update],
  ["deleteVolume", "DELETE", "/volumes/{volume_id}", "DeleteVolume", "DELETE", volumes.remove],
  ["extendVolume", "PUT", "/volumes/{volume_id}/size", "ExtendVolume", "UPDATE", volumes.extend],
  // The action of this one is not published.
  ["setVolumeQos", "PUT", "/volumes/{volume_id}/qos", "SetVolumeQos", "UPDATE", volumes.setQos, 1002],
  [
    "revertVolumeToSnapshot",
    "POST",
    "/volumes/{volume_id}/revert",
    "RevertSnapshot",
    "UPDATE",
    volumes.revert,
  ],
  [
    "attachVolumeToVirtualServer",
    "POST",
    "/volumes/{volume_id}/servers",
    "AttachVolumeVirtualServer",
    "UPDATE",
    servers.attachToServer,
  ],
  [
    "detachVolumeFromVirtualServer",
    "DELETE",
    "/volumes/{volume_id}/servers/{server_id}",
    "DetachVolumeVirtualServer",
    "UPDATE",
    servers.detachFromServer,
  ],
  // Of servers, these two only: clients use them as their test of the connection.
  ["listVirtualServers", "GET", "/servers", "ListVirtualServers", "LIST", servers.listServers],
  ["showVirtualServer", "GET", "/servers/{server_id}", "ShowVirtualServer", "READ", servers.showServer],
  [
    "listServerVolumes",
    "GET",
    "/servers/{server_id}/volumes",
    "ListVirtualServerVolumes",
    "LIST",
    servers.listServerVolumes,
  ],
  [
    "createServerVolume",
    "POST",
    "/servers/{server_id}/volumes",
    "CreateVirtualServerVolume",
    "UPDATE",
    servers.createServerVolume,
  ],
  [
    "showServerVolume",
    "GET",
    "/servers/{server_id}/volumes/{volume_id}",
    "ShowVirtualServerVolume",
    "READ",
    servers.showServerVolume,
  ],
  [
    "updateServerVolume",
    "PUT",
    "/servers/{server_id}/volumes/{volume_id}",
    "SetVirtualServerVolume",
    "UPDATE",
    servers.updateServerVolume,
  ],
  [
    "deleteServerVolume",
    "DELETE",
    "/servers/{server_id}/volumes/{volume_id}",
    "DeleteVirtualServerVolume",
    "UPDATE",
    servers.detachFromServer,
  ],
  ["listVolumeTypes", "GET", "/volume-types", "ListVolumeTypes", "LIST", types.listVolumeTypes],
  [
    "showDefaultVolumeType",
    "GET",
    "/volume-types/default",
    "ShowVolumeType",
    "READ",
    types.showDefaultVolumeType,
  ],
  ["showVolumeType", "GET", "/volume-types/{volume_type_id}", "ShowVolumeType", "READ", types.showVolumeType],
  ["listVolumeTransfer", "GET", "/volume-transfer", "ListTransfers", "LIST", transfers.listTransfers],
  ["createVolumeTransfer", "POST", "/volume-transfer", "CreateTransfer", "CREATE", transfers.createTransfer],
  [
    "showVolumeTransfer",
    "GET",
    "/volume-transfer/{transfer_id}",
    "ShowTransfer",
    "READ",
    transfers.showTransfer,
  ],
  [
    "deleteVolumeTransfer",
    "DELETE",
    "/volume-transfer/{transfer_id}",
    "DeleteTransfer",
    "DELETE",
    transfers.deleteTransfer,
  ],
  [
    "acceptVolumeTransfer",
    "POST",
    "/volume-transfer/{transfer_id}/accept",
    "AcceptTransfer",
    "UPDATE",
    transfers.acceptTransfer,
  ],
];

/** Every operation that the emulator has. */
export const operations: readonly Operation[] = ROWS.map(
  ([name, method, path, action, access, run, since = 1000]) => ({
    name,
    method,
    path: `/v1${path}`,
    action,
    access,
    since,
    run,
  }),
);
