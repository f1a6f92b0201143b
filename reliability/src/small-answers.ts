/**
 * The smallest answers of both providers, made by hand: what their descriptions require, and null where they allow it.
 * The test that reads them holds their shapes against the descriptions, where these are at hand.
 */
import type { AlsoNeeded, SmallAnswer, SmallAnswers } from "./smallest-answer.ts";

/**
 * DigitalOcean's description requires next to nothing of volumes and actions, and not even the key that holds them. So
 * much has to be there, because nothing stands for it: an answer without it cannot be read.
 */
export const DIGITALOCEAN_NEEDS: AlsoNeeded = {
  "": ["volume", "snapshots", "snapshot", "actions", "action"],
  volume: ["id", "name", "size_gigabytes", "created_at", "region"],
  action: ["id", "status", "type"],
};

const AT = "2026-07-14T09:00:00Z";
export const IDS = {
  volume: "0b3d2a4e-7c1f-4a53-9d3c-1f6a8e2b0c11",
  snapshot: "5e9f7d60-2b8a-4c04-8a71-3c0d9be4f622",
  server: "7a1c5b92-64de-4f3b-b0a8-92d7e6c1a833",
  type: "9d4e8f17-0a2b-4c6d-8e3f-5b7a1c9d2e44",
} as const;

const oceanVolume = {
  ...{ id: IDS.volume, name: "data", size_gigabytes: 10, created_at: AT },
  region: {
    available: true,
    features: ["storage"],
    name: "New York 3",
    sizes: ["s-1vcpu-1gb"],
    slug: "nyc3",
  },
};
const oceanSnapshot = {
  ...{ id: IDS.snapshot, name: "nightly", created_at: AT, min_disk_size: 10, regions: ["nyc3"] },
  ...{ resource_id: IDS.volume, resource_type: "volume", size_gigabytes: 0.5, tags: null },
};
const action = { id: 72, status: "completed", type: "attach_volume" };
const meta = { total: 1 };

const done: SmallAnswer = { status: 204 };
const answer = (body: unknown, status = 200): SmallAnswer => ({ status, body });

export const DIGITALOCEAN_ANSWERS: SmallAnswers = {
  "GET /v2/volumes": answer({ volumes: [oceanVolume], meta }),
  "POST /v2/volumes": answer({ volume: oceanVolume }, 201),
  "DELETE /v2/volumes": done,
  "POST /v2/volumes/actions": answer({ action }, 202),
  "GET /v2/volumes/snapshots/{snapshot_id}": answer({ snapshot: oceanSnapshot }),
  "DELETE /v2/volumes/snapshots/{snapshot_id}": done,
  "GET /v2/volumes/{volume_id}": answer({ volume: oceanVolume }),
  "DELETE /v2/volumes/{volume_id}": done,
  "GET /v2/volumes/{volume_id}/actions": answer({ actions: [action], meta }),
  "POST /v2/volumes/{volume_id}/actions": answer({ action }, 202),
  "GET /v2/volumes/{volume_id}/actions/{action_id}": answer({ action }),
  "GET /v2/volumes/{volume_id}/snapshots": answer({ snapshots: [oceanSnapshot], meta }),
  "POST /v2/volumes/{volume_id}/snapshots": answer({ snapshot: oceanSnapshot }, 201),
  "GET /v2/snapshots": answer({ snapshots: [oceanSnapshot], meta }),
  "GET /v2/snapshots/{snapshot_id}": answer({ snapshot: oceanSnapshot }),
  "DELETE /v2/snapshots/{snapshot_id}": done,
  "GET /v2/actions/{action_id}": answer({ action }),
  "POST /v2/tags/{tag_id}/resources": done,
  "DELETE /v2/tags/{tag_id}/resources": done,
};

const server = { id: IDS.server, device: "/dev/vdb", attached_at: AT };
const scpVolume = {
  ...{ id: IDS.volume, size: 8, state: "in-use", created_at: AT, modified_at: null, servers: [server] },
  ...{ bootable: false, encrypted: false, multiattach: false },
  ...{ user_id: "someone", volume_type: "SSD", volume_type_id: IDS.type },
};
const scpSnapshot = { id: IDS.snapshot, volume_id: IDS.volume, size: 8, created_at: AT };
const attached = { id: IDS.type, server_id: IDS.server, volume_id: IDS.volume, device: "/dev/vdb" };
const onServer = { ...attached, delete_on_termination: false };
const { id: _, ...attaching } = onServer;
const type = { id: IDS.type, extra_specs: {} };
const quota = { in_use: 1, limit: 10, reserved: 0 };
const accepted: SmallAnswer = { status: 202 };

export const SAMSUNG_SCP_ANSWERS: SmallAnswers = {
  "GET /v1/servers/{server_id}/volumes": answer({ volumes: [onServer] }),
  "POST /v1/servers/{server_id}/volumes": answer(onServer),
  "DELETE /v1/servers/{server_id}/volumes/{volume_id}": accepted,
  "GET /v1/servers/{server_id}/volumes/{volume_id}": answer(onServer),
  "PUT /v1/servers/{server_id}/volumes/{volume_id}": { status: 200 },
  "GET /v1/snapshots": answer({ snapshots: [scpSnapshot] }),
  "POST /v1/snapshots": answer(scpSnapshot, 202),
  "DELETE /v1/snapshots/{snapshot_id}": accepted,
  "GET /v1/snapshots/{snapshot_id}": answer(scpSnapshot),
  "PUT /v1/snapshots/{snapshot_id}": answer(scpSnapshot),
  "GET /v1/volume-types": answer({ volume_types: [type] }),
  "GET /v1/volume-types/default": answer(type),
  "GET /v1/volume-types/{volume_type_id}": answer(type),
  "GET /v1/volumes": answer({ volumes: [scpVolume] }),
  "POST /v1/volumes": answer(scpVolume, 202),
  "GET /v1/volumes/quota-sets": answer({
    ...{ id: "account", volumes: quota, snapshots: quota, usages: quota, per_volume_size: quota },
  }),
  "DELETE /v1/volumes/{volume_id}": accepted,
  "GET /v1/volumes/{volume_id}": answer(scpVolume),
  "PUT /v1/volumes/{volume_id}": answer(scpVolume),
  "POST /v1/volumes/{volume_id}/revert": accepted,
  "POST /v1/volumes/{volume_id}/servers": answer(attaching, 202),
  "DELETE /v1/volumes/{volume_id}/servers/{server_id}": accepted,
  "PUT /v1/volumes/{volume_id}/size": answer(scpVolume, 202),
};

/** Of services that the adapter does not call: moving a volume to another account. */
export const NOT_CALLED: RegExp = /\/volume-transfer\b/;
