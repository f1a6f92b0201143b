import { describe, expect, test } from "vitest";
import { createVirtualClock } from "../../src/kit/clock.ts";
import { signature } from "../../src/samsung-scp/auth.ts";
import { createSamsungScpEmulator } from "../../src/samsung-scp/index.ts";
import { ACCESS_KEY, HOST, SECRET_KEY, sign, startScp } from "./harness.ts";

const SERVICE = "https://virtualserver.kr-west1.e.samsungsdscloud.com";
const KOREAN = "%ED%95%9C%EA%B8%80";
const VECTORS: readonly (readonly [method: string, url: string, accountId: string, expected: string])[] = [
  [
    "GET",
    `${SERVICE}/v1/snapshots/cceed636-1f1e-4bb0-b85c-4e5b9e0bf790`,
    "",
    "M1lTrK4BDDGv3DmN9gr+QSVOYsSJ4xiyDj1nx54rXEw=",
  ],
  [
    "GET",
    `${SERVICE}/v1/snapshots?limit=20&name=snapshot-1&with_count=true`,
    "",
    "76kl1NN6SOS46sxk64KpSaWklkzupS6v/BypSns12yE=",
  ],
  [
    "GET",
    `${SERVICE}/v1/volumes?name=${KOREAN}+disk&sort=created_at%3Adesc`,
    "",
    "buoGSHLaQPjXsRUa+zCay750zWXiaG+ln/Z4ONWNBXo=",
  ],
  ["POST", `${SERVICE}/v1/snapshots`, "", "I8YfBA31HRtHrWOJzS8G8U/LxlTWtHssyo2SuScehes="],
  [
    "POST",
    `${SERVICE}/v1/snapshots`,
    "0123456789abcdef0123456789abcdef",
    "M/cgwAb/cysUr2idYp/dRKFdyU2Qs1xtTiT9E3+Oqeo=",
  ],
  [
    "DELETE",
    `${SERVICE}/v1/volumes/3f500f00-ed80-4566-a057-e31760226f9a?cascade=false`,
    "",
    "Guv8eiQ40RE9QDCfVdjZXBGrDMYHQ3wFOn8y1IgMmDk=",
  ],
  [
    "GET",
    "https://iam.e.samsungsdscloud.com/v1/endpoints",
    "",
    "H5DMifF4GAVDe8aG8sA0vgBD++RPBknlJEDk2zagMUE=",
  ],
  [
    "GET",
    `${SERVICE}/v1/volumes?name=${KOREAN}%20disk&sort=created_at%3Adesc`,
    "",
    "KAa26MG9kznj+9QcNNde0h+Kppzzff+IqlzRBMFhARk=",
  ],
  [
    "GET",
    `${SERVICE}/v1/volumes?name=${KOREAN}%20disk&sort=created_at:desc`,
    "",
    "rlyICqCpKpInu4l8/IedxQZpQS3lmU0WpXZNA9ZtdQ8=",
  ],
];

