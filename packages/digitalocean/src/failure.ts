/**
 * What an unsuccessful answer means. The status decides; a part of the message only where DigitalOcean gives one status
 * and one `id` to failures that a caller must tell apart, and then only wordings seen in published answers.
 */
import type { PolyvolErrorCode } from "@polyvol/core";
import { fitWords } from "@polyvol/core/driver";
import {
  type FailedResponse,
  type FailureRefinement,
  type ResponseHeaders,
  saysQuota,
} from "@polyvol/core/http";
import { resetInMs } from "./quota.ts";
import { neededScopes } from "./scopes.ts";

const VOLUMES = /\/v2\/volumes\/?$/;
const SNAPSHOTS_OF_VOLUME = /\/v2\/volumes\/[^/]+\/snapshots\/?$/;

/** Parts of the messages of 422 → what they mean. */
const UNPROCESSABLE: readonly (readonly [string, PolyvolErrorCode, string])[] = [
  ["pending event", "conflict", "another change on the Droplet is under way"],
  ["already attached", "failed_precondition", "the volume is attached to a Droplet already"],
  ["Attachment not found", "failed_precondition", "the volume is not attached to this Droplet"],
  ["cannot attach more", "resource_exhausted", "the Droplet has as many volumes as it can have"],
  ["invalid size", "out_of_range", "the size is not allowed"],
  ["temporarily disabled", "failed_precondition", "the Droplet does not take this change for now"],
];

export function refineFailure(response: FailedResponse): FailureRefinement {
  const [id, message, requestId] = ["id", "message", "request_id"].map((key) => textOf(response.json, key));
  // Anybody answers these, a proxy or another host too. In other words than the service's own they say nothing.
  if ([404, 409, 410].includes(response.status) && !isOwn(response.status, id, message)) return {};
  if ((response.status === 401 || response.status === 403) && id === undefined && message !== undefined) {
    const words = `status ${response.status} came, in other words than DigitalOcean's own: is baseUrl right? It says ${quote(message)}`;
    return { reason: words };
  }
  const { reason, ...meaning } = meaningOf(response, message ?? "", isWord(id) || !!message);
  const words = [reason, message ? `DigitalOcean says ${quote(message)}` : ""].filter(Boolean).join("; ");
  return {
    ...meaning,
    ...(words === "" ? {} : { reason: words }),
    ...(isWord(id) ? { providerCode: id } : {}),
    ...(isWord(requestId) ? { requestId } : {}),
  };
}

/** Every error of the service has a word for its status, `{"id":"not_found","message":"…"}`. */
function isOwn(status: number, id: string | undefined, message: string | undefined): boolean {
  return status === 409 ? isWord(id) && message !== undefined : id === "not_found";
}

function meaningOf(response: FailedResponse, message: string, isOwn: boolean): FailureRefinement {
  const { status, method } = response;
  const path = response.target.split("?", 1)[0] ?? "";
  const creates = method === "POST" && (VOLUMES.test(path) || SNAPSHOTS_OF_VOLUME.test(path));
  if (status >= 400 && status < 500 && /capacity limit exceeded/i.test(message)) {
    return refusal("resource_exhausted", "the account's limit of volumes and snapshots is reached");
  }
  // The only wording that was seen. With 429 others are of the quota of requests.
  if ([400, 403, 409, 422].includes(status) && method === "POST" && saysQuota(message)) {
    return refusal("resource_exhausted", "a limit is reached");
  }
  if (status === 403 && isOwn) {
    const needs = neededScopes(method, path);
    return needs === undefined ? {} : { reason: `the credentials do not allow this: ${needs}` };
  }
  if (status === 404 || status === 410) return { code: "not_found" };
  if (status === 409 && creates)
    return { ...refusal("already_exists", "the name is taken"), mayAlreadyExist: true };
  // Said of a volume that a Droplet has, and for a while after a detach, too: core tells by the volume's record.
  if (status === 409 && method === "DELETE")
    return { ...refusal("conflict", "the service counts it as in use"), retryable: true };
  if (status === 409) return { code: "conflict" };
  if (status === 422) {
    const [, code, reason] = UNPROCESSABLE.find(([part]) => message.includes(part)) ?? [];
    if (code === undefined || reason === undefined) return {};
    // Attached already: perhaps to the very Droplet, by a request whose answer was lost.
    const mayAlreadyExist = message.includes("already attached") ? { mayAlreadyExist: true } : {};
    return { ...refusal(code, reason), retryable: code === "conflict", ...mayAlreadyExist };
  }
  if (status !== 429) return {};
  if (!creates || !message.includes("one request per")) return quotaSpent(response.headers);
  // Nothing to do with the quota, and the one wanted may be there already. How long to wait, core knows from the list.
  return { ...refusal("rate_limited", "a volume takes one snapshot in ten minutes"), mayAlreadyExist: true };
}

/** Certainly not carried out, and no better when it is sent again. */
function refusal(code: PolyvolErrorCode, reason: string): FailureRefinement {
  return { code, reason, outcome: "not_applied", retryable: false };
}

/** A plain 429 and `retry-after` are core's to read. Without that the hour is spent, and `ratelimit-reset` says how long. */
function quotaSpent(headers: ResponseHeaders): FailureRefinement {
  const spent = !headers.has("retry-after") && headers.get("ratelimit-remaining") === "0";
  const waitMs = spent ? resetInMs(headers, Number.NaN) : undefined;
  return waitMs === undefined ? {} : { retryAfterMs: waitMs };
}

function textOf(json: unknown, key: string): string | undefined {
  const value = (json as Record<string, unknown> | null | undefined)?.[key];
  return typeof value === "string" ? value : undefined;
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && /^[\w.-]{1,64}$/.test(text);
}

/** The provider's words, without anything that looks like a credential. */
function quote(message: string): string {
  const shown = message.replace(/\bd(?:op|oo|or)_v1_\w+|\bbearer\s+\S+/gi, "[redacted]");
  return JSON.stringify(fitWords(shown, 200));
}
