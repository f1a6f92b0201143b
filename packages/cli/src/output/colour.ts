import { styleText } from "node:util";

/** Colours by meaning. */
export type Tone = "good" | "busy" | "bad" | "note" | "strong";

const STYLES = { good: "green", busy: "yellow", bad: "red", note: "dim", strong: "bold" } as const;

/** Colours text where the stream shows colours; `NO_COLOR` and `FORCE_COLOR` are obeyed. */
export function colour(tone: Tone, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(STYLES[tone], text, { stream });
}

/** What the state of a volume or snapshot means to its owner. */
export function toneOf(state: string): Tone | undefined {
  if (state === "available" || state === "in_use") return "good";
  if (state === "error") return "bad";
  return state === "unknown" ? "note" : "busy";
}
