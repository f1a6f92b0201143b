/** Reads `/proc/self/mountinfo`. */

/** One mount. */
export interface Mount {
  /** Numbers of the device, such as `8:16`. */
  readonly numbers: string;
  /** Where it is mounted. */
  readonly path: string;
  /** What is mounted, such as `/dev/sda`. */
  readonly source: string;
}

/** All mounts, in their order: a later one may lie on an earlier one. Lines of another form are left out. */
export function parseMountInfo(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [front = "", back = ""] = line.split(" - ");
    const [, , numbers, , path] = front.split(" ");
    const [, source] = back.split(" ");
    if (numbers === undefined || path === undefined || source === undefined) return [];
    return [{ numbers, path: decodeField(path), source: decodeField(source) }];
  });
}

/** Blanks, tabs, line ends and backslashes are written as three octal digits. */
function decodeField(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
