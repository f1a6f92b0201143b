/** One way to write `Retry-After`, and what it asks for; `undefined` where it asks for nothing that can be read. */
export interface RetryAfterForm {
  readonly text: string;
  readonly status: 429 | 503;
  readonly waitMs: number | undefined;
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** 100 forms. Dates are relative to `now`, to which the provider's `Date` is rounded down. */
export function* RETRY_AFTER_FORMS(now: () => number): Generator<RetryAfterForm> {
  const seconds = [0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 29, 31, 45, 60, 120, 600, 3_600, 86_400, 1e6, 1e8];
  const decimals = ["0.5", "1.5", "2.25", "0.001", "10.75", "45.5"];
  const offsets = [-86_400, -3_600, -60, -1, 1, 2, 5, 10, 20, 25, 35, 60, 600, 86_400];
  const unreadable = [
    ...["soon", "-1", "-60", "1e3", "0x10", "1,5", "1 s", "NaN", "Infinity", "null", "2026-07-14T09:00:00Z"],
    ...["Tue, 14 Jul 2026", "tomorrow", "+5", "5;", "1 2", "60 seconds", "--", "0b11", "PT5S"],
  ];
  const forms: RetryAfterForm[] = [];
  for (const status of [429, 503] as const) {
    for (const value of seconds) forms.push({ text: String(value), status, waitMs: value * 1_000 });
  }
  for (const text of decimals) forms.push({ text, status: 503, waitMs: Number(text) * 1_000 });
  for (const text of unreadable) forms.push({ text, status: 429, waitMs: undefined });
  yield* forms;
  for (const [style, write] of [imf, rfc850].entries()) {
    for (const offset of offsets) {
      const shown = Math.floor(now() / 1_000) * 1_000;
      const waitMs = Math.max(0, offset * 1_000);
      yield { text: write(new Date(shown + offset * 1_000)), status: style === 0 ? 503 : 429, waitMs };
    }
  }
  for (const offset of [-5, 0, 3, 8, 12, 40]) {
    const date = new Date(Math.floor(now() / 1_000) * 1_000 + offset * 1_000);
    yield { text: asctime(date), status: 429, waitMs: Math.max(0, offset * 1_000) };
  }
}

function imf(date: Date): string {
  return date.toUTCString();
}

function rfc850(date: Date): string {
  const [, day = "", month = "", year = "", time = ""] = date.toUTCString().split(" ");
  return `${DAYS[date.getUTCDay()] ?? ""}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
}

function asctime(date: Date): string {
  const [weekday = "", day = "", month = "", year = "", time = ""] = date.toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`;
}