describe("signature", () => {
  test.each(VECTORS)("%s %s %s", (method, url, accountId, expected) => {
    const parts = {
      method,
      url,
      accountId,
      timestamp: "1700000000000",
      accessKey: ACCESS_KEY,
      clientType: "Openapi",
    };
    expect(signature(parts, SECRET_KEY)).toBe(expected);
  });

  test.each(VECTORS)("the emulator takes %s %s %s as sent", async (method, url, accountId, expected) => {
    const clock = createVirtualClock(1_700_000_000_000);
    const emulator = createSamsungScpEmulator({ accessKey: ACCESS_KEY, secretKey: SECRET_KEY, clock });
    const headers = {
      "scp-accesskey": ACCESS_KEY,
      "scp-timestamp": "1700000000000",
      "scp-clienttype": "Openapi",
      "scp-signature": expected,
      ...(accountId !== "" && { "scp-accountid": accountId }),
    };
    expect((await emulator.fetch(url, { method, headers })).status).not.toBe(401);
    const doubled = url.replaceAll("%", "%25");
    const other = await emulator.fetch(doubled === url ? `${url}?x=1` : doubled, { method, headers });
    expect(other.status).toBe(401);
  });

  test("is made over the public URL or the address that was reached, and no other", async () => {
    const publicUrl = "https://virtualserver.kr-west1.e.samsungsdscloud.com/";
    const { call, clock } = startScp({ publicUrl });
    const signed = (base: string): Promise<number> => {
      const timestamp = String(clock.now());
      const value = sign(SECRET_KEY, "GET", base, "/v1/volumes", timestamp, ACCESS_KEY, "Openapi");
      return call("GET", "/v1/volumes", { headers: { "Scp-Signature": value } }).then(({ status }) => status);
    };
    expect(await signed(HOST)).toBe(200);
    expect(await signed(SERVICE)).toBe(200);
    expect(await signed("https://elsewhere.test")).toBe(401);
    expect(await signed("https://scp.test")).toBe(401);
  });

  test("an account id is part of the message when the header is sent", async () => {
    const { call, clock } = startScp();
    const timestamp = String(clock.now());
    const value = sign(SECRET_KEY, "GET", HOST, "/v1/volumes", timestamp, ACCESS_KEY, "acc", "Openapi");
    const headers = { "Scp-AccountId": "acc", "Scp-Signature": value };
    expect((await call("GET", "/v1/volumes", { headers })).status).toBe(200);
    expect((await call("GET", "/v1/volumes", { headers: { "Scp-AccountId": "acc" } })).status).toBe(401);
    expect((await call("GET", "/v1/volumes", { headers: { "Scp-AccountId": "" } })).status).toBe(200);
  });
});

