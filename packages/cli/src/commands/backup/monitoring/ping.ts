import type { Delivery } from "./deliver.ts";

/** What a dead man's switch is told. */
export type PingKind = "start" | "success" | "fail";

const SUFFIXES: Readonly<Record<PingKind, string>> = { start: "/start", success: "", fail: "/fail" };

/** Bytes of text that a ping holds at most: a fifth of what Healthchecks keeps, and more than anybody reads. */
const MOST_CHARACTERS = 20_000;

/**
 * A ping in the form of Healthchecks, which others take as well: POST to the address of the check, to `/start` below it
 * before the work and to `/fail` below it when it failed, with `rid` so that start and end are matched. What the address
 * has as a query of its own stays.
 */
export function pingOf(base: URL, kind: PingKind, runId: string, text: string): Delivery {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, "") + SUFFIXES[kind];
  url.searchParams.set("rid", runId);
  return {
    url,
    body: text.slice(0, MOST_CHARACTERS),
    headers: { "content-type": "text/plain; charset=utf-8" },
  };
}
