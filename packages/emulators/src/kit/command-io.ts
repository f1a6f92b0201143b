/** The surroundings of the emulators' command line. */
export interface CommandIo {
  /** What is typed to run it, for messages and help texts. Default `polyvol-emulator`. */
  readonly program?: string | undefined;
  /** Writes to standard output; the text ends with a line feed. */
  out(text: string): void;
  /** Writes to standard error; the text ends with a line feed. */
  err(text: string): void;
  /** Takes what went wrong, in a sentence. Default: a line of `err` that begins with `error:`. */
  fail?(message: string): void;
  /** Takes a warning, in a sentence. Default: a line of `err` that begins with `warning:`. */
  warn?(message: string): void;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves when the server is to stop. Called once it is listening. */
  untilStopped(): Promise<void>;
}

export function fail(io: CommandIo, message: string): void {
  if (io.fail) io.fail(message);
  else io.err(`error: ${message}\n`);
}

export function warn(io: CommandIo, message: string): void {
  if (io.warn) io.warn(message);
  else io.err(`warning: ${message}\n`);
}
