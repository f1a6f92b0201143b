import type { Clouds } from "@polyvol/container";
import type { Story } from "./story.ts";

/** The story, and the clouds as the operator's commands see them. */
export interface Finale extends Story {
  readonly connected: Clouds;
}

/** Tells what a command came to. */
export function said({ teller }: Story, command: string, text: string): void {
  teller.tell(`${`polyvol backup ${command}`.padEnd(24)}${text}`);
}
