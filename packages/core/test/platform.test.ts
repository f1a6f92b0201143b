import { resolveSecret } from "@polyvol/core/driver";
import { afterEach, expect, test, vi } from "vitest";
import { environmentVariables } from "../src/platform.ts";

afterEach(() => vi.unstubAllGlobals());

test("variables are read when they are asked for", () => {
  const variables = environmentVariables();
  expect(variables["POLYVOL_TEST"]).toBeUndefined();
  vi.stubEnv("POLYVOL_TEST", "x");
  expect(variables["POLYVOL_TEST"]).toBe("x");
});

test("where there are no variables, or none that may be read, there are none", () => {
  vi.stubGlobal("process", undefined);
  expect(environmentVariables()["PATH"]).toBeUndefined();
  const refusing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('NotCapable: Requires env access to "PATH"');
      },
    },
  );
  vi.stubGlobal("process", { env: refusing });
  expect(environmentVariables()["PATH"]).toBeUndefined();
});

test.each([undefined, {}, { getBuiltinModule: () => undefined }])(
  "a credential in a file is refused in words where there are no files: process is %j",
  async (process) => {
    vi.stubGlobal("process", process);
    await expect(resolveSecret({ file: "/token" })).rejects.toThrow("this runtime has no files");
    await expect(resolveSecret("value")).resolves.toBe("value");
  },
);
