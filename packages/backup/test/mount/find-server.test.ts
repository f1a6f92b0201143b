import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createBlockStorage } from "@polyvol/core";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createMemoryDriver } from "@polyvol/memory";
import { expect, onTestFinished, test } from "vitest";
import { findServer } from "../../src/index.ts";

const droplet = createDigitalOceanStorage({ token: "dop_v1_test", region: "nyc3" });

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A metadata service; gives its address and what it was asked for. */
async function serve(answer: Answer): Promise<{ metadataUrl: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { metadataUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const answers =
  (bodies: Readonly<Record<string, string>>): Answer =>
  ({ url = "" }, response) => {
    response.statusCode = url in bodies ? 200 : 404;
    response.end(bodies[url]);
  };

test("a Droplet learns its number and region, and nothing else is asked for", async () => {
  const { metadataUrl, asked } = await serve(
    answers({ "/metadata/v1/id": "2756294", "/metadata/v1/region": "nyc3\n" }),
  );
  expect(await findServer(droplet, { metadataUrl })).toEqual({ serverId: "2756294", serverRegion: "nyc3" });
  expect(asked).toEqual(["/metadata/v1/id", "/metadata/v1/region"]);
});

test("through no proxy", async () => {
  const proxy = await serve((_request, response) => response.end("9"));
  const { metadataUrl } = await serve(answers({ "/metadata/v1/id": "7", "/metadata/v1/region": "nyc3" }));
  for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) {
    const before = process.env[name];
    process.env[name] = proxy.metadataUrl;
    onTestFinished(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
  expect(await findServer(droplet, { metadataUrl })).toMatchObject({ serverId: "7" });
  expect(proxy.asked).toEqual([]);
});

test.each([
  [
    "another page",
    answers({ "/metadata/v1/id": "<html>", "/metadata/v1/region": "nyc3" }),
    "malformed_response",
  ],
  ["no such page", answers({}), "unavailable"],
  [
    "a redirect, which is not followed",
    (({ url }, response) => {
      response.writeHead(url === "/metadata/v1/id" ? 302 : 200, { location: "/elsewhere" });
      response.end("7");
    }) as Answer,
    "unavailable",
  ],
  ["silence", (() => undefined) as Answer, "unavailable"],
  [
    "half an answer",
    ((_request, response) => response.writeHead(200).write("7", () => response.destroy())) as Answer,
    "unavailable",
  ],
  [
    "an answer without end",
    ((_request, response) => {
      response.on("error", () => undefined);
      const more = (): void => void response.write("7".repeat(65_536), (error) => error ?? more());
      more();
    }) as Answer,
    "unavailable",
  ],
] as const)("%s is refused in words", async (_what, answer, code) => {
  const { metadataUrl, asked } = await serve(answer);
  // Silence is the only one that the limit ends.
  const timeoutMs = _what === "silence" ? 20 : undefined;
  await expect(findServer(droplet, { metadataUrl, timeoutMs })).rejects.toMatchObject({
    ...{ code, operation: "findServer", provider: "digitalocean" },
    reason: expect.stringContaining("which server this is could not be read from http://127.0.0.1:"),
  });
  expect(asked).not.toContain("/elsewhere");
});

test("what is answered by another than the provider shows nothing of it", async () => {
  const { metadataUrl } = await serve(
    answers({ "/metadata/v1/id": "hunter2", "/metadata/v1/region": "hunter2" }),
  );
  const error = await findServer(droplet, { metadataUrl }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "malformed_response" });
  expect(String(error)).not.toContain("hunter2");
});

test("where nothing is documented, the id has to be said", async () => {
  const storage = createBlockStorage(createMemoryDriver());
  await expect(findServer(storage)).rejects.toMatchObject({
    code: "unsupported",
    reason:
      "which server this is cannot be asked: no metadata service of memory is documented; say the server's id",
  });
});

test("an abort ends the question", async () => {
  const stop = new AbortController();
  const { metadataUrl } = await serve(() => stop.abort(new Error("enough")));
  await expect(findServer(droplet, { metadataUrl, abortSignal: stop.signal })).rejects.toThrow("enough");
});
