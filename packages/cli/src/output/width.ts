import measure from "fast-string-truncated-width";

/** Columns that a text takes on a terminal; a Korean character takes two. */
export function widthOf(text: string): number {
  return measure(text).width;
}

/** The text cut to so many columns, with a mark where it was. */
export function fit(text: string, width: number): string {
  const { index, ellipsed } = measure(text, { limit: width, ellipsis: "…", ellipsisWidth: 1 });
  return `${text.slice(0, index)}${ellipsed ? "…" : ""}`;
}
