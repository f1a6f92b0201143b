/** True for `localhost`, names under it, 127.0.0.0/8 and ::1, with or without brackets. */
export function isLoopbackName(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "::1" ||
    /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  );
}

/** The host without its port, lower case: `[::1]:80` gives `[::1]`. `undefined` for what is no host. */
export function hostName(header: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/.exec(header.toLowerCase())?.[1];
}

/**
 * Tests `Host` headers against loopback and the given hosts (names, with or without a port), so that a page on
 * another name cannot reach the emulator through a browser (DNS rebinding). Verdicts are remembered.
 */
export function createHostCheck(publicHosts: readonly string[]): (header: string) => boolean {
  const allowed = new Set(publicHosts.flatMap((host) => hostName(host) ?? []));
  const verdicts = new Map<string, boolean>();
  return (header) => {
    const known = verdicts.get(header);
    if (known !== undefined) return known;
    const name = hostName(header);
    const verdict = name !== undefined && (isLoopbackName(name) || allowed.has(name));
    if (verdicts.size < 100) verdicts.set(header, verdict);
    return verdict;
  };
}
