import { hmacSha256, resolveHeaderSecret, type SecretSource } from "@polyvol/core/driver";
import type { OutgoingRequest } from "@polyvol/core/http";

/** What a request is signed with, and the language of what the service answers. */
export interface Credentials {
  readonly accessKey: SecretSource;
  readonly secretKey: SecretSource;
  readonly sessionToken?: SecretSource;
  readonly acceptLanguage: string;
}

const CLIENT_TYPE = "Openapi";
const HMAC = { name: "HMAC", hash: "SHA-256" };
const UTF8 = new TextEncoder();

/**
 * What is signed: method, the absolute URL in exactly the spelling that travels, timestamp, access key and client
 * type, with nothing between them. No account id: the service is only known to work without one. The body is not
 * signed.
 */
export function canonicalString(method: string, url: string, timestamp: string, accessKey: string): string {
  return `${method}${url}${timestamp}${accessKey}${CLIENT_TYPE}`;
}

/** Signs by HMAC-SHA256, base64. Where that takes the Web Crypto API, the imported key is kept until the secret changes. */
export function createSigner(
  signAtOnce = hmacSha256,
): (secretKey: string, message: string) => Promise<string> {
  const importKey = (secretKey: string) =>
    crypto.subtle.importKey("raw", UTF8.encode(secretKey), HMAC, false, ["sign"]);
  let imported: { readonly from: string; readonly key: ReturnType<typeof importKey> } | undefined;
  return async (secretKey, message) => {
    const signed = signAtOnce(secretKey, message);
    if (signed !== undefined) return signed;
    if (imported?.from !== secretKey) imported = { from: secretKey, key: importKey(secretKey) };
    const signature = await crypto.subtle.sign(HMAC, await imported.key, UTF8.encode(message));
    return btoa(String.fromCharCode(...new Uint8Array(signature)));
  };
}

/** Signs each attempt, and takes the credentials out of what the service says. */
export function createRequestSigner(credentials: Credentials) {
  const sign = createSigner();
  const { accessKey, secretKey, sessionToken = "" } = credentials;
  let secrets: readonly string[] = [];
  return {
    /** Whether any of them is read anew for each request. Keys that belong together can then be read at two times. */
    credentialsMayChange: [accessKey, secretKey, sessionToken].some((source) => typeof source !== "string"),
    authorize: async ({ method, url, headers, timestampMs }: OutgoingRequest): Promise<void> => {
      const accessKey = await resolveHeaderSecret(credentials.accessKey, "access key");
      const secretKey = await resolveHeaderSecret(credentials.secretKey, "secret key");
      const timestamp = String(Math.trunc(timestampMs));
      headers["Scp-Accesskey"] = accessKey;
      headers["Scp-Signature"] = await sign(secretKey, canonicalString(method, url, timestamp, accessKey));
      headers["Scp-Timestamp"] = timestamp;
      headers["Scp-ClientType"] = CLIENT_TYPE;
      headers["Accept-Language"] = credentials.acceptLanguage;
      secrets = [accessKey, secretKey].filter(isTelling);
      if (credentials.sessionToken === undefined) return;
      const sessionToken = await resolveHeaderSecret(credentials.sessionToken, "session token");
      headers["X-Auth-Token"] = sessionToken;
      secrets = [...secrets, sessionToken].filter(isTelling);
    },
    redact: (text: string): string =>
      secrets.reduce((kept, secret) => kept.replaceAll(secret, "[redacted]"), text),
  };
}

/** Anything shorter stands in ordinary words too, and is the key of an emulator, not of an account. */
function isTelling(secret: string): boolean {
  return secret.length >= 6;
}
