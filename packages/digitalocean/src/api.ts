/** One function for each endpoint that is used: its request, and what the answer must look like. */
import { type HttpRequest, pathSegment, type ResponseParser } from "@polyvol/core/http";
import * as wire from "./wire.ts";

type Query = NonNullable<HttpRequest<unknown>["query"]>;
type Key = { readonly name: string; readonly region: string };
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
function done(method: "POST" | "DELETE", path: string): HttpRequest<undefined> {
  return { method, path, status: 204 };
}

export const createVolume = (body: object) => post("/v2/volumes", body, wire.volumeAnswer);
export const listVolumes = (query: Page & Query) => get("/v2/volumes", wire.volumesAnswer, query);
export const getVolume = (id: string) => get(volume(id), wire.volumeAnswer);
export const deleteVolume = (id: string) => done("DELETE", volume(id));
export function deleteVolumeByName({ name, region }: Key): HttpRequest<undefined> {
  return { ...done("DELETE", "/v2/volumes"), query: { name, region } };
}

export const createSnapshot = (volumeId: string, body: object) =>
  post(`${volume(volumeId)}/snapshots`, body, wire.snapshotAnswer);
export const listVolumeSnapshots = (volumeId: string, query: Page) =>
  get(`${volume(volumeId)}/snapshots`, wire.snapshotsAnswer, query);
export const getVolumeSnapshot = (id: string) => get(volumeSnapshot(id), wire.snapshotAnswer);
export const deleteVolumeSnapshot = (id: string) => done("DELETE", volumeSnapshot(id));

/** Snapshots of volumes and of Droplets, like the next two. */
export const listSnapshots = (query: Page & Query) => get("/v2/snapshots", wire.snapshotsAnswer, query);
export const getSnapshot = (id: string) => get(snapshot(id), wire.snapshotAnswer);
export const deleteSnapshot = (id: string) => done("DELETE", snapshot(id));

export const actOnVolume = (id: string, body: wire.VolumeActionBody) =>
  post(`${volume(id)}/actions`, body, wire.actionAnswer);
export const actOnNamedVolume = ({ name, region }: Key, body: wire.VolumeActionBody) =>
  post("/v2/volumes/actions", { ...body, volume_name: name, region }, wire.actionAnswer);
export const listVolumeActions = (volumeId: string, query: Page) =>
  get(`${volume(volumeId)}/actions`, wire.actionsAnswer, query);
export const getVolumeAction = (volumeId: string, id: number) =>
  get(`${volume(volumeId)}/actions/${id}`, wire.actionAnswer);
export const getAction = (id: number) => get(`/v2/actions/${id}`, wire.actionAnswer);

/** What is in the page does not matter: only whether it is given. */
export const listTags = (query: Page) => get("/v2/tags", wire.tagsAnswer, query);
export const createTag = (name: string) => post("/v2/tags", { name }, wire.tagAnswer);
/** Puts a tag on resources, or takes it off: the same body, also with DELETE. */
export function changeTag(method: "POST" | "DELETE", tag: string, resources: readonly TagTarget[]) {
  return { ...done(method, tagged(tag)), body: { resources } };
}
