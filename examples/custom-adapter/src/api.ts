/** One function for each endpoint that is used: its request, and what the answer must look like. */
import { type HttpRequest, pathSegment, type ResponseParser } from "@polyvol/core/http";
import * as wire from "./wire.ts";

type Nothing = HttpRequest<undefined>;
type Query = NonNullable<HttpRequest<unknown>["query"]>;

const volume = (id: string): string => `/volumes/${pathSegment(id)}`;
const snapshot = (id: string): string => `/snapshots/${pathSegment(id)}`;

function get<T>(path: string, response: ResponseParser<T>, query: Query = {}): HttpRequest<T> {
  return { method: "GET", path, response, query };
}

function post<T>(path: string, body: object, response: ResponseParser<T>): HttpRequest<T> {
  return { method: "POST", path, body, response };
}

export const getAbout = () => get("/about", wire.about);
export const listVolumes = (query: Query) => get("/volumes", wire.volumes, query);
export const getVolume = (id: string) => get(volume(id), wire.volume);
export const createVolume = (body: object) => post("/volumes", body, wire.volume);
export const growVolume = (id: string, blocks: number) => post(`${volume(id)}/grow`, { blocks }, wire.volume);
export const deleteVolume = (id: string): Nothing => ({ method: "DELETE", path: volume(id) });
export const listSnapshots = (query: Query) => get("/snapshots", wire.snapshots, query);
export const getSnapshot = (id: string) => get(snapshot(id), wire.snapshot);
export const createSnapshot = (body: object) => post("/snapshots", body, wire.copy);
export const deleteSnapshot = (id: string): Nothing => ({ method: "DELETE", path: snapshot(id) });
export const getJob = (id: string) => get(`/jobs/${pathSegment(id)}`, wire.job);
