/** The options of every adapter over HTTP that its users may set: the one place that says what they are. */
import * as z from "zod/mini";
import type { RequestQuota } from "../capabilities.ts";
import { option, type ValuesOf } from "../option.ts";
import { isLoopback } from "./url.ts";

const atLeastOne = z.int().check(z.positive());

/** Whether credentials may go there: over plain HTTP they stay on this machine. */
function isSafeOrigin(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || isLoopback(hostname);
}

/** The options that every adapter over HTTP takes, as data. */
export const httpOptions = {
  /** Origin of the service. Plain `http:` for loopback addresses only. */
  baseUrl: option(z.url({ protocol: /^https?$/ }).check(z.refine(isSafeOrigin)), {
    allowed: "an https URL, or an http one of a loopback address",
    description: "Origin of the service. Plain `http:` for loopback addresses only.",
    example: "http://127.0.0.1:4010",
    // An address may hold a password.
    hidden: true,
  }),
  /** Request quotas to keep to. Default: those that the provider documents. */
  quotas: option<readonly RequestQuota[]>(
    z.readonly(z.array(z.readonly(z.strictObject({ requests: atLeastOne, windowMs: atLeastOne })))),
    {
      allowed: "a list of { requests, windowMs }, whole numbers from 1",
      description: "Request quotas to keep to.",
      defaultText: "those that the provider documents",
      example: [{ requests: 100, windowMs: 60_000 }],
    },
  ),
  /** Most requests in flight at once. Default 16. */
  maxConcurrency: option(atLeastOne, {
    allowed: "a whole number from 1",
    description: "Most requests in flight at once.",
    default: 16,
    example: 4,
  }),
  /** Longest time for one attempt of a request, body included, in milliseconds. Default 30,000. */
  attemptTimeoutMs: option(atLeastOne, {
    allowed: "a whole number of milliseconds from 1",
    description: "Longest time for one attempt of a request, body included, in milliseconds.",
    default: 30_000,
    example: 10_000,
  }),
  /** Sends the requests. Default: `node:http` and `node:https` on Node, the global `fetch` elsewhere. */
  fetch: option(
    z.custom<typeof globalThis.fetch>((value) => typeof value === "function"),
    {
      allowed: "a function like the global fetch",
      description: "Sends the requests.",
      defaultText: "`node:http` and `node:https` on Node, the global `fetch` elsewhere",
      codeOnly: true,
    },
  ),
};

/** What every adapter over HTTP takes. */
export interface HttpOptions extends ValuesOf<typeof httpOptions> {}
