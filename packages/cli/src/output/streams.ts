/**
 * A reader that has seen enough (`| head`) is no failure: what is written after it has gone is dropped, and the
 * command goes on, because it may be in the middle of a change.
 */
export function tolerateClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

const wipes = new Set<() => void>();

/** Registers what takes moving lines off the screen before anything else is written. Returns the way back. */
export function wipeBeforeWriting(wipe: () => void): () => void {
  wipes.add(wipe);
  return () => void wipes.delete(wipe);
}

/** Results. */
export function out(text: string): void {
  write(process.stdout, text);
}

/** Everything that is said about the work: progress, failures, questions. */
export function say(text: string): void {
  write(process.stderr, text);
}

function write(stream: NodeJS.WriteStream, text: string): void {
  for (const wipe of wipes) wipe();
  if (stream.writable) stream.write(text);
}
