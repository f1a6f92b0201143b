import { evaluateRetention, type RetentionPolicy, type RetentionSnapshot } from "../../src/index.ts";

/** Later than every snapshot of the examples, unless they say otherwise. */
export const NOW: Date = new Date("2030-01-01T00:00:00Z");

/** Snapshots by name and ISO time. */
export function taken(times: Readonly<Record<string, string>>): RetentionSnapshot[] {
  return Object.entries(times).map(([id, time]) => ({ id, time: new Date(time) }));
}

/** The ids that stay, newest first. */
export function keptIds(
  policy: RetentionPolicy,
  snapshots: readonly RetentionSnapshot[],
  now: Date = NOW,
): string[] {
  return evaluateRetention(policy, snapshots, { now }).kept.map(({ snapshot }) => snapshot.id);
}

/** The reasons of each snapshot that stays. */
export function reasonsById(
  policy: RetentionPolicy,
  snapshots: readonly RetentionSnapshot[],
  now: Date = NOW,
): Record<string, string[]> {
  const { kept } = evaluateRetention(policy, snapshots, { now });
  return Object.fromEntries(
    kept.map(({ snapshot, reasons }) => [snapshot.id, reasons.map(({ text }) => text)]),
  );
}
