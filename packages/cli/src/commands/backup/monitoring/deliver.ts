/** What is sent to a receiver that watches over backups. */
export interface Delivery {
  /** Where to. It can hold a secret, so no message shows more of it than the host. */
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Bounds of one delivery, in milliseconds. */
export interface DeliveryBounds {
  /** For one attempt. */
  readonly attemptMs: number;
  /** For all attempts and the pauses between them. */
  readonly totalMs: number;
}

/** A receiver that hangs delays the end of a command by so much and no more. */
const BOUNDS: DeliveryBounds = { attemptMs: 5_000, totalMs: 10_000 };

/**
 * Sends it by POST, three times at most. Never throws: a receiver that is away must not harm what it watches over.
 *
 * @returns why it could not be delivered, in words; `undefined` when it was
 */
export async function deliver(
  { url, body, headers }: Delivery,
  { attemptMs, totalMs }: DeliveryBounds = BOUNDS,
): Promise<string | undefined> {
  const { default: ky, isHTTPError, isTimeoutError } = await import("ky");
  try {
    await ky.post(url, {
      body,
      headers,
      // A redirected POST would come out as a GET without a body, and a signed document would go to somebody else.
      redirect: "manual",
      retry: { limit: 2, methods: ["post"], retryOnTimeout: true, maxRetryAfter: attemptMs },
      timeout: attemptMs,
      totalTimeout: totalMs,
    });
    return undefined;
  } catch (error) {
    if (isHTTPError(error)) return `${url.host} answered ${answerText(error.response)}`;
    if (isTimeoutError(error)) return `${url.host} gave no answer in time`;
    return `${url.host} could not be reached${codeOf(error)}`;
  }
}

function answerText({ status, headers }: Response): string {
  const { host } = URL.parse(headers.get("location") ?? "") ?? {};
  if (status < 300 || status > 399) return String(status);
  return `${status}, a redirect${host === undefined ? "" : ` to ${host}`}, which is not followed: give the last address`;
}

/** The code of the system, such as ` (ECONNREFUSED)`: the texts around it can hold the whole address. */
function codeOf(error: unknown): string {
  for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 5; depth += 1) {
    const { code, cause } = at as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === "string" && /^[A-Z_]+$/.test(code)) return ` (${code})`;
    at = cause;
  }
  return "";
}
