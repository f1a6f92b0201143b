import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { describeTransports, json, makeClient, makeContext, POST, serve, serveRaw, TOKEN } from "./kit.ts";

describeTransports((name) => {
  describe("the network", () => {
    test("a refused connection is certain to have changed nothing", async () => {
      const server = await serve(() => undefined);
      await server.close();
      const error = await failureOf(makeClient(server.url).send(POST, makeContext()));
      expect(error).toMatchObject({ code: "unavailable", outcome: "not_applied", retryable: true });
      expect(error.reason).toBe(`the connection to ${new URL(server.url).host} was refused (ECONNREFUSED)`);
      expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    });

    test("so is a name that does not exist", async () => {
      const error = await failureOf(makeClient("https://polyvol.invalid").send(POST, makeContext()));
      expect(error).toMatchObject({ code: "unavailable", outcome: "not_applied", retryable: true });
      expect(error.reason).toMatch(
        /^the connection to polyvol\.invalid could not be made \((ENOTFOUND|EAI_AGAIN)\)$/,
      );
    });

    test("so is a server that speaks no TLS", async () => {
      const server = await serve((_, response) => json(response, {}));
      const url = server.url.replace("http:", "https:");
      const error = await failureOf(makeClient(url).send(POST, makeContext()));
      // The platform's fetch does not say whether the connection stood, and a standing one can end in the same words.
      const [outcome, what] =
        name === "fetch" ? ["unknown", "was lost"] : ["not_applied", "could not be made"];
      expect(error).toMatchObject({ code: "unavailable", outcome, retryable: true });
      // Which of the two depends on the version of OpenSSL.
      const code = /ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)/.exec(error.reason)?.[0];
      expect(error.reason).toBe(`the connection to ${new URL(url).host} ${what} (${code})`);
    });

    test.each([
      ["CERT_HAS_EXPIRED", undefined, "not_applied"],
      ["ERR_TLS_CERT_ALTNAME_INVALID", undefined, "not_applied"],
      ["SELF_SIGNED_CERT_IN_CHAIN", undefined, "not_applied"],
      ["UND_ERR_CONNECT_TIMEOUT", undefined, "not_applied"],
      ["EHOSTUNREACH", "connect", "not_applied"],
      ["ETIMEDOUT", "connect", "not_applied"],
      ["ETIMEDOUT", "read", "unknown"],
      ["EHOSTUNREACH", "read", "unknown"],
      ["ECONNRESET", undefined, "unknown"],
      ["EPIPE", undefined, "unknown"],
      ["UND_ERR_SOCKET", undefined, "unknown"],
      ["ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", undefined, "unknown"],
      [undefined, undefined, "unknown"],
    ])("%s (%s): %s", async (code, syscall, outcome) => {
      const inner = Object.assign(new Error(`it failed with ${TOKEN}`), {
        code,
        syscall,
        cert: TOKEN,
        socket: {},
      });
      const client = makeClient("https://api.example.com", {
        fetch: () => Promise.reject(new TypeError("fetch failed", { cause: inner })),
      });
      const error = await failureOf(client.send(POST, makeContext()));
      expect(error).toMatchObject({ code: "unavailable", outcome, retryable: true });
      // The cause is words and a code, not what hung on the original.
      expect(Object.keys(error.cause as object)).toEqual(code === undefined ? [] : ["code"]);
      expect(String(error.cause)).toBe("Error: it failed with [hidden]");
      expect(error.reason).toContain(`(${code ?? "it failed with [hidden]"})`);
    });

    test.each([20, "two words", "x".repeat(65), {}])("a code such as %j names nothing", async (code) => {
      const inner = Object.assign(new Error("it failed"), { code });
      const client = makeClient("https://api.example.com", {
        fetch: () => Promise.reject(new TypeError("fetch failed", { cause: inner })),
      });
      const error = await failureOf(client.send(POST, makeContext()));
      expect(error.reason).toBe("the connection to api.example.com was lost (it failed)");
      expect(error.cause).not.toHaveProperty("code");
    });

    test.each([
      ["before the head", ""],
      ["within the head", "HTTP/1.1 200 OK\r\nContent-Le"],
      ["within the body", 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":'],
      ["within a chunk", 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{"a":'],
    ])("a connection that ends %s leaves open what was done", async (_, bytes) => {
      const url = await serveRaw((socket) => socket.end(bytes));
      const error = await failureOf(makeClient(url).send(POST, makeContext()));
      expect(error).toMatchObject({ code: "unavailable", outcome: "unknown", retryable: true });
    });

    test.each([
      ["no HTTP", "220 smtp.example.com ESMTP\r\n"],
      ["an odd length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"],
      ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
      ["an odd chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
      ["bad compression", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"],
    ])("%s is an answer that cannot be read", async (_, bytes) => {
      const url = await serveRaw((socket) => socket.end(bytes));
      const error = await failureOf(makeClient(url).send(POST, makeContext()));
      expect(error).toMatchObject({ code: "malformed_response", outcome: "unknown", retryable: true });
    });

    test("a failure whose body breaks off is still what its status says", async () => {
      const url = await serveRaw((socket) =>
        socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{"),
      );
      const error = await failureOf(makeClient(url).send(POST, makeContext()));
      expect(error).toMatchObject({ code: "permission_denied" });
    });

    test("a success whose body nobody wants is one, although it breaks off", async () => {
      const url = await serveRaw((socket) =>
        socket.end("HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{"),
      );
      const answer = await makeClient(url).send({ method: "DELETE", path: "/x" }, makeContext());
      expect(answer).toMatchObject({ status: 202, data: undefined });
    });
  });
});
