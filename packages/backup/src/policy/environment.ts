/** Variables that a hook always inherits: what programs need to start and to print, and nothing else. */
const HARMLESS: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TERM",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SYSTEMROOT",
  "COMSPEC",
  "PATHEXT",
  "WINDIR",
]);

const CREDENTIAL = /(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|ACCESS_?KEY|API_?KEY|PRIVATE_?KEY)/i;

/** Whether the name of a variable says that it holds credentials. A hook never inherits it. */
export function isCredentialName(name: string): boolean {
  return CREDENTIAL.test(name);
}

/**
 * What a hook inherits: the harmless variables, those it names, and `own`. Never one that holds credentials by its
 * name, and none of `withheld`.
 */
export function hookEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
  named: readonly string[],
  withheld: readonly string[],
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    const wanted = HARMLESS.has(name.toUpperCase()) || name.startsWith("LC_") || named.includes(name);
    if (value === undefined || !wanted || withheld.includes(name) || isCredentialName(name)) continue;
    kept[name] = value;
  }
  return { ...kept, ...own };
}
