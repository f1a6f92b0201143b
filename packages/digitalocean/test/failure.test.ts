import { readFileSync } from "node:fs";
import type { FailedResponse, HttpMethod } from "@polyvol/core/http";
import { describe, expect, test } from "vitest";
import { refineFailure } from "../src/failure.ts";

interface Case {
  readonly about: string;
  readonly method: HttpMethod;
  readonly target: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly text?: string;
  readonly expect: Record<string, unknown>;
}

const cases = JSON.parse(
  readFileSync(new URL("./fixtures/errors.json", import.meta.url), "utf8"),
) as readonly Case[];

function answer(each: Partial<Case>): FailedResponse {
  const { method = "GET", target = "/v2/volumes", status = 500, headers = {}, body } = each;
  const text = each.text ?? JSON.stringify(body) ?? "";
  return { method, target, status, headers: new Headers(headers), json: body, text };
}

describe("published answers", () => {
  test.each(cases)("$about", (each) => {
    const refined = refineFailure(answer(each));
    expect(refined).toMatchObject(each.expect);
    for (const key of ["code", "retryable", "mayAlreadyExist", "outcome"] as const) {
      if (each.expect["code"] === undefined) expect(refined).not.toHaveProperty(key);
    }
    if (each.expect["retryAfterMs"] === undefined) expect(refined).not.toHaveProperty("retryAfterMs");
  });
});

describe("what is said", () => {
  test("the provider's words follow ours", () => {
    const body = { id: "conflict", message: "failed to create volume" };
    expect(refineFailure(answer({ method: "POST", status: 409, body })).reason).toBe(
      'the name is taken; DigitalOcean says "failed to create volume"',
    );
  });

  test("in one line, bounded, without control characters and credentials", () => {
    const message = `bad\n\u001b[31mtoken dop_v1_0123abcd for Bearer abc.def ${"x".repeat(400)}`;
    const { reason } = refineFailure(answer({ status: 401, body: { id: "unauthorized", message } }));
    expect(reason).toContain("bad [31mtoken [redacted] for [redacted] xxx");
    expect(reason?.length).toBeLessThan(260);
    expect(reason).not.toMatch(/dop_v1_|abc\.def|\p{C}/u);
  });

  const odd: readonly unknown[] = [
    undefined,
    null,
    "text",
    7,
    [],
    { id: 7, message: {} },
    { id: "", message: "" },
  ];
  test.each(odd)("a body of %j says nothing", (body) => {
    expect(refineFailure(answer({ status: 404, body }))).toEqual({});
  });

  test("a code that is no word is left out", () => {
    expect(refineFailure(answer({ body: { id: "a b\n", request_id: "x".repeat(65) } }))).toEqual({});
  });
});

test("403 in nobody's words, or a web page's, says nothing of a scope", () => {
  for (const text of ["", "<h1>Blocked by a firewall</h1>"])
    expect(refineFailure(answer({ status: 403, text }))).toEqual({});
  const body = { id: "forbidden", message: "you do not have access" };
  expect(refineFailure(answer({ status: 403, body })).reason).toContain("the scope block_storage:read");
});

test("409 elsewhere stays what its status says", () => {
  const target = "/v2/volumes/ab-1/actions";
  expect(refineFailure(answer({ method: "POST", target, status: 409, body: {} }))).toEqual({});
});

test.each([400, 403, 409, 422])("a limit that is reached, by its words, with %i", (status) => {
  for (const message of ["volume limit exceeded", "You have reached your volume limit", "quota exceeded"]) {
    for (const target of ["/v2/volumes", "/v2/volumes/ab-1/snapshots", "/v2/volumes/ab-1/actions"]) {
      const body = { id: "unprocessable_entity", message };
      expect(refineFailure(answer({ method: "POST", target, status, body }))).toMatchObject({
        ...{ code: "resource_exhausted", outcome: "not_applied", retryable: false },
        reason: `a limit is reached; DigitalOcean says "${message}"`,
      });
    }
  }
});

test("the ten-minute wording on another request is the quota", () => {
  const body = { message: "this operation is rate-limited - one request per 1s" };
  const target = "/v2/volumes/ab-1/actions";
  expect(refineFailure(answer({ method: "POST", target, status: 429, body }))).not.toHaveProperty(
    "mayAlreadyExist",
  );
});

test("the path is found behind a prefix and with a slash at its end", () => {
  const body = { id: "conflict", message: "already exists" };
  const target = "/proxy/v2/volumes/ab-1/snapshots/?page=1";
  expect(refineFailure(answer({ method: "POST", target, status: 409, body })).code).toBe("already_exists");
});
