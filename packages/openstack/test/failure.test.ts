import type { FailedResponse } from "@polyvol/core/http";
import { expect, test } from "vitest";
import { refineFailure } from "../src/failure.ts";

function refine(status: number, json: unknown, method: FailedResponse["method"] = "GET"): object {
  const text = JSON.stringify(json) ?? "";
  return refineFailure({ status, json, text, method, target: "/v3/p/volumes", headers: new Headers() });
}
const own = (kind: string, code: number, message: string): object => ({ [kind]: { code, message } });

test.each([
  // Only in Cinder's own words is something missing.
  [404, own("itemNotFound", 404, "Volume x could not be found."), { code: "not_found" }],
  [404, own("itemNotFound", 404, "The resource could not be found."), {}],
  [
    404,
    { message: "The resource could not be found.<br /><br />\n", code: "404 Not Found", title: "Not Found" },
    {},
  ],
  [404, { error: { code: 404, message: "not here" } }, {}],
  [404, undefined, {}],
  [409, own("conflictingRequest", 409, "Volume is in-use"), { code: "failed_precondition" }],
  [409, { message: "conflict" }, {}],
  [413, own("overLimit", 413, "VolumeLimitExceeded"), { code: "resource_exhausted", retryable: false }],
  [413, { message: "too large", code: "413 Request Entity Too Large" }, {}],
  [
    413,
    own("overLimitFault", 413, "This request was rate-limited."),
    { code: "rate_limited", retryable: true },
  ],
  // Of Nova: as many volumes as the server can have.
  [
    403,
    own(
      "forbidden",
      403,
      "The maximum allowed number of disk devices (26) to attach to a single instance has been exceeded.",
    ),
    { code: "resource_exhausted", retryable: false },
  ],
  [403, own("forbidden", 403, "Policy doesn't allow volume_extension:quotas:show to be performed."), {}],
  [400, own("badRequest", 400, "Malformed request url"), { code: "permission_denied" }],
  [400, own("badRequest", 400, "Invalid input"), {}],
  [500, own("computeFault", 500, "Unexpected"), {}],
])("%i %j", (status, json, expected) => {
  const { code, retryable } = refine(status, json) as {
    readonly code?: string;
    readonly retryable?: boolean;
  };
  expect({ code, retryable }).toEqual({ code: undefined, retryable: undefined, ...expected });
});

test("an unknown type of a volume is a wrong argument, an unknown source is what is missing", () => {
  const of = (message: string) => refine(404, own("itemNotFound", 404, message), "POST");
  expect(of("Volume type with name gold could not be found.")).toMatchObject({ code: "invalid_argument" });
  expect(of("Snapshot x could not be found.")).toMatchObject({ code: "not_found" });
});

test("words and kind are the service's own, without HTML and on one line", () => {
  expect(refine(400, own("badRequest", 400, "Invalid\n<b>input</b>"))).toEqual({
    ...{ reason: "Invalid input", providerCode: "badRequest" },
  });
  expect(
    refine(404, { message: "The resource could not be found.<br /><br />\n\n\n", code: "404 Not Found" }),
  ).toEqual({
    reason: expect.stringMatching(/not in the service's own words: .+"The resource could not be found\."$/),
  });
  expect(refine(502, "<html>")).toEqual({});
  expect(refine(500, { ["x".repeat(200)]: { code: 500, message: 1 } })).toEqual({});
});
