import { refusedArgument, show } from "@polyvol/core/driver";

/** What a word of a command may be: no system gives a program an argument with a NUL in it. */
export const WITHOUT_NUL = "a text without NUL (\\u0000), which no program can be given";

export function hasNul(word: string): boolean {
  return word.includes("\0");
}

/** For a command that code gives. @throws PolyvolError `invalid_argument` */
export function refuseNul(command: readonly string[]): void {
  const index = command.findIndex(hasNul);
  if (index !== -1)
    throw refusedArgument(`command[${index}]: found ${show(command[index])}, allowed: ${WITHOUT_NUL}`);
}
