import { createHmac, randomUUID } from "node:crypto";
import type { BackupProblem } from "@polyvol/backup";
import { problemText } from "../problems.ts";
import { type Delivery, deliver } from "./deliver.ts";

/** How a command went. */
export interface Outcome {
  readonly exitCode: number;
  /** In a sentence. */
  readonly summary: string;
  readonly problems: readonly BackupProblem[];
}

/** Who watches, and what for. */
export interface Watch {
  readonly ping: URL | undefined;
  readonly notify: URL | undefined;
  /** Signs notifications. */
  readonly key: Buffer | undefined;
  readonly command: string;
  readonly runId: string;
  /** Is told what could not be delivered. */
  readonly warn: (what: string) => void;
}

/**
 * Begins: the start is told while the command works.
 *
 * @returns what tells the end; it resolves once all has been delivered or given up, and never rejects
 */
export function beginWatch(watch: Watch): (outcome: Outcome) => Promise<void> {
  const { ping, notify, warn } = watch;
  const said = new Set<string>();
  const tell = (what: string, why: string | undefined): void => {
    if (why === undefined || said.has(why)) return;
    said.add(why);
    warn(`${what} was not delivered: ${why}`);
  };
  const sendPing = async (kind: PingKind, text: string): Promise<void> => {
    if (ping !== undefined) tell("the ping", await deliver(pingOf(ping, kind, watch.runId, text)));
  };
  const sendNotification = async (outcome: Outcome): Promise<void> => {
    if (notify === undefined || outcome.exitCode === 0) return;
    tell("the notification", await deliver(notificationOf(notify, watch, outcome)));
  };
  const started = sendPing("/start", "");
  return async (outcome) => {
    const finish = async (): Promise<void> => {
      // In this order, or the switch would take the command for one that is still at work.
      await started;
      await sendPing(outcome.exitCode === 0 ? "" : "/fail", textOf(outcome));
    };
    await Promise.all([finish(), sendNotification(outcome)]);
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
 * The request that brings a notification, in the form of Standard Webhooks. With a key it is signed as that has it:
 * HMAC-SHA256 over id, time in seconds and body, in base64. `runId` is that of the pings of the same run.
 */
function notificationOf(url: URL, { key, command, runId }: Watch, outcome: Outcome): Delivery {
  const now = new Date();
  const { exitCode, problems } = outcome;
  const body = JSON.stringify({
    type: "polyvol.attention",
    timestamp: now.toISOString(),
    text: textOf(outcome),
    data: { command, runId, exitCode, problems },
  });
  const id = `msg_${randomUUID()}`;
  const seconds = String(Math.floor(now.getTime() / 1000));
  const signature = key && createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": seconds };
  return {
    url,
    body,
    headers: { ...headers, ...(signature === undefined ? {} : { "webhook-signature": `v1,${signature}` }) },
  };
}

function textOf({ summary, problems }: Outcome): string {
  return [summary, ...problems.map(problemText)].join("\n");
}

/** What a dead man's switch is told, as the end of its address: the start, success, or a failure. */
type PingKind = "/start" | "" | "/fail";

/** Bytes of text that a ping holds at most: a fifth of what Healthchecks keeps, and more than anybody reads. */
const MOST_CHARACTERS = 20_000;

/**
 * A ping in the form of Healthchecks, which others take as well: POST to the address of the check, to `/start` below it
 * before the work and to `/fail` below it when it failed, with `rid` so that start and end are matched. What the address
 * has as a query of its own stays.
 */
function pingOf(base: URL, kind: PingKind, runId: string, text: string): Delivery {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, "") + kind;
  url.searchParams.set("rid", runId);
  return {
    url,
    body: text.slice(0, MOST_CHARACTERS),
    headers: { "content-type": "text/plain; charset=utf-8" },
  };
}
