/** What the kernel answers where there is no such thing, or its disk or process has just gone. */
const ABSENT = ["ENOENT", "ENODEV", "ENXIO", "ESRCH"];

/**
 * Gives this for a read that found nothing. One that failed otherwise is thrown: what could not be seen is not absent, and a
 * disk of which nobody knows who uses it is not unused.
 */
export function orAbsent<T>(absent: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (ABSENT.includes(error.code ?? "")) return absent;
    throw error;
  };
}
