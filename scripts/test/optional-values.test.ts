import { expect, test } from "vitest";
import { forgottenUndefined } from "./optional-values.ts";
import { readPublicModules } from "./public-program.ts";

test("callers can pass on optional values that may be undefined", () => {
  const { modules, checker } = readPublicModules();
  expect(forgottenUndefined(modules, checker)).toEqual([]);
});
