/** No deletion is judged on a listing that began longer ago than this. */
export const FRESH_FOR_MS = 60_000;
