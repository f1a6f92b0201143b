import type { IncomingMessage } from "node:http";
import { isCut, type SentResponse, type ServedResponse } from "./served-response.ts";

/** Lets pages of other origins use an emulator, as a provider does that browsers may call (CORS). */
export interface Cors {
  /** The answer to a browser that asks whether it may send a request; `undefined` for every other request. */
  preflight(message: IncomingMessage, now: string): SentResponse | undefined;
  /** The answer with leave for the page to read it, all its headers included. */
  allow(message: IncomingMessage, served: ServedResponse): ServedResponse;
}

/** @param origins Such as `http://localhost:5173`, or `*` for every one */
export function createCors(origins: readonly string[]): Cors {
  function allowed({ headers: { origin } }: IncomingMessage): string | undefined {
    return origin !== undefined && (origins.includes("*") || origins.includes(origin)) ? origin : undefined;
  }

  return {
    preflight(message, now) {
      const { "access-control-request-method": method, "access-control-request-headers": wanted } =
        message.headers;
      const origin = allowed(message);
      if (message.method !== "OPTIONS" || method === undefined || origin === undefined) return undefined;
      const headers = {
        date: now,
        "access-control-allow-origin": origin,
        "access-control-allow-methods": method,
        "access-control-allow-headers": wanted ?? "",
        "access-control-max-age": "600",
        vary: "origin, access-control-request-method, access-control-request-headers",
      };
      return { status: 204, headers, body: "" };
    },
    allow(message, served) {
      const origin = allowed(message);
      if (origin === undefined || isCut(served)) return served;
      const { vary } = served.headers;
      const own = {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "*",
        vary: vary === undefined ? "origin" : `${vary}, origin`,
      };
      return { ...served, headers: { ...served.headers, ...own } };
    },
  };
}
