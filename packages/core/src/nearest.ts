/** The known word that `word` was most likely meant to be, or `undefined` when none is near. */
function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const away = distance(wanted, candidate.toLowerCase());
    if (away < least) [best, least] = [candidate, away];
  }
  return best ?? completed(wanted, known);
}

/** Shorter ones are part of too much. */
const SHORTEST_PART = 3;

/** The only known word that begins with `wanted`, or has it as one of its parts: `samsung-scp` for `scp`. */
function completed(wanted: string, known: Iterable<string>): string | undefined {
  if (wanted.length < SHORTEST_PART) return undefined;
  const longer = [...known].filter((candidate) => {
    const word = candidate.toLowerCase();
    return word.startsWith(wanted) || word.split(/[-_./]/).includes(wanted);
  });
  return longer.length === 1 ? longer[0] : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function distance(from: string, to: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const choices = [
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      ];
      if (swapped) choices.push((older[column - 2] ?? 0) + 1);
      current.push(Math.min(...choices));
    }
    older = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/** What somebody is told who has written a word that there is not. */
export interface Suggestion {
  /** A sentence: `Did you mean "region"?` */
  readonly hint: string;
}

/** What `word` was most likely meant to be, as a sentence such as `Did you mean "region"?`; `undefined` when no known word is near. */
export function suggestion(word: string, known: Iterable<string>): Suggestion | undefined {
  const near = nearest(word, known);
  return near === undefined ? undefined : { hint: `Did you mean ${JSON.stringify(near)}?` };
}
