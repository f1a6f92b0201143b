import { stripVTControlCharacters, styleText } from "node:util";

/** Control characters, and marks that change the direction of text: both can make a terminal show what is not there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from elsewhere, safe to show in one line. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, "");
}

/** The same for text of several lines. */
export function cleanLines(text: string): string {
  return text.split("\n").map(clean).join("\n");
}

/** JSON and YAML for a terminal: line feeds are the only controls that belong there. */
export function cleanFor(stream: NodeJS.WriteStream, text: string): string {
  return stream.isTTY ? cleanLines(text) : text;
}

/** Whether what was written can be taken back: on a terminal, but for one that knows no movements, such as an editor's. */
export function canMove(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env["TERM"] !== "dumb";
}

/** Colours by meaning. */
export type Tone = "good" | "busy" | "bad" | "note" | "strong";

const STYLES = { good: "green", busy: "yellow", bad: "red", note: "dim", strong: "bold" } as const;

/** Colours text where the stream shows colours; `NO_COLOR` and `FORCE_COLOR` are obeyed. */
export function colour(tone: Tone, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(STYLES[tone], text, { stream });
}

/** The tone of the state of a volume or snapshot. */
export function stateTone(state: string): Tone | undefined {
  if (state === "available" || state === "in_use") return "good";
  if (state === "error") return "bad";
  return state === "unknown" ? "note" : "busy";
}
