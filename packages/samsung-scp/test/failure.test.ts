import type { FailedResponse, HttpMethod } from "@polyvol/core/http";
import { describe, expect, test } from "vitest";
import { createFailureRefinement } from "../src/failure.ts";

const refine = createFailureRefinement((text) => text.replaceAll("AKTESTEXAMPLE0001", "[redacted]"));

function failed(
  status: number,
  body: unknown,
  method: HttpMethod = "GET",
  target = "/v1/volumes",
): FailedResponse {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const json = typeof body === "string" ? undefined : body;
  return { status, headers: new Headers(), method, target, json, text };
}

function problem(fields: object): object {
  return {
    errors: [
      {
        code: "Code",
        title: "Title",
        status: 400,
        detail: "Detail.",
        request_id: "req-1",
        global_request_id: "req-2",
        links: [],
        related_resources: [],
        response: null,
        ...fields,
      },
    ],
  };
}

const VOLUME = "/v1/volumes/3f500f00-ed80-4566-a057-e31760226f9a";
const SNAPSHOT = "/v1/snapshots/cceed636-1f1e-4bb0-b85c-4e5b9e0bf790";
const spring = {
  timestamp: "2026-06-05T00:00:00Z",
  path: "/v1/volumes",
  status: 404,
  error: "Not Found",
  requestId: "8af0c9",
};

