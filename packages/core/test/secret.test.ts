import { expect, test } from "vitest";
import { isHeaderSafe, resolveHeaderSecret } from "../src/secret.ts";

test.each([
  ["AKTEST/+=", true],
  ["", false],
  ["with blank", false],
  ["line\n", false],
  ["키", false],
  [7, false],
])("%j can stand in a header: %s", (value, expected) => {
  expect(isHeaderSafe(value)).toBe(expected);
});

test.each([
  ["a missing file", { file: "/nonexistent/secret" }, "the token file /nonexistent/secret failed"],
  [
    "a callback that gives nothing",
    () => "",
    "the token callback gave nothing that can be a token: it is empty",
  ],
  [
    "a callback that gives a line end",
    () => "token\n",
    "the token callback gave nothing that can be a token: it has white space in it",
  ],
  [
    "a callback that gives two lines",
    () => "token\nold\n",
    "the token callback gave nothing that can be a token: it has 2 lines",
  ],
  ["a callback that throws", () => Promise.reject(new Error("sealed")), "the token callback failed"],
])("%s is no credential", async (_, source, reason) => {
  await expect(resolveHeaderSecret(source, "token")).rejects.toMatchObject({
    code: "unauthenticated",
    outcome: "not_applied",
    reason,
  });
});
