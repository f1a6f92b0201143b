/** One function for each endpoint that is used: its request, and what the answer must look like. */
import { type HttpRequest, pathSegment, type ResponseParser } from "@polyvol/core/http";
import * as wire from "./wire.ts";

type Query = NonNullable<HttpRequest<unknown>["query"]>;
type Key = { readonly name: string; readonly region: string };
type Volume = HttpRequest<{ readonly volume: wire.WireVolume }>;
type Snapshot = HttpRequest<{ readonly snapshot: wire.WireSnapshot }>;
type Snapshots = HttpRequest<wire.WireSnapshots>;
type Action = HttpRequest<{ readonly action: wire.WireAction }>;
type Tag = HttpRequest<{ readonly tag: { readonly name: string } }>;
type Nothing = HttpRequest<undefined>;

/** `page` counts from 1, the default. */
export type Page = { readonly page?: number; readonly per_page: number };

/** What a tag is put on. */
export interface TagTarget {
  readonly resource_id: string;
  readonly resource_type: "volume" | "volume_snapshot";
}

const volume = (id: string): string => `/v2/volumes/${pathSegment(id)}`;
const volumeSnapshot = (id: string): string => `/v2/volumes/snapshots/${pathSegment(id)}`;
const snapshot = (id: string): string => `/v2/snapshots/${pathSegment(id)}`;
const tagged = (tag: string): string => `/v2/tags/${pathSegment(tag)}/resources`;

function get<T>(path: string, response: ResponseParser<T>, query: Query = {}): HttpRequest<T> {
  return { method: "GET", path, response, query };
}

function post<T>(path: string, body: unknown, response: ResponseParser<T>): HttpRequest<T> {
  return { method: "POST", path, body, response };
}

/** A change that is over once it is answered: 204 alone says so. */
function done(method: "POST" | "DELETE", path: string): Nothing {
  return { method, path, status: 204 };
}

export const createVolume = (body: object): Volume => post("/v2/volumes", body, wire.volumeAnswer);
export const listVolumes = (query: Page & Query): HttpRequest<wire.WireVolumes> =>
  get("/v2/volumes", wire.volumesAnswer, query);
export const getVolume = (id: string): Volume => get(volume(id), wire.volumeAnswer);
export const deleteVolume = (id: string): Nothing => done("DELETE", volume(id));
export function deleteVolumeByName({ name, region }: Key): Nothing {
  return { ...done("DELETE", "/v2/volumes"), query: { name, region } };
}

export const createSnapshot = (volumeId: string, body: object): Snapshot =>
  post(`${volume(volumeId)}/snapshots`, body, wire.snapshotAnswer);
export const listVolumeSnapshots = (volumeId: string, query: Page): Snapshots =>
  get(`${volume(volumeId)}/snapshots`, wire.snapshotsAnswer, query);
export const getVolumeSnapshot = (id: string): Snapshot => get(volumeSnapshot(id), wire.snapshotAnswer);
export const deleteVolumeSnapshot = (id: string): Nothing => done("DELETE", volumeSnapshot(id));

/** Snapshots of volumes and of Droplets, like the next two. */
export const listSnapshots = (query: Page & Query): Snapshots =>
  get("/v2/snapshots", wire.snapshotsAnswer, query);
export const getSnapshot = (id: string): Snapshot => get(snapshot(id), wire.snapshotAnswer);
export const deleteSnapshot = (id: string): Nothing => done("DELETE", snapshot(id));

export const actOnVolume = (id: string, body: wire.VolumeActionBody): Action =>
  post(`${volume(id)}/actions`, body, wire.actionAnswer);
export const actOnNamedVolume = ({ name, region }: Key, body: wire.VolumeActionBody): Action =>
  post("/v2/volumes/actions", { ...body, volume_name: name, region }, wire.actionAnswer);
export const listVolumeActions = (volumeId: string, query: Page): HttpRequest<wire.WireActions> =>
  get(`${volume(volumeId)}/actions`, wire.actionsAnswer, query);
export const getVolumeAction = (volumeId: string, id: number): Action =>
  get(`${volume(volumeId)}/actions/${id}`, wire.actionAnswer);
export const getAction = (id: number): Action => get(`/v2/actions/${id}`, wire.actionAnswer);

/** What is in the page does not matter: only whether it is given. */
export const listTags = (query: Page): HttpRequest<unknown> => get("/v2/tags", wire.tagsAnswer, query);
export const createTag = (name: string): Tag => post("/v2/tags", { name }, wire.tagAnswer);
/** Puts a tag on resources, or takes it off: the same body, also with DELETE. */
export function changeTag(method: "POST" | "DELETE", tag: string, resources: readonly TagTarget[]): Nothing {
  return { ...done(method, tagged(tag)), body: { resources } };
}
