import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { ServiceRequest } from "../kit/service.ts";
import { InvalidInput, strictObject, text } from "../kit/validation.ts";
import { type Text, unauthorized } from "./responses.ts";

/** An access key that the emulator accepts. */
export const accessKey = strictObject({
  /** Its id. */
  accessKey: text,
  /** The key that signs. */
  secretKey: text,
  /** Whose resources the key sees; keys of one account share them. Default: the account of the first key. */
  accountId: text.optional(),
  /** The creator written into resources: 32 characters without dashes. Default: derived from the key. */
  userId: text.optional(),
  /**
   * The actions that the key may use, such as `virtualserver:ListVolumes` or, shorter, `ListVolumes`.
   * Everything else is answered with 403. Default: all.
   */
  actions: z.array(text).readonly().optional(),
});

type AccessKey = z.output<typeof accessKey>;

/** The key of its own options and those of the list, each once and at least one; throws `InvalidInput`. */
export function allAccessKeys(options: {
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
  readonly accessKeys: readonly AccessKey[];
}): readonly AccessKey[] {
  const { accessKey, secretKey, accessKeys } = options;
  if ((accessKey === undefined) !== (secretKey === undefined))
    throw new InvalidInput("accessKey and secretKey go together.");
  const first = accessKey === undefined || secretKey === undefined ? [] : [{ accessKey, secretKey }];
  const keys = [...first, ...accessKeys];
  if (keys.length === 0) throw new InvalidInput("At least one access key is needed.");
  if (new Set(keys.map((key) => key.accessKey)).size < keys.length)
    throw new InvalidInput("An access key is given twice.");
  return keys;
}

/** Who sent a request. */
export interface Caller {
  readonly accountId: string;
  readonly userId: string;
  may(action: string): boolean;
}

export interface AuthOptions {
  readonly accessKeys: readonly AccessKey[];
  readonly defaultAccountId: string;
  /** A base URL, besides the one addressed, over which a client may have signed; without a slash at the end. */
  readonly publicUrl?: string | undefined;
  /** How far a timestamp may be from the emulator's clock, in milliseconds; false: any. */
  readonly clockSkewMs: number | false;
}

/** The parts that are signed, in this order. */
export interface SignedParts {
  readonly method: string;
  /** Scheme, host, path and query exactly as sent. */
  readonly url: string;
  readonly timestamp: string;
  readonly accessKey: string;
  /** Empty unless the client sends `Scp-AccountId`. */
  readonly accountId: string;
  readonly clientType: string;
}

/** The base64 HMAC-SHA256 of the parts, one after the other without separators. */
export function signature(parts: SignedParts, secretKey: string | KeyObject): string {
  const { method, url, timestamp, accessKey, accountId, clientType } = parts;
  return createHmac("sha256", secretKey)
    .update(method + url + timestamp + accessKey + accountId + clientType, "utf8")
    .digest("base64");
}

/** True when the request carries at least one header of the service. */
export function hasScpHeaders(headers: ReadonlyMap<string, string>): boolean {
  // The access key is what nearly every request has; the search is for the others.
  return headers.has("scp-accesskey") || [...headers.keys()].some((name) => name.startsWith("scp-"));
}

/** Finds out who sent a request; throws the 401 of the service. */
export type Authenticate = (request: ServiceRequest, now: number) => Caller;

export function createAuthentication(options: AuthOptions): Authenticate {
  const { publicUrl, clockSkewMs } = options;
  const keys = new Map<string, { readonly caller: Caller; readonly secret: KeyObject }>();
  for (const key of options.accessKeys) {
    const actions = key.actions && new Set(key.actions.map((name) => name.replace(/^.*:/, "")));
    keys.set(key.accessKey, {
      secret: createSecretKey(key.secretKey, "utf8"),
      caller: {
        accountId: key.accountId ?? options.defaultAccountId,
        userId: key.userId ?? hexOf(key.accessKey),
        may: (action) => actions === undefined || actions.has(action),
      },
    });
  }

  return (request, now) => {
    const required = (name: string): string => {
      const value = request.headers.get(name.toLowerCase());
      if (value) return value;
      throw unauthorized({ en: `The ${name} header is required.`, ko: `${name} 헤더가 필요합니다.` });
    };
    const accessKey = required("Scp-Accesskey");
    const given = required("Scp-Signature");
    const timestamp = required("Scp-Timestamp");
    const clientType = required("Scp-ClientType");
    if (clientType !== "Openapi") throw unauthorized(wrong("Scp-ClientType"));
    if (!/^\d{1,15}$/.test(timestamp)) throw unauthorized(wrong("Scp-Timestamp"));
    const key = keys.get(accessKey);
    if (key === undefined) throw unauthorized(wrong("Scp-Accesskey"));
    const accountId = request.headers.get("scp-accountid") ?? "";
    const parts = { method: request.method, timestamp, accessKey, accountId, clientType };
    const isSignedFor = (base: string): boolean =>
      isEqual(given, signature({ ...parts, url: base + request.rawTarget }, key.secret));
    if (!isSignedFor(request.origin) && !(publicUrl !== undefined && isSignedFor(publicUrl)))
      throw unauthorized(wrong("Scp-Signature"));
    if (clockSkewMs !== false && Math.abs(now - Number(timestamp)) > clockSkewMs) throw unauthorized(EXPIRED);
    return key.caller;
  };
}

/** 32 hexadecimal digits that are always the same for the same text. */
export function hexOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

const EXPIRED: Text = {
  en: "The Scp-Timestamp header is too far from the current time.",
  ko: "Scp-Timestamp 헤더가 현재 시각과 너무 많이 다릅니다.",
};

function wrong(header: string): Text {
  return { en: `The ${header} header is not valid.`, ko: `${header} 헤더가 올바르지 않습니다.` };
}

/** Compares without telling by its time how much is equal. */
function isEqual(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
