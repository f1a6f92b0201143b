/** How each line of a record begins. */
export const MAGIC = '{"format":"polyvol-record"';

/** What may be read as a record, in words. */
export const OURS = "a record of runs, as polyvol backup run --record writes it";
/** Where a record may be written, in words. */
export const OURS_OR_NEW: string = `${OURS}, or a file that does not exist yet`;

/** Whether the first bytes of a file may be those of a record: of one that was cut in its first line, too. */
export function beginsLikeARecord(start: string): boolean {
  return start.startsWith(MAGIC) || MAGIC.startsWith(start);
}

/** A record of runs that cannot be written or read. What the record is about is not harmed. */
export class RecordError extends Error {
  /** Always `RecordError`. */
  override readonly name: string = "RecordError";
  /** The path as given. */
  readonly file: string;
  /** There is no such file, nor what was put aside of it: nothing was recorded yet. */
  readonly isMissing: boolean;

  constructor(
    file: string,
    found: string,
    allowed: string,
    { isMissing = false, ...options }: ErrorOptions & { readonly isMissing?: boolean } = {},
  ) {
    super(`${file}: found ${found}; allowed: ${allowed}`, options);
    this.file = file;
    this.isMissing = isMissing;
  }

  /** A failure of the file system in words; what is a {@link RecordError} already, as it is. */
  static of(file: string, error: unknown, what: "written" | "read"): RecordError {
    if (error instanceof RecordError) return error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? message;
    const allowed = what === "read" ? OURS : OURS_OR_NEW;
    return new RecordError(file, `a path that cannot be ${what} (${reason})`, allowed, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission is missing, EACCES",
  EPERM: "permission is missing, EPERM",
  ENOENT: "there is no such folder, ENOENT",
  ENOTDIR: "a part of it is no folder, ENOTDIR",
  EROFS: "the disk is read-only, EROFS",
  ENOSPC: "the disk is full, ENOSPC",
};
