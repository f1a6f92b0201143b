import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutgoingRequest } from "@polyvol/core/http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { canonicalString, createRequestSigner, createSigner } from "../src/auth.ts";

interface Vectors {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly timestamp: string;
  readonly right: readonly { readonly method: string; readonly url: string; readonly signature: string }[];
  readonly never: readonly { readonly method: string; readonly url: string; readonly signature: string }[];
  readonly withAccount: {
    readonly method: string;
    readonly url: string;
    readonly account: string;
    readonly signature: string;
  };
}
const vectors = JSON.parse(
  readFileSync(new URL("./fixtures/signature-vectors.json", import.meta.url), "utf8"),
) as Vectors;
const { accessKey, secretKey, timestamp } = vectors;

function outgoing(method: string, url: string, timestampMs = Number(timestamp)): OutgoingRequest {
  return { method: method as OutgoingRequest["method"], url, headers: {}, body: undefined, timestampMs };
}

async function signatureOf(method: string, url: string): Promise<string | undefined> {
  const signer = createRequestSigner({
    accessKey,
    secretKey,
    acceptLanguage: "en-US",
  });
  const request = outgoing(method, url);
  await signer.authorize(request);
  return request.headers["Scp-Signature"];
}

const onlyWebCrypto = (): undefined => undefined;

describe("signature vectors", () => {
  test.each(vectors.right)("$method $url", async ({ method, url, signature }) => {
    expect(await signatureOf(method, url)).toBe(signature);
  });

  test("a runtime that has only the Web Crypto API signs the same", async () => {
    const sign = createSigner(onlyWebCrypto);
    for (const { method, url, signature } of vectors.right) {
      expect(await sign(secretKey, canonicalString(method, url, timestamp, accessKey))).toBe(signature);
    }
  });

  test("the message of the first vector", () => {
    const [first] = vectors.right;
    expect(canonicalString("GET", first?.url ?? "", timestamp, accessKey)).toBe(
      "GEThttps://virtualserver.kr-west1.e.samsungsdscloud.com/v1/snapshots/cceed636-1f1e-4bb0-b85c-4e5b9e0bf7901700000000000AKTESTEXAMPLE0001Openapi",
    );
  });

  test("an account id in the message is another signature, and none is sent", async () => {
    const { method, url, account, signature } = vectors.withAccount;
    const message = `${method}${url}${timestamp}${accessKey}${account}Openapi`;
    expect(await createSigner()(secretKey, message)).toBe(signature);
    expect(await signatureOf(method, url)).not.toBe(signature);
  });

  test.each(vectors.never)("never right: $url", async ({ method, url, signature }) => {
    expect(await createSigner()(secretKey, canonicalString(method, url, timestamp, accessKey))).toBe(
      signature,
    );
    // What the platform sends of such a URL is spelled otherwise, and signed as it is sent.
    const sent = new URL("https://virtualserver.kr-west1.e.samsungsdscloud.com/v1/volumes");
    sent.searchParams.set("name", "한글 disk");
    sent.searchParams.set("sort", "created_at:desc");
    expect(await signatureOf(method, sent.href)).not.toBe(signature);
    expect(await signatureOf(method, sent.href)).toBe("buoGSHLaQPjXsRUa+zCay750zWXiaG+ln/Z4ONWNBXo=");
  });
});

describe("headers", () => {
  test("exactly these", async () => {
    const signer = createRequestSigner({
      accessKey,
      secretKey,
      acceptLanguage: "ko-KR",
    });
    const request = outgoing("GET", "https://example.com/v1/volumes");
    await signer.authorize(request);
    expect(Object.keys(request.headers).sort()).toEqual([
      "Accept-Language",
      "Scp-Accesskey",
      "Scp-ClientType",
      "Scp-Signature",
      "Scp-Timestamp",
    ]);
    expect(request.headers).toMatchObject({
      "Accept-Language": "ko-KR",
      "Scp-Accesskey": accessKey,
      "Scp-ClientType": "Openapi",
      "Scp-Timestamp": timestamp,
    });
  });

  test("the time of each attempt is its own", async () => {
    const signer = createRequestSigner({
      accessKey,
      secretKey,
      acceptLanguage: "en-US",
    });
    const first = outgoing("GET", "https://example.com/v1/volumes", 1);
    const second = outgoing("GET", "https://example.com/v1/volumes", 2);
    await signer.authorize(first);
    await signer.authorize(second);
    expect(first.headers["Scp-Timestamp"]).toBe("1");
    expect(second.headers["Scp-Timestamp"]).toBe("2");
    expect(first.headers["Scp-Signature"]).not.toBe(second.headers["Scp-Signature"]);
  });

  test("a session token goes out as X-Auth-Token", async () => {
    const sessionToken = (): string => "session-token-0001";
    const signer = createRequestSigner({ accessKey, secretKey, sessionToken, acceptLanguage: "en-US" });
    const request = outgoing("GET", "https://example.com/v1/volumes");
    await signer.authorize(request);
    expect(request.headers["X-Auth-Token"]).toBe("session-token-0001");
    expect(signer.redact("token session-token-0001 is old")).toBe("token [redacted] is old");
  });
});

describe("credentials", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "polyvol-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("the key is imported once for each secret", async () => {
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    const sign = createSigner(onlyWebCrypto);
    const one = await sign("one", "message");
    await sign("one", "other message");
    expect(importKey).toHaveBeenCalledTimes(1);
    expect(await sign("two", "message")).not.toBe(one);
    expect(importKey).toHaveBeenCalledTimes(2);
    importKey.mockRestore();
  });

  test("rotation by file and by callback takes effect at the next request", async () => {
    const file = join(folder, "secret");
    writeFileSync(file, "first-secret\n");
    let key = "AKFIRST";
    const signer = createRequestSigner({
      accessKey: async () => key,
      secretKey: { file },
      acceptLanguage: "en-US",
    });
    const signed = async (): Promise<Record<string, string>> => {
      const request = outgoing("GET", "https://example.com/");
      await signer.authorize(request);
      return request.headers;
    };
    const before = await signed();
    writeFileSync(file, "second-secret\n");
    key = "AKSECOND";
    const after = await signed();
    expect([before["Scp-Accesskey"], after["Scp-Accesskey"]]).toEqual(["AKFIRST", "AKSECOND"]);
    expect(after["Scp-Signature"]).toBe(
      await createSigner()(
        "second-secret",
        canonicalString("GET", "https://example.com/", timestamp, "AKSECOND"),
      ),
    );
  });

  test.each([
    ["a missing file", { file: "/nonexistent/secret" }, "failed"],
    ["a callback that gives nothing", (): string => "", "gave nothing"],
    ["a callback that gives a line", (): string => "key with blanks", "gave nothing"],
    ["a callback that throws", (): Promise<string> => Promise.reject(new Error("vault is sealed")), "failed"],
  ])("%s is unauthenticated, and nothing was sent", async (_, source, words) => {
    const signer = createRequestSigner({
      accessKey,
      secretKey: source,
      acceptLanguage: "en-US",
    });
    await expect(signer.authorize(outgoing("GET", "https://example.com/"))).rejects.toMatchObject({
      code: "unauthenticated",
      outcome: "not_applied",
      reason: expect.stringContaining(words),
    });
  });
});
