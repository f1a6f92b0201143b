/** What `--timeout` gives is used up. The process exits with 1. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}
