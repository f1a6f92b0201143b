import { fitWords } from "@polyvol/core/driver";
import { absentIfOdd, type FailedResponse, type FailureRefinement, saysQuota } from "@polyvol/core/http";
import * as z from "zod/mini";

/** What is not as documented is as good as absent: a failure must not fail to be read. */
const text = z.optional(z.union([z.string(), absentIfOdd]));
/** Present, as an object, in refusals for lack of permission. */
const permission = z.optional(z.union([z.object({ action_name: z.string() }), absentIfOdd]));
const lines = z.pipe(
  z.array(z.string()),
  z.transform((each) => each.join("; ")),
);
const detail = z.optional(z.union([z.string(), lines, absentIfOdd]));
const problem = z.object({
  code: text,
  title: text,
  detail,
  request_id: text,
  global_request_id: text,
  response: permission,
});
/** The service's own. */
const envelope = z.object({ errors: z.tuple([problem], z.unknown()) });
/** In the service's envelope there is always a code: what has none may be anybody's list of errors. */
const isOwn = ({ code }: z.infer<typeof problem>): boolean => code !== undefined && code !== "";
/** The gateway's, in front of the service. */
const gateway = z.object({
  timestamp: z.optional(z.unknown()),
  path: z.string(),
  error: z.string(),
  requestId: text,
});
/** Of the service beneath, whose way to refuse what is beyond a quota it is. */
const cinder = z.object({ overLimit: z.object({ message: text }) });
/** Declared for some routes, and never seen. */
const fields = z
  .array(z.object({ loc: z.nullish(z.array(z.string())), msg: z.string() }))
  .check(z.minLength(1));

/** What the body says: who speaks, whether of a quota, and the words that go on to the caller. */
interface Problem {
  readonly from: "service" | "gateway" | "page" | "nowhere";
  /** Whether it is certainly the service that speaks. */
  readonly isOwn?: boolean;
  readonly isQuota?: boolean;
  readonly said?: Readonly<Partial<Record<"reason" | "providerCode" | "requestId", string | undefined>>>;
}

const QUOTA_STATUSES: ReadonlySet<number> = new Set([400, 403, 409, 413, 422]);

/** Says what an unsuccessful answer means; `redact` takes credentials out of what the service says. */
export function createFailureRefinement(
  redact: (text: string) => string,
): (response: FailedResponse) => FailureRefinement {
  return (response) => {
    const found = readProblem(response);
    const said = Object.entries(found.said ?? {}).map(([key, words]) => [
      key,
      fitWords(redact(words ?? ""), 400),
    ]);
    const kept = Object.fromEntries(said.filter(([, words]) => words !== ""));
    return { ...meaningOf(response, found), ...kept };
  };
}

/** What the status alone does not say. */
function meaningOf({ status, method, target }: FailedResponse, found: Problem): FailureRefinement {
  const path = target.replace(/\?.*$/s, "");
  const passes = { code: "conflict", outcome: "not_applied", retryable: true } as const;
  // Which status a full quota has depends on the version beneath; what it says does not.
  if (found.isQuota && QUOTA_STATUSES.has(status) && (method === "POST" || method === "PUT")) {
    return { code: "resource_exhausted", outcome: "not_applied", retryable: false };
  }
  switch (status) {
    case 400: {
      // A wrong field is a wrong argument: a deletion has none, even where its answer was cut before it said why. Else the
      // state of the resource forbids it, which a new volume has none of.
      const code = found.said?.providerCode;
      const isField = code === "ValidationError" || (code === undefined && method !== "DELETE");
      const hasState = method !== "GET" && !path.endsWith("/v1/volumes") && found.from !== "page";
      return hasState && !isField ? { code: "failed_precondition" } : {};
    }
    case 404:
    case 410:
      // Only the service knows what does not exist; taking anybody's word for it would make deletions succeed.
      // The gateway has not passed the request on, and does so later where it had no route for a moment.
      if (found.from === "gateway") return { code: "unauthenticated", retryable: true };
      return found.isOwn ? { code: "not_found" } : {};
    case 409:
      if (!found.isOwn) return {};
      // Core has let the volume come to rest, so this will not pass: attached elsewhere, or not to be reverted to.
      if (!/\/(?:servers|servers\/[^/]+\/volumes|revert)$/.test(path)) return passes;
      return { code: "failed_precondition", mayAlreadyExist: !path.endsWith("/revert") };
    case 417:
      // The firewall at the edge turns bursts away. Whether the service has seen the request is not known.
      return found.from === "page" ? { code: "unavailable", outcome: "unknown", retryable: true } : {};
    case 500:
      // What was made or changed just now fails to be deleted, and can be a little later.
      return found.isOwn && method === "DELETE" && /\/v1\/(?:snapshots|volumes)\/[^/]+$/.test(path)
        ? passes
        : {};
    default:
      return {};
  }
}

/** A refusal for lack of permission names the action that a policy of the account has to allow. */
function withAction(reason: string | undefined, action: string | undefined): string | undefined {
  if (action === undefined || reason?.includes(action)) return reason;
  return [reason, `it needs permission for the action ${action}`].filter(Boolean).join("; ");
}

function readProblem({ json, text: body, status }: FailedResponse): Problem {
  const own = envelope.safeParse(json).data?.errors[0];
  if (own !== undefined) {
    const { code, title, detail: reason, request_id, global_request_id, response } = own;
    const isQuota = response === undefined && saysQuota([code, title, reason].join(" "));
    const requestId = request_id ?? global_request_id;
    return {
      from: "service",
      isOwn: isOwn(own),
      isQuota,
      said: {
        providerCode: code,
        reason: withAction(reason || title || code, response?.action_name),
        requestId,
      },
    };
  }
  const passing = gateway.safeParse(json).data;
  if (passing !== undefined) {
    const unknown = "did not take the request for one to the service: were its Scp headers lost on the way?";
    const reason = `the gateway ${status === 404 ? unknown : `answered ${passing.error}`}`;
    return { from: "gateway", said: { reason, requestId: passing.requestId } };
  }
  const beneath = cinder.safeParse(json).data?.overLimit;
  if (beneath !== undefined) return { from: "nowhere", isQuota: true, said: { reason: beneath.message } };
  const wrong = fields.safeParse(json).data;
  if (wrong !== undefined) {
    const reasons = wrong.map(({ loc, msg }) => (loc ? `${loc.join(".")}: ${msg}` : msg));
    return { from: "service", said: { reason: reasons.join("; ") } };
  }
  if (!/^\s*</.test(body)) return { from: "nowhere" };
  const requestId = /support id\D{0,40}?([\w-]{6,})/i.exec(body)?.[1];
  const burst = "the firewall in front of the service rejected the request, as it does with bursts";
  const page = "a web page came in place of an answer: are baseUrl, region and environment right?";
  // Who it is that refuses credentials with a page, core says.
  const reason = status === 417 ? burst : status === 401 || status === 403 ? undefined : page;
  return { from: "page", said: { reason, requestId } };
}
