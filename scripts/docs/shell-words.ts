/** One simple command of a shell line, split into words; variables set before it are left out. */
export type ShellCommand = readonly string[];

/** Tokens: quoted text, operators, comments, words. */
const TOKEN =
  /\s+|#[^\n]*|&&|\|\||[|;&]|\d?>{1,2}&?\s*\S+|<\s*\S+|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\|;&<>])+/g;

/**
 * Splits a block of shell lines into its commands. It knows quotes, comments, continued lines, pipes, redirections and
 * `&&`; here documents, loops and substitutions are not for pages.
 */
export function shellCommands(code: string): readonly ShellCommand[] {
  return code
    .replace(/\\\n/g, " ")
    .split("\n")
    .flatMap((line) => commandsOfLine(line))
    .filter((words) => words.length > 0);
}

function commandsOfLine(line: string): readonly ShellCommand[] {
  const commands: string[][] = [[]];
  for (const [token] of line.matchAll(TOKEN)) {
    if (/^\s/.test(token) || /^\d?[<>]/.test(token)) continue;
    if (token.startsWith("#")) break;
    if (/^(?:&&|\|\||[|;&])$/.test(token)) commands.push([]);
    else commands.at(-1)?.push(unquoted(token));
  }
  return commands.map((words) => {
    const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
    return first < 0 ? [] : words.slice(first);
  });
}

function unquoted(token: string): string {
  return token.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
    double === undefined ? (single ?? escaped) : double.replace(/\\(["\\$])/g, "$1"),
  );
}
