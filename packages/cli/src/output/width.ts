import measure from "fast-string-truncated-width";

/** Columns that a text takes on a terminal; a Korean character takes two. */
export function widthOf(text: string): number {
  return measure(text).width;
}

/** The text cut to so many columns, with a mark where it was. */
export function fit(text: string, width: number): string {
  const { index, ellipsed } = measure(text, { limit: width, ellipsis: "…", ellipsisWidth: 1 });
  if (!ellipsed) return text.slice(0, index);
  // The library cuts too late behind characters that are neither Latin nor Chinese, Japanese or Korean.
  const kept = [...text.slice(0, index)];
  while (kept.length > 0 && widthOf(kept.join("")) >= width) kept.pop();
  return `${kept.join("")}…`;
}
