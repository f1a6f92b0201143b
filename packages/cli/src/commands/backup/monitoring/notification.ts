import { createHmac, randomUUID } from "node:crypto";
import type { BackupProblem } from "@polyvol/backup";
import type { Delivery } from "./deliver.ts";

/** What `--notify` sends: a document in the form of Standard Webhooks. */
export interface Notification {
  readonly type: "polyvol.attention";
  /** When it was sent: ISO 8601, UTC. */
  readonly timestamp: string;
  /** What happened, in words. */
  readonly text: string;
  readonly data: {
    /** The command, such as `backup run`. */
    readonly command: string;
    /** The id that the pings of the same run have. */
    readonly runId: string;
    readonly exitCode: number;
    readonly problems: readonly BackupProblem[];
  };
}

/** The fewest bytes of a key that the specification of Standard Webhooks allows. */
const FEWEST_KEY_BYTES = 24;

/**
 * The key that a shared secret stands for: base64 after `whsec_`, any other text as it is.
 * @returns the key, or in words what is wrong with the secret
 */
export function keyOf(secret: string): Buffer | string {
  const [, encoded] = /^whsec_([A-Za-z0-9+/_-]+={0,2})$/.exec(secret) ?? [];
  if (encoded === undefined && secret.startsWith("whsec_")) return "what follows whsec_ is not base64";
  const key = encoded === undefined ? Buffer.from(secret) : Buffer.from(encoded, "base64");
  if (key.length >= FEWEST_KEY_BYTES) return key;
  return `found a key of ${key.length} bytes, allowed: ${FEWEST_KEY_BYTES} and more`;
}

/**
 * The request that brings a notification. With a key it is signed as Standard Webhooks has it: HMAC-SHA256 over id, time
 * in seconds and body, in base64.
 */
export function notificationRequest(
  url: URL,
  notification: Notification,
  key: Buffer | undefined,
  now: Date,
): Delivery {
  const body = JSON.stringify(notification);
  const id = `msg_${randomUUID()}`;
  const seconds = String(Math.floor(now.getTime() / 1000));
  const signature =
    key === undefined
      ? undefined
      : createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return {
    url,
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": seconds,
      ...(signature === undefined ? {} : { "webhook-signature": `v1,${signature}` }),
    },
  };
}
