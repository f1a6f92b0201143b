/** The faults of the conformance kit that look the same on every provider's API, for the harnesses of the adapters. */
import type { FaultEffect } from "@polyvol/emulators";

const PLAIN_EFFECTS = {
  lose_answer: { kind: "cut-after" },
  cut: { kind: "cut-before" },
  unavailable_before: { kind: "answer", status: 503, when: "before" },
  unavailable_after: { kind: "answer", status: 503, when: "after" },
  too_many: { kind: "answer", status: 429, when: "before", headers: { "retry-after": "10" } },
  stranger: { kind: "answer", status: 404, when: "before", body: { message: "no such route" } },
} as const satisfies Readonly<Record<string, FaultEffect>>;

export type PlainEffect = keyof typeof PLAIN_EFFECTS;

export function isPlain(effect: string): effect is PlainEffect {
  return effect in PLAIN_EFFECTS;
}

export function plainEffect(effect: PlainEffect): FaultEffect {
  return PLAIN_EFFECTS[effect];
}