describe("refusals", () => {
  const cases: Record<string, Parameters<ReturnType<typeof startScp>["call"]>[2]> = {
    "an unknown key": { accessKey: "AKOTHER" },
    "a wrong secret": { secretKey: "wrong" },
    "a wrong signature": { headers: { "Scp-Signature": "AAAA" } },
    "no signature": { headers: { "Scp-Signature": undefined } },
    "no timestamp": { headers: { "Scp-Timestamp": undefined } },
    "a timestamp that is not a number": { headers: { "Scp-Timestamp": "today" } },
    "no client type": { headers: { "Scp-ClientType": undefined } },
    "another client type": { headers: { "Scp-ClientType": "Console" } },
    "no access key": { headers: { "Scp-Accesskey": undefined } },
  };
  test.each(Object.entries(cases))("%s is 401 in the envelope", async (_name, ask) => {
    const { call } = startScp();
    const reply = await call("GET", "/v1/volumes", ask);
    expect(reply.status).toBe(401);
    expect(reply.body.errors).toHaveLength(1);
    const [error] = reply.body.errors;
    expect(Object.keys(error)).toEqual([
      "code",
      "title",
      "status",
      "detail",
      "request_id",
      "global_request_id",
      "links",
      "related_resources",
      "response",
    ]);
    expect(error).toMatchObject({
      code: expect.stringContaining("AuthNFailed"),
      status: 401,
      response: null,
    });
    expect(error.request_id).toMatch(/^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(reply.text).not.toContain(SECRET_KEY);
  });

  test("no Scp header at all is the gateway's 404, whatever the path", async () => {
    const { emulator } = startScp();
    for (const path of ["/v1/volumes", "/v1/nothing", "/v1"]) {
      const response = await emulator.fetch(`${HOST}${path}?limit=1`, { method: "GET" });
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({
        timestamp: "2026-06-01T00:00:00.000+00:00",
        path,
        status: 404,
        error: "Not Found",
        requestId: expect.any(String),
      });
    }
    expect((await emulator.fetch(`${HOST}/v1/volumes`, { method: "OPTIONS" })).status).toBe(403);
  });

  test("a clock that is off by more than the window is 401", async () => {
    const start = Date.UTC(2026, 5, 1);
    const at = (skewMs: number, clockSkewMs?: number | false): Promise<number> => {
      const { call } = startScp(clockSkewMs === undefined ? {} : { clockSkewMs });
      const timestamp = String(start + skewMs);
      const value = sign(SECRET_KEY, "GET", HOST, "/v1/volumes", timestamp, ACCESS_KEY, "Openapi");
      const headers = { "Scp-Timestamp": timestamp, "Scp-Signature": value };
      return call("GET", "/v1/volumes", { headers }).then(({ status }) => status);
    };
    expect(await at(15 * 60_000)).toBe(200);
    expect(await at(-15 * 60_000)).toBe(200);
    expect(await at(15 * 60_000 + 1)).toBe(401);
    expect(await at(-20 * 60_000)).toBe(401);
    expect(await at(2000, 1000)).toBe(401);
    expect(await at(365 * 86_400_000, false)).toBe(200);
  });

  test("a key without the permission gets 403 naming the action", async () => {
    const { call } = startScp({
      accessKeys: [
        { accessKey: "READER", secretKey: "r", actions: ["virtualserver:ListVolumes", "ShowVolume"] },
      ],
    });
    const reader = { accessKey: "READER", secretKey: "r" };
    expect((await call("GET", "/v1/volumes", reader)).status).toBe(200);
    const reply = await call("POST", "/v1/volumes", { ...reader, body: { name: "a", size: 8 } });
    expect(reply.status).toBe(403);
    expect(reply.body.errors[0]).toMatchObject({
      code: "Forbidden",
      detail: "You do not have permission to Create. Please contact the administrator.",
      response: { access_level: "CREATE", action_name: "virtualserver:CreateVolume", caused_auths: [] },
    });
    expect((await call("GET", "/v1/snapshots", reader)).body.errors[0].response.action_name).toBe(
      "virtualserver:ListSnapshots",
    );
  });

  test("texts are Korean, escaped, where Korean is asked for", async () => {
    const { call } = startScp();
    const reply = await call("GET", "/v1/volumes/nope", { language: "ko-KR" });
    expect(reply.text).toMatch(/\\u[0-9a-f]{4}/);
    expect(reply.body.errors[0].detail).toMatch(/[가-힣]/);
    expect((await call("GET", "/v1/volumes/nope", { language: "de-DE" })).body.errors[0].detail).toBe(
      "The requested resource could not be found.",
    );
  });

  test("an unknown path is 404, a wrong method 405", async () => {
    const { call } = startScp();
    expect((await call("GET", "/v1/nothing")).body.errors[0].code).toBe("NotFound");
    const reply = await call("PATCH", "/v1/volumes");
    expect(reply.status).toBe(405);
    expect(reply.headers.get("allow")).toBe("POST, GET");
  });
});

test("keys see the resources of their own account", async () => {
  const { call, volume } = startScp({
    accessKeys: [
      { accessKey: "SAME", secretKey: "s" },
      { accessKey: "OTHER", secretKey: "o", accountId: "other" },
    ],
  });
  const id = await volume();
  expect((await call("GET", `/v1/volumes/${id}`, { accessKey: "SAME", secretKey: "s" })).status).toBe(200);
  expect((await call("GET", `/v1/volumes/${id}`, { accessKey: "OTHER", secretKey: "o" })).status).toBe(404);
  expect((await call("GET", "/v1/volumes", { accessKey: "OTHER", secretKey: "o" })).body.count).toBe(0);
});

test("the endpoint catalogue names this service", async () => {
  const { call } = startScp();
  const reply = await call("GET", "/v1/endpoints", { version: null });
  expect(reply.body).toEqual({
    endpoints: [
      { region: "kr-west1", service_type: "scp-virtualserver", service_name: "virtualserver", url: HOST },
    ],
  });
});
