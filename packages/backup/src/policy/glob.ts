/**
 * Whether the whole text fits the pattern: `*` is any text, also none; `?` is any one character; everything else is
 * itself. Takes time in proportion to both lengths multiplied at worst, whatever the pattern.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const wanted = [...pattern];
  const given = [...text];
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < given.length; ) {
    if (wanted[at] === "*") {
      star = at;
      at += 1;
      retry = index;
    } else if (at < wanted.length && (wanted[at] === "?" || wanted[at] === given[index])) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      // What the last star takes grows by one character.
      retry += 1;
      index = retry;
      at = star + 1;
    } else {
      return false;
    }
  }
  while (wanted[at] === "*") at += 1;
  return at === wanted.length;
}
