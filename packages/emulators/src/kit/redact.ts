const SECRET_HEADER = /authorization|cookie|signature|access-?key|secret|token|api-?key|password|session/i;

/** What stands in the log instead of a secret. */
const REDACTED = "[redacted]";

export interface Redactor {
  /** Headers safe to show: values of headers that carry secrets are replaced. */
  headers(headers: ReadonlyMap<string, string>): Record<string, string>;
  /** Text safe to show: every known secret in it, plain or URL-encoded, is replaced. */
  text(text: string): string;
}

/** Makes a redactor that knows these secret values. Values shorter than four characters are left alone in text. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const needles = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((needle) => needle.length >= 4)
    .sort((a, b) => b.length - a.length);
  const text = (value: string): string =>
    needles.reduce((shown, needle) => shown.replaceAll(needle, REDACTED), value);
  return {
    text,
    headers(headers) {
      const shown: Record<string, string> = {};
      for (const [name, value] of headers) shown[name] = SECRET_HEADER.test(name) ? REDACTED : text(value);
      return shown;
    },
  };
}
