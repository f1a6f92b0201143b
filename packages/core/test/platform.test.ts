import { resolveSecret } from "@polyvol/core/driver";
import { createMemoryStorage } from "@polyvol/memory";
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

test.each([
  [{ env: {}, versions: { node: "20.20.2" } }, "this is Node 20.20.2"],
  [undefined, "this runtime has no Promise.withResolvers"],
])("a runtime that is too old is refused in one sentence: process is %j", (process, found) => {
  vi.stubGlobal("process", process);
  const own = Promise.withResolvers;
  Object.assign(Promise, { withResolvers: undefined });
  try {
    expect(() => createMemoryStorage()).toThrow(
      `Polyvol needs Node 22.21 or newer of its line, or 24.5 or newer; ${found} (unsupported)`,
    );
  } finally {
    Promise.withResolvers = own;
  }
});
