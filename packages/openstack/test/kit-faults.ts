/** How the faults of the conformance kit look on Cinder's API: the same for the emulator and for a real server. */
import { ANOTHER, type FaultTarget, type HarnessFault, ODD_STATE } from "@polyvol/conformance";
import type { Fault, FaultEffect } from "@polyvol/emulators";
import { isPlain, plainEffect } from "../../emulators/test/kit/plain-effects.ts";

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

/** The fault that stands for an effect on a step of a driver, over Cinder's API; `nova`: which attaches. */
export function faultOf({ on, effect, count = 1 }: HarnessFault, nova = false): Fault {
  if (effect === "fail_later" || effect === "busy")
    throw new Error(`no fault of a request makes ${on} fail later`);
  if (nova && on === "volumes.attach")
    return { match: { method: "POST", path: BY_NOVA }, count, ...effectOf(effect, "volumes", on) };
  const [method, path] = STEPS[on];
  const action = ACTIONS[on];
  const kind = on.startsWith("volumes") ? "volumes" : "snapshots";
  return {
    match: {
      method,
      // A listing has the form of a read by its path.
      path: on.endsWith(".get") ? { regexp: `^/v3/[^/]+/${kind}/(?!detail$)[^/]+$` } : path,
      ...(action === undefined ? {} : { bodyIncludes: action }),
    },
    count,
    ...effectOf(effect, kind, on),
  };
}

function effectOf(
  effect: Exclude<HarnessFault["effect"], "fail_later" | "busy">,
  kind: "volumes" | "snapshots",
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

function anotherMade(kind: "volumes" | "snapshots"): object {
  const made = { ...ANOTHER, size: 1, status: "creating", created_at: "2026-07-14T09:00:00.000000" };
  return kind === "volumes" ? { ...made, attachments: [] } : { ...made, volume_id: ANOTHER.id };
}
