import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import type { ServiceRequest } from "../kit/service.ts";
import type { Text } from "./errors.ts";
import { unauthorized } from "./refusals.ts";

/** An access key that the emulator accepts. */
export interface AccessKey {
  /** Its id. */
  readonly accessKey: string;
  /** The key that signs. */
  readonly secretKey: string;
  /** Whose resources the key sees; keys of one account share them. Default: the account of the first key. */
  readonly accountId?: string | undefined;
  /** The creator written into resources: 32 characters without dashes. Default: derived from the key. */
  readonly userId?: string | undefined;
  /**
   * The actions that the key may use, such as `virtualserver:ListVolumes` or, shorter, `ListVolumes`.
   * Everything else is answered with 403. Default: all.
   */
  readonly actions?: readonly string[] | undefined;
}

/** Who sent a request. */
export interface Caller {
  readonly accessKey: string;
  readonly accountId: string;
  readonly userId: string;
  may(action: string): boolean;
}

export interface AuthOptions {
  readonly accessKeys: readonly AccessKey[];
  readonly defaultAccountId: string;
  /** A base URL, besides the one addressed, over which a client may have signed; without a slash at the end. */
  readonly publicUrl: string | undefined;
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
  return createHmac("sha256", secretKey)
    .update(
      parts.method + parts.url + parts.timestamp + parts.accessKey + parts.accountId + parts.clientType,
      "utf8",
    )
    .digest("base64");
}

/** True when the request carries at least one header of the service. */
export function hasScpHeaders(headers: ReadonlyMap<string, string>): boolean {
  // The access key is what nearly every request has; the loop is for the odd ones.
  if (headers.has("scp-accesskey")) return true;
  for (const name of headers.keys()) if (name.startsWith("scp-")) return true;
  return false;
}

const CLIENT_TYPE = "Openapi";

interface KnownKey {
  readonly caller: Caller;
  readonly secret: KeyObject;
}

/** Checks who sent a request; throws the 401 of the service. */
export class Authenticator {
  readonly #options: AuthOptions;
  readonly #keys = new Map<string, KnownKey>();

  constructor(options: AuthOptions) {
    this.#options = options;
    for (const key of options.accessKeys) {
      const actions =
        key.actions === undefined ? undefined : new Set(key.actions.map((name) => name.replace(/^.*:/, "")));
      this.#keys.set(key.accessKey, {
        secret: createSecretKey(key.secretKey, "utf8"),
        caller: {
          accessKey: key.accessKey,
          accountId: key.accountId ?? options.defaultAccountId,
          userId: key.userId ?? hexOf(key.accessKey),
          may: (action) => actions === undefined || actions.has(action),
        },
      });
    }
  }

  check(request: ServiceRequest, now: number): Caller {
    const { headers } = request;
    const accessKey = headers.get("scp-accesskey") ?? "";
    const given = headers.get("scp-signature") ?? "";
    const timestamp = headers.get("scp-timestamp") ?? "";
    const clientType = headers.get("scp-clienttype") ?? "";
    for (const [name, value] of [
      ["Scp-Accesskey", accessKey],
      ["Scp-Signature", given],
      ["Scp-Timestamp", timestamp],
      ["Scp-ClientType", clientType],
    ] as const)
      if (value === "") throw unauthorized(missing(name));
    if (clientType !== CLIENT_TYPE) throw unauthorized(wrong("Scp-ClientType"));
    if (!/^\d{1,15}$/.test(timestamp)) throw unauthorized(wrong("Scp-Timestamp"));
    const key = this.#keys.get(accessKey);
    if (key === undefined) throw unauthorized(wrong("Scp-Accesskey"));
    const accountId = headers.get("scp-accountid") ?? "";
    const parts = { method: request.method, timestamp, accessKey, accountId, clientType };
    const bases = [request.origin, this.#options.publicUrl];
    const signed = bases.some(
      (base) =>
        base !== undefined &&
        equal(given, signature({ ...parts, url: base + request.rawTarget }, key.secret)),
    );
    if (!signed) throw unauthorized(wrong("Scp-Signature"));
    const { clockSkewMs } = this.#options;
    if (clockSkewMs !== false && Math.abs(now - Number(timestamp)) > clockSkewMs) throw unauthorized(EXPIRED);
    return key.caller;
  }
}

/** 32 hexadecimal digits that are always the same for the same text. */
export function hexOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

const EXPIRED: Text = {
  en: "The Scp-Timestamp header is too far from the current time.",
  ko: "Scp-Timestamp 헤더가 현재 시각과 너무 많이 다릅니다.",
};

function missing(header: string): Text {
  return { en: `The ${header} header is required.`, ko: `${header} 헤더가 필요합니다.` };
}

function wrong(header: string): Text {
  return { en: `The ${header} header is not valid.`, ko: `${header} 헤더가 올바르지 않습니다.` };
}

function equal(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
