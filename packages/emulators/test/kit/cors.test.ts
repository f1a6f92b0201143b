import { afterEach, expect, test } from "vitest";
import { createEmulator } from "../../src/kit/emulator.ts";
import { createToy } from "./toy.ts";

const PAGE = "http://localhost:5173";
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(corsOrigins?: readonly string[]) {
  const toy = createToy();
  const listener = await createEmulator(toy, {}).listen({ corsOrigins });
  closers.push(() => listener.close());
  const ask = (path: string, origin: string, preflight = false): Promise<Response> =>
    fetch(`${listener.url}${path}`, {
      method: preflight ? "OPTIONS" : "GET",
      headers: preflight
        ? {
            origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
          }
        : { origin },
    });
  return { toy, ask };
}

test("without the option no page of another origin is let in", async () => {
  const { ask } = await serve();
  for (const preflight of [true, false]) {
    const { headers } = await ask("/things", PAGE, preflight);
    expect(headers.has("access-control-allow-origin")).toBe(false);
  }
});

test("a browser that asks first is told what it may send, and the service hears nothing of it", async () => {
  const { toy, ask } = await serve([PAGE]);
  const { status, headers } = await ask("/things", PAGE, true);
  expect([status, toy.seen]).toEqual([204, []]);
  expect(headers.get("access-control-allow-origin")).toBe(PAGE);
  expect(headers.get("access-control-allow-methods")).toBe("POST");
  expect(headers.get("access-control-allow-headers")).toBe("authorization,content-type");
});

test("an answer can be read by the page, its headers included, refusals as well", async () => {
  const { ask } = await serve([PAGE]);
  for (const path of ["/things", "/nowhere"]) {
    const { headers } = await ask(path, PAGE);
    expect(headers.get("access-control-allow-origin")).toBe(PAGE);
    expect(headers.get("access-control-expose-headers")).toBe("*");
    expect(headers.get("vary")).toMatch(/\borigin$/);
  }
});

test.each([
  ["another origin", [PAGE], "http://localhost:5174", "/things"],
  ["the control path", ["*"], PAGE, "/_emulator/state"],
])("%s stays outside", async (_, origins, origin, path) => {
  const { ask } = await serve(origins);
  for (const preflight of [true, false]) {
    const { headers } = await ask(path, origin, preflight);
    expect(headers.has("access-control-allow-origin")).toBe(false);
  }
});

test("a star is every origin", async () => {
  const { ask } = await serve(["*"]);
  const { headers } = await ask("/things", "https://anywhere.example");
  expect(headers.get("access-control-allow-origin")).toBe("https://anywhere.example");
});
