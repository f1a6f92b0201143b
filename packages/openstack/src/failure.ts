import { fitWords } from "@polyvol/core/driver";
import {
  type FailedResponse,
  type FailureRefinement,
  type ResponseHeaders,
  saysQuota,
} from "@polyvol/core/http";

/** What the body of a refusal says, and whether it is certainly block storage that speaks. */
interface Said {
  readonly isOwn: boolean;
  /** The name that Cinder or its guard gives the refusal, such as `badRequest` or `Unauthorized`. */
  readonly kind?: string;
  readonly words?: string;
}

/** In place of a resource it is a route that is missing: of a newer API, or of something else at this address. */
const NO_ROUTE = "The resource could not be found.";

/** Nova's own words: "Cannot 'attach_volume' instance … while it is in task_state reboot_started". */
const PASSING_TASK = /while it is in (?:task_state (?!None\b)\S|vm_state building\b)/;

/** What an account may not do, named by the rule that forbids it: `volume_extension:quotas:show` is no quota. */
const POLICY = /^Policy doesn't allow\b/;

/** In place of words that are those of a login that fails. */
const TOKEN_REFUSED =
  "the token of the login is refused, as for all that the access rules of an application credential leave out";

const FULL = { code: "resource_exhausted", outcome: "not_applied", retryable: false } as const;

/** Says what an unsuccessful answer of block storage means. */
export function refineFailure(response: FailedResponse): FailureRefinement {
  const said = read(response);
  const meaning = meaningOf(response, said);
  return {
    ...(said.words === undefined
      ? {}
      : { reason: meaning.code ? said.words : wordsOf(response, said.words) }),
    ...meaning,
    ...(said.kind === undefined ? {} : { providerCode: said.kind }),
  };
}

/** What else than the service answers where something is missing or taken, too: then core believes nothing of it. */
function wordsOf({ status }: FailedResponse, words: string): string {
  if (![404, 409, 410].includes(status)) return words;
  return `status ${status} came, and not in the service's own words: is its address in the catalogue right? It says ${JSON.stringify(words)}`;
}

function meaningOf(
  { status, method, headers }: FailedResponse,
  { isOwn, kind, words = "" }: Said,
): FailureRefinement {
  switch (status) {
    case 401:
      // Older guards say it in one line that they call a web page.
      return isGuarded(headers) ? { code: "unauthenticated", reason: TOKEN_REFUSED } : {};
    case 403:
      // Nova says so of one volume more than a server can have.
      return isOwn && saysQuota(words) && !POLICY.test(words) ? FULL : {};
    case 404:
      if (!isOwn || words === NO_ROUTE) return {};
      // Of a create it is what the body names: the source, which core tells from the rest, or a type.
      return {
        code: words.startsWith("Volume type") && method === "POST" ? "invalid_argument" : "not_found",
      };
    case 409:
      // A task of the server (a reboot, a resize) ends by itself; what else Nova refuses for does not.
      if (isOwn && PASSING_TASK.test(words))
        return { code: "conflict", outcome: "not_applied", retryable: true };
      // States are 400 here but for two: a revert of a volume in use, and an attachment that Nova holds.
      return isOwn ? { code: "failed_precondition" } : {};
    case 413:
      // Named `overLimit` it is a quota, with a word to try again at once that would be of no use.
      if (kind === "overLimit") return { ...FULL, retryAfterMs: 0 };
      // What bounds the pace of requests calls itself so, and says how long to wait.
      return kind === "overLimitFault"
        ? { code: "rate_limited", outcome: "not_applied", retryable: true }
        : {};
    case 400:
      // The project of the address is not that of the token.
      return words === "Malformed request url" ? { code: "permission_denied" } : {};
    default:
      return {};
  }
}

/** Whether a refusal names the way to log in that OpenStack has: of what else stands on the way nothing does. */
export function isGuarded(headers: ResponseHeaders): boolean {
  return /^Keystone\b/i.test(headers.get("www-authenticate") ?? "");
}

/**
 * The three envelopes: `{"badRequest":{"code":400,"message":…}}` is Cinder, `{"error":{…}}` its guard at the door, and
 * `{"message":…,"code":"404 Not Found"}`, with HTML in it, whatever routes requests.
 */
function read({ json }: FailedResponse): Said {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return { isOwn: false };
  const entries = Object.entries(json as Readonly<Record<string, unknown>>);
  const [kind, inner] = entries.find(([, value]) => typeof value === "object" && value !== null) ?? [];
  const { message, code, title } = Object(inner ?? json) as Readonly<Record<string, unknown>>;
  const words = typeof message === "string" ? fitWords(message.replace(/<[^>]*>/g, " "), 400) : "";
  const isOwn = kind !== undefined && kind !== "error" && /^\w{1,40}$/.test(kind) && typeof code === "number";
  const isGuard = kind === "error" && typeof code === "number" && typeof title === "string";
  const name = isOwn ? kind : isGuard ? fitWords(title, 40) : undefined;
  return { isOwn, ...(name ? { kind: name } : {}), ...(words === "" ? {} : { words }) };
}
