import { recordsFor } from "../kit/collection.ts";
import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";
import type { Minor } from "./api-versions.ts";
import type { VolumeRecord } from "./records.ts";
import type { View } from "./render.ts";
import { volumeNotFound } from "./responses.ts";
import type { State, TokenRecord } from "./state.ts";

/** One request with a token on its way to the rule that answers it. */
export interface Call {
  readonly state: State;
  readonly request: ServiceRequest;
  readonly params: Readonly<Record<string, string>>;
  readonly token: TokenRecord;
  readonly projectId: string;
  readonly version: Minor;
  readonly view: View;
  readonly now: number;
  /** As in the header of the answer. */
  readonly requestId: string;
}

/** Answers a call or throws `ApiError`. */
export type Handler = (call: Call) => ServiceResponse;

/** An operation of block storage; its path begins after the project. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** The microversion that brought it. Default 3.0. */
  readonly since?: Minor;
  readonly handler: Handler;
}

/** The volume of the project that the path names, or 404. */
export function volumeOf(call: Call): VolumeRecord {
  const id = call.params["id"] ?? "";
  const volume = recordsFor(call, call.state.volumes, "one").get(id);
  if (volume === undefined || volume.projectId !== call.projectId) throw volumeNotFound(id);
  return volume;
}
