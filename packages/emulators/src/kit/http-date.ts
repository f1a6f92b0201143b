let second = Number.NaN;
let text = "";

/** The instant as an HTTP `Date` header value. The last second asked for is kept, since it is asked for again. */
export function httpDate(ms: number): string {
  const asked = Math.floor(ms / 1000);
  if (asked !== second) {
    second = asked;
    text = new Date(asked * 1000).toUTCString();
  }
  return text;
}
