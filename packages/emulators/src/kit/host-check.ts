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
 * Tests `Host` headers against loopback and the given hosts (names, with or without a port, or `*.` and a domain),
 * so that a page on another name cannot reach the emulator through a browser (DNS rebinding).
 */
export function createHostCheck(hosts: readonly string[]): (header: string) => boolean {
  const domains = hosts.filter((host) => host.startsWith("*.")).map((host) => host.slice(1).toLowerCase());
  const names = new Set(hosts.flatMap((host) => hostName(host) ?? []).filter((name) => !WILDCARDS.has(name)));
  return (header) => {
    const name = hostName(header);
    if (name === undefined) return false;
    return isLoopbackName(name) || names.has(name) || domains.some((domain) => name.endsWith(domain));
  };
}

/** Addresses to bind that are no address of anything. */
const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::", "[::]"]);