describe("the service's envelope", () => {
  test("a list of texts, one for each field", () => {
    const detail = ['Field "name" is invalid.', 'Field "size" is invalid. Example: "104"'];
    expect(refine(failed(400, problem({ code: "ValidationError", detail }), "POST"))).toEqual({
      reason: 'Field "name" is invalid.; Field "size" is invalid. Example: "104"',
      providerCode: "ValidationError",
      requestId: "req-1",
    });
  });

  test.each([
    ["one text", { detail: "One text." }, "One text."],
    ["no text but a title", { detail: undefined }, "Title"],
    ["nothing but a code", { detail: "", title: null }, "Code"],
    ["fields of wrong types", { detail: 5, title: { a: 1 } }, "Code"],
  ])("%s", (_, fields, reason) => {
    expect(refine(failed(400, problem(fields))).reason).toBe(reason);
  });

  test("the request id, or the global one", () => {
    expect(refine(failed(404, problem({ request_id: undefined }))).requestId).toBe("req-2");
  });

  test("texts come in one line, bounded, and without credentials", () => {
    const detail = `Key AKTESTEXAMPLE0001\n\u001b[31m is unknown.${" x".repeat(1000)}`;
    const { reason } = refine(failed(401, problem({ detail })));
    expect(reason).toMatch(/^Key \[redacted\] \[31m is unknown\./);
    expect(reason).toHaveLength(400);
  });

  test("Korean texts are kept", () => {
    expect(refine(failed(404, problem({ detail: "리소스를 찾을 수 없습니다." }))).reason).toBe(
      "리소스를 찾을 수 없습니다.",
    );
  });
});

describe("meaning", () => {
  const opaque = problem({ code: "VirtualServer.BadRequest", detail: "The request could not be satisfied." });
  const quota = problem({ code: "Forbidden", title: "QuotaExceeded", detail: "Quota exceeded for volumes." });
  const overLimit = { overLimit: { code: 413, message: "VolumeLimitExceeded", retryAfter: "0" } };
  const FULL = { code: "resource_exhausted", outcome: "not_applied", retryable: false };
  const denied = problem({
    code: "Forbidden",
    detail: "You do not have permission to Create.",
    response: {
      access_level: "CREATE",
      action_name: "virtualserver:ShowVolumeQuotaSet",
      caused_auths: [],
      message: "m",
    },
  });

  test.each<[string, FailedResponse, object]>([
    ["an opaque refusal of a change", failed(400, opaque, "DELETE", VOLUME), { code: "failed_precondition" }],
    ["a deletion refused without a word", failed(400, "", "DELETE", VOLUME), { code: "failed_precondition" }],
    [
      "an opaque refusal of a snapshot",
      failed(400, opaque, "POST", "/v1/snapshots"),
      { code: "failed_precondition" },
    ],
    ["not found", failed(404, problem({ code: "NotFound" })), { code: "not_found" }],
    ...[400, 403, 409, 413, 422].map(
      (status) =>
        [`a full quota, ${status}`, failed(status, quota, "POST"), FULL] as [string, FailedResponse, object],
    ),
    ["a full quota, in the words beneath", failed(413, overLimit, "POST"), FULL],
    ["a full quota on a server", failed(409, quota, "POST", `${VOLUME}/servers`), FULL],
    [
      "a full quota, in Korean",
      failed(403, problem({ detail: "볼륨 할당량을 초과했습니다." }), "POST"),
      FULL,
    ],
    [
      "a limit that is reached, in other words",
      failed(409, problem({ detail: "볼륨 생성 한도를 초과했습니다." }), "POST", "/v1/snapshots"),
      FULL,
    ],
    ["the limit of a page", failed(400, problem({ detail: "limit exceeds the maximum number" })), {}],
    [
      "busy",
      failed(409, problem({}), "PUT", `${VOLUME}/size`),
      { code: "conflict", outcome: "not_applied", retryable: true },
    ],
    [
      "busy while deleted",
      failed(409, problem({}), "DELETE", `${VOLUME}?cascade=false`),
      { code: "conflict", retryable: true },
    ],
    [
      "attached elsewhere",
      failed(409, problem({}), "POST", `${VOLUME}/servers`),
      { code: "failed_precondition", mayAlreadyExist: true },
    ],
    [
      "attached elsewhere, by servers",
      failed(409, problem({}), "POST", "/v1/servers/s/volumes"),
      { code: "failed_precondition" },
    ],
    [
      "not to be reverted",
      failed(409, problem({}), "POST", `${VOLUME}/revert`),
      { code: "failed_precondition", mayAlreadyExist: false },
    ],
    [
      "detaching while busy",
      failed(409, problem({}), "DELETE", `${VOLUME}/servers/s`),
      { code: "conflict", retryable: true },
    ],
    [
      "a snapshot deleted too early",
      failed(500, problem({ code: "InternalServerError" }), "DELETE", SNAPSHOT),
      { code: "conflict", outcome: "not_applied", retryable: true },
    ],
    [
      "a volume deleted too early",
      failed(500, problem({}), "DELETE", `${VOLUME}?cascade=false`),
      { code: "conflict", retryable: true },
    ],
    [
      "a volume deleted too early, behind a prefix",
      failed(500, problem({}), "DELETE", `/scp${VOLUME}`),
      { code: "conflict" },
    ],
  ])("%s", (_, response, expected) => {
    expect(refine(response)).toMatchObject(expected);
  });

  test.each<[string, FailedResponse]>([
    ["500 of a read", failed(500, problem({}))],
    ["500 of a create", failed(500, problem({}), "POST", "/v1/snapshots")],
    ["500 of a detach", failed(500, problem({}), "DELETE", `${VOLUME}/servers/s`)],
    ["503 of a deletion", failed(503, problem({}), "DELETE", VOLUME)],
    ["429", failed(429, problem({}), "POST")],
    ["401", failed(401, problem({}))],
    ["a wrong field", failed(400, problem({ code: "ValidationError" }), "PUT", `${VOLUME}/size`)],
    ["an opaque refusal of a new volume", failed(400, opaque, "POST")],
    ["an opaque refusal of a marker", failed(400, opaque, "GET", "/v1/snapshots?marker=x")],
    ["no permission", failed(403, denied, "POST")],
    ["no such version", failed(406, problem({ code: "NoSuchVersion" }))],
  ])("%s is left to what the status says", (_, response) => {
    expect(Object.keys(refine(response)).sort()).toEqual(["providerCode", "reason", "requestId"]);
  });

  test("a refusal for lack of permission names the action", () => {
    expect(refine(failed(403, denied, "POST")).reason).toBe(
      "You do not have permission to Create.; it needs permission for the action virtualserver:ShowVolumeQuotaSet",
    );
  });
});

describe("answers from elsewhere", () => {
  test("the gateway's 404 is not the service's: a deletion must not take it for done", () => {
    const refined = refine(failed(404, spring, "DELETE", VOLUME));
    expect(refined).toMatchObject({ code: "unauthenticated", requestId: "8af0c9" });
    expect(refined.reason).toContain("Scp headers");
  });

  test("the gateway's 503 keeps its meaning and its id", () => {
    const refined = refine(failed(503, { ...spring, status: 503, error: "Service Unavailable" }));
    expect(refined).toEqual({ reason: "the gateway answered Service Unavailable", requestId: "8af0c9" });
  });

  test("a page with 404 says nothing of the resource, either", () => {
    const refined = refine(failed(404, "<!doctype html><h1>404</h1>", "DELETE", VOLUME));
    expect(refined).toEqual({ reason: expect.stringContaining("baseUrl") });
  });

  test("the firewall's page can be tried again, and its support id is the request's", () => {
    const page = "<html><body>The requested URL was rejected. Your support ID is: 1234567890</body></html>";
    const refined = refine(failed(417, page, "POST"));
    expect(refined).toMatchObject({
      code: "unavailable",
      outcome: "unknown",
      retryable: true,
      requestId: "1234567890",
    });
    expect(refined.reason).not.toContain("<");
  });

  test("a list of fields", () => {
    const body = [
      { loc: ["body", "volume_id"], msg: "field required", type_: "missing", ctx: null },
      { msg: "alone" },
    ];
    expect(refine(failed(400, body, "POST", "/v1/servers/s/volumes"))).toMatchObject({
      reason: "body.volume_id: field required; alone",
    });
  });

  test.each([[""], ["plain words"], [{}], [{ errors: [] }], [{ errors: "no" }], [[]], [null], [[1, 2]]])(
    "%j has no words, and the status decides",
    (body) => {
      expect(refine(failed(404, body))).toEqual({});
      expect(refine(failed(502, body))).toEqual({});
    },
  );
});
