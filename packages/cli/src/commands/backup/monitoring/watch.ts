import type { BackupProblem } from "@polyvol/backup";
import { problemText } from "../problems.ts";
import { type Delivery, deliver } from "./deliver.ts";
import { notificationRequest } from "./notification.ts";

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

/** Tells those that watch over a command how it goes. */
export interface Watcher {
  /** Resolves once all has been delivered or given up. Never rejects. */
  end(outcome: Outcome): Promise<void>;
}

/** Begins: the start is told while the command works. */
export function createWatcher(watch: Watch): Watcher {
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
  const started = sendPing("start", "");
  return {
    async end(outcome) {
      const finish = async (): Promise<void> => {
        // In this order, or the switch would take the command for one that is still at work.
        await started;
        await sendPing(outcome.exitCode === 0 ? "success" : "fail", textOf(outcome));
      };
      await Promise.all([finish(), sendNotification(outcome)]);
    },
  };
}

function notificationOf(url: URL, { key, command, runId }: Watch, outcome: Outcome): Delivery {
  const now = new Date();
  const { exitCode, problems } = outcome;
  const notification = {
    type: "polyvol.attention",
    timestamp: now.toISOString(),
    text: textOf(outcome),
    data: { command, runId, exitCode, problems },
  } as const;
  return notificationRequest(url, notification, key, now);
}

function textOf({ summary, problems }: Outcome): string {
  return [summary, ...problems.map(problemText)].join("\n");
}

/** What a dead man's switch is told. */
type PingKind = "start" | "success" | "fail";

const SUFFIXES: Readonly<Record<PingKind, string>> = { start: "/start", success: "", fail: "/fail" };

/** Bytes of text that a ping holds at most: a fifth of what Healthchecks keeps, and more than anybody reads. */
const MOST_CHARACTERS = 20_000;

/**
 * A ping in the form of Healthchecks, which others take as well: POST to the address of the check, to `/start` below it
 * before the work and to `/fail` below it when it failed, with `rid` so that start and end are matched. What the address
 * has as a query of its own stays.
 */
function pingOf(base: URL, kind: PingKind, runId: string, text: string): Delivery {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, "") + SUFFIXES[kind];
  url.searchParams.set("rid", runId);
  return {
    url,
    body: text.slice(0, MOST_CHARACTERS),
    headers: { "content-type": "text/plain; charset=utf-8" },
  };
}
