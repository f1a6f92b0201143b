import type { Handler } from "./call.ts";
import * as quotas from "./quotas.ts";
import type { AccessLevel } from "./responses.ts";
import * as servers from "./servers.ts";
import * as snapshots from "./snapshots.ts";
import * as transfers from "./transfers.ts";
import * as types from "./volume-types.ts";
import * as volumes from "./volumes.ts";

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
  readonly handler: Handler;
}

type Row = readonly [
  name: string,
  route: string,
  access: AccessLevel,
  action: string,
  handler: Handler,
  since?: number,
];

const VOLUME = "/v1/volumes/{volume_id}";
const SNAPSHOT = "/v1/snapshots/{snapshot_id}";
const SERVER = "/v1/servers/{server_id}";
const TRANSFER = "/v1/volume-transfer/{transfer_id}";
const SERVER_VOLUME = `${SERVER}/volumes/{volume_id}`;

const ROWS: readonly Row[] = [
  ["createSnapshot", "POST /v1/snapshots", "CREATE", "CreateSnapshot", snapshots.createSnapshot],
  ["listSnapshot", "GET /v1/snapshots", "LIST", "ListSnapshots", snapshots.listSnapshots],
  ["showSnapshot", `GET ${SNAPSHOT}`, "READ", "ShowSnapshot", snapshots.showSnapshot],
  ["updateSnapshot", `PUT ${SNAPSHOT}`, "UPDATE", "SetSnapshot", snapshots.updateSnapshot],
  ["deleteSnapshot", `DELETE ${SNAPSHOT}`, "DELETE", "DeleteSnapshot", snapshots.deleteSnapshot],

  ["createVolume", "POST /v1/volumes", "CREATE", "CreateVolume", volumes.createVolume],
  ["listVolumes", "GET /v1/volumes", "LIST", "ListVolumes", volumes.listVolumes],
  ["showVolumeQuotaSet", "GET /v1/volumes/quota-sets", "READ", "ShowVolumeQuotaSet", quotas.showQuotaSet],
  ["showVolume", `GET ${VOLUME}`, "READ", "ShowVolume", volumes.showVolume],
  ["updateVolume", `PUT ${VOLUME}`, "UPDATE", "SetVolume", volumes.updateVolume],
  ["deleteVolume", `DELETE ${VOLUME}`, "DELETE", "DeleteVolume", volumes.deleteVolume],
  ["extendVolume", `PUT ${VOLUME}/size`, "UPDATE", "ExtendVolume", volumes.extendVolume],
  // The action of this one is not published.
  ["setVolumeQos", `PUT ${VOLUME}/qos`, "UPDATE", "SetVolumeQos", volumes.setVolumeQos, 1002],
  ["revertVolumeToSnapshot", `POST ${VOLUME}/revert`, "UPDATE", "RevertSnapshot", volumes.revertVolume],
  [
    "attachVolumeToVirtualServer",
    `POST ${VOLUME}/servers`,
    "UPDATE",
    "AttachVolumeVirtualServer",
    servers.attachToServer,
  ],
  [
    "detachVolumeFromVirtualServer",
    `DELETE ${VOLUME}/servers/{server_id}`,
    "UPDATE",
    "DetachVolumeVirtualServer",
    servers.detachFromServer,
  ],

  // Of servers, these two only: clients use them as their test of the connection.
  ["listVirtualServers", "GET /v1/servers", "LIST", "ListVirtualServers", servers.listServers],
  ["showVirtualServer", `GET ${SERVER}`, "READ", "ShowVirtualServer", servers.showServer],
  [
    "listServerVolumes",
    `GET ${SERVER}/volumes`,
    "LIST",
    "ListVirtualServerVolumes",
    servers.listServerVolumes,
  ],
  [
    "createServerVolume",
    `POST ${SERVER}/volumes`,
    "UPDATE",
    "CreateVirtualServerVolume",
    servers.createServerVolume,
  ],
  ["showServerVolume", `GET ${SERVER_VOLUME}`, "READ", "ShowVirtualServerVolume", servers.showServerVolume],
  [
    "updateServerVolume",
    `PUT ${SERVER_VOLUME}`,
    "UPDATE",
    "SetVirtualServerVolume",
    servers.updateServerVolume,
  ],
  [
    "deleteServerVolume",
    `DELETE ${SERVER_VOLUME}`,
    "UPDATE",
    "DeleteVirtualServerVolume",
    servers.detachFromServer,
  ],

  ["listVolumeTypes", "GET /v1/volume-types", "LIST", "ListVolumeTypes", types.listVolumeTypes],
  [
    "showDefaultVolumeType",
    "GET /v1/volume-types/default",
    "READ",
    "ShowVolumeType",
    types.showDefaultVolumeType,
  ],
  ["showVolumeType", "GET /v1/volume-types/{volume_type_id}", "READ", "ShowVolumeType", types.showVolumeType],

  ["listVolumeTransfer", "GET /v1/volume-transfer", "LIST", "ListTransfers", transfers.listTransfers],
  ["createVolumeTransfer", "POST /v1/volume-transfer", "CREATE", "CreateTransfer", transfers.createTransfer],
  ["showVolumeTransfer", `GET ${TRANSFER}`, "READ", "ShowTransfer", transfers.showTransfer],
  ["deleteVolumeTransfer", `DELETE ${TRANSFER}`, "DELETE", "DeleteTransfer", transfers.deleteTransfer],
  ["acceptVolumeTransfer", `POST ${TRANSFER}/accept`, "UPDATE", "AcceptTransfer", transfers.acceptTransfer],
];

/** Every operation that the emulator has. */
export const operations: readonly Operation[] = ROWS.map(
  ([name, route, access, action, handler, since = 1000]) => {
    const [method = "", path = ""] = route.split(" ");
    return { name, method, path, action, access, since, handler };
  },
);
