/** How the faults of the conformance kit look on Cinder's API: the same for the emulator and for a real server. */
import { ANOTHER, type FaultTarget, type HarnessFault, ODD_STATE } from "@polyvol/conformance";
import type { Fault, FaultEffect, FaultMatch } from "@polyvol/emulators";
import { isPlain, plainEffect } from "../../emulators/test/kit/plain-effects.ts";

type Kind = "volumes" | "snapshots";

const STEPS: Readonly<Record<FaultTarget, readonly [string, string]>> = {
  "volumes.create": ["POST", "/v3/*/volumes"],
  "volumes.get": ["GET", "/v3/*/volumes/*"],
  "volumes.list": ["GET", "/v3/*/volumes/detail"],
  "volumes.resize": ["POST", "/v3/*/volumes/*/action"],
  "volumes.attach": ["POST", "/v3/*/volumes/*/action"],
  "volumes.delete": ["DELETE", "/v3/*/volumes/*"],
  "snapshots.create": ["POST", "/v3/*/snapshots"],
  "snapshots.get": ["GET", "/v3/*/snapshots/*"],
  "snapshots.list": ["GET", "/v3/*/snapshots/detail"],
  "snapshots.delete": ["DELETE", "/v3/*/snapshots/*"],
};
const ACTIONS: Partial<Record<FaultTarget, string>> = {
  "volumes.resize": "os-extend",
  "volumes.attach": "os-attach",
};
/** Where Nova is asked to attach. */
const BY_NOVA = "/compute/v2.1/servers/*/os-volume_attachments";

/** The faults that stand for an effect on a step of a driver, over Cinder's API; `nova`: which attaches. */
export function faultsOf({ on, effect, count = 1 }: HarnessFault, nova = false): readonly Fault[] {
  if (effect === "fail_later") throw new Error(`no fault of a request makes ${on} fail later`);
  if (effect === "busy") return busyFaults(on, count);
  const kind = kindOf(on);
  const match =
    nova && on === "volumes.attach" ? ({ method: "POST", path: BY_NOVA } as const) : matchOf(on, kind);
  return [{ match, count, ...effectOf(effect, kind, on) }];
}

function kindOf(on: FaultTarget): Kind {
  return on.startsWith("volumes") ? "volumes" : "snapshots";
}

function matchOf(on: FaultTarget, kind: Kind): FaultMatch {
  const [method, path] = STEPS[on];
  const action = ACTIONS[on];
  return {
    method,
    path: on.endsWith(".get") ? readOf(kind) : path,
    ...(action === undefined ? {} : { bodyIncludes: action }),
  };
}

/** A listing has the form of a read by its path. */
function readOf(kind: Kind): { readonly regexp: string } {
  return { regexp: `^/v3/[^/]+/${kind}/(?!detail$)[^/]+$` };
}

/**
 * The service refuses what a state forbids as it refuses wrong input, so that a driver has to read the state: the refusal,
 * and what a read at that very instant shows.
 */
function busyFaults(on: FaultTarget, count: number): readonly Fault[] {
  const match = matchOf(on, kindOf(on));
  const kind = on === "snapshots.delete" ? "snapshots" : "volumes";
  const one = kind.slice(0, -1);
  const message = `Invalid ${one}: ${one} status must be available, in-use or error.`;
  return [
    { match, count, kind: "answer", status: 400, body: { badRequest: { code: 400, message } } },
    {
      ...{ after: match, forMs: 1, match: { method: "GET", path: readOf(kind) } },
      ...{ kind: "wrong-json", at: `${one}.status`, value: "backing-up" },
    },
  ];
}

function effectOf(
  effect: Exclude<HarnessFault["effect"], "fail_later" | "busy">,
  kind: Kind,
  on: FaultTarget,
): FaultEffect {
  const isList = on.endsWith(".list");
  const one = kind.slice(0, -1);
  const item = isList ? `${kind}.0.` : `${one}.`;
  if (isPlain(effect)) return plainEffect(effect);
  switch (effect) {
    case "quota_full": {
      const message =
        "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.";
      const headers = { "retry-after": "0" };
      return {
        kind: "answer",
        status: 413,
        headers,
        body: { overLimit: { code: 413, message, retryAfter: "0" } },
      };
    }
    case "extra_field":
      return { kind: "wrong-json", at: `${item}brand_new`, value: { a: 1 } };
    case "missing_field":
      return { kind: "wrong-json", at: `${item}status` };
    case "another":
      return on.endsWith(".create")
        ? { kind: "answer", status: 202, when: "after", body: { [one]: anotherMade(kind) } }
        : { kind: "wrong-json", at: `${item}id`, value: ANOTHER.id };
    case "small_pages":
      return { kind: "query", atMost: { limit: 2 } };
    case "empty_page":
      return { kind: "wrong-json", at: kind, value: [] };
    case "odd_state":
      return { kind: "wrong-json", at: `${item}status`, value: ODD_STATE };
  }
}

function anotherMade(kind: Kind): object {
  const made = { ...ANOTHER, size: 1, status: "creating", created_at: "2026-07-14T09:00:00.000000" };
  return kind === "volumes" ? { ...made, attachments: [] } : { ...made, volume_id: ANOTHER.id };
}
