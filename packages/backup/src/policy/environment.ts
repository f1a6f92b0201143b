/** Variables that a command always inherits: what programs need to start and to print, and nothing else. */
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
  inherited: Inherited,
  named: readonly string[],
  withheld: readonly string[],
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const harmless = named.filter((name) => !isCredentialName(name));
  return commandEnvironment(inherited, harmless, withheld, own);
}

/**
 * What a command inherits that has credentials of its own, such as those of a repository: the harmless variables, those
 * it names, whatever they hold, and `own`. Never one of `withheld`: those of the clouds.
 */
export function commandEnvironment(
  inherited: Inherited,
  named: readonly string[],
  withheld: readonly string[],
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    const wanted = named.includes(name) || isHarmless(name);
    if (value === undefined || !wanted || withheld.includes(name)) continue;
    kept[name] = value;
  }
  return { ...kept, ...own };
}

/** Variables of a process. */
type Inherited = Readonly<Record<string, string | undefined>>;

function isHarmless(name: string): boolean {
  return HARMLESS.has(name.toUpperCase()) || (name.startsWith("LC_") && !isCredentialName(name));
}
