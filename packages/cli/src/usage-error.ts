/** A command line that is understood but cannot be done as it stands. The process exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
