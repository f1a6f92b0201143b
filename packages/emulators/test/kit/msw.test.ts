import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createEmulator } from "../../src/kit/emulator.ts";
import { emulatorHandlers } from "../../src/kit/msw.ts";
import { createToy } from "./toy.ts";

const emulator = createEmulator(createToy());
const server = setupServer(...emulatorHandlers(emulator, "https://api.toy.test/"));

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => emulator.reset());
afterAll(() => server.close());

describe("behind msw", () => {
  test("an emulator answers for a base URL", async () => {
    const response = await fetch("https://api.toy.test/things?x=1", { method: "POST", body: "a" });
    expect([response.status, await response.json()]).toEqual([201, { thing: { name: "a", size: 10 } }]);
    expect(emulator.log.entries()[0]?.target).toBe("/things?x=1");
    expect((await fetch("https://api.toy.test/things", { method: "DELETE" })).status).toBe(204);
  });

  test("a connection fault is a network error, not an answer", async () => {
    emulator.faults.add({ kind: "cut-after", count: 1 });
    await expect(fetch("https://api.toy.test/things", { method: "POST", body: "a" })).rejects.toThrow(
      TypeError,
    );
    expect(emulator.state()).toEqual({ things: ["a"] });
    expect((await fetch("https://api.toy.test/things")).status).toBe(200);
  });

  test("a faulty answer is handed on", async () => {
    emulator.faults.add({ kind: "answer", status: 429, headers: { "retry-after": "1" } });
    const response = await fetch("https://api.toy.test/things");
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "1"]);
  });
});
