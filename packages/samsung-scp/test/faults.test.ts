import { inspect } from "node:util";
import type { Fault, FaultEffect } from "@polyvol/emulators";
import type { SamsungScpState } from "@polyvol/emulators/samsung-scp";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { ACCESS_KEY, type Emulated, emulated, SECRET_KEY } from "./emulated.ts";

const MISSING = "3f500f00-ed80-4566-a057-e31760226f9a";

describe("credentials", () => {
  test.each([
    ["a wrong access key", { accessKey: "AKWRONG0001" }],
    ["a wrong secret key", { secretKey: "wrong-secret-0001" }],
  ])("%s is unauthenticated, at once", async (_, wrong) => {
    const { another, lines } = await emulated({ storage: { apiVersion: "1.3" } });
    const error = await failureOf(another(wrong).volumes.list().toArray());
    expect(error).toMatchObject({ code: "unauthenticated", status: 401, retryable: false });
    expect(error.requestId).toMatch(/^req-/);
    expect(lines()).toHaveLength(1);
  });

  test.each([[20 * 60_000], [-20 * 60_000], [26 * 3_600_000]])(
    "a clock that is off by %i ms is set by the service's own, once",
    async (offset) => {
      const { another, clock, lines } = await emulated({ storage: { apiVersion: "1.3" } });
      const storage = another({ clock: { ...clock, now: () => clock.now() + offset, during: clock.during } });
      await storage.volumes.list().toArray();
      await storage.volumes.list().toArray();
      expect(lines()).toHaveLength(3);
      expect(Math.abs((await storage.checkHealth()).clockSkewMs ?? 0) - Math.abs(offset)).toBeLessThan(2_000);
    },
  );

  test("without a Date to set it by, a clock that is off is unauthenticated, and the service says why", async () => {
    const { another, clock, emulator } = await emulated({ storage: { apiVersion: "1.3" } });
    emulator.faults.add({ kind: "headers", remove: ["date"] });
    const storage = another({
      clock: { ...clock, now: () => clock.now() - 20 * 60_000, during: clock.during },
    });
    const error = await failureOf(storage.volumes.list().toArray());
    expect(error).toMatchObject({ code: "unauthenticated", retryable: false });
    expect(error.reason).toContain("Scp-Timestamp");
  });

  test.each(
    ([400, 403, 409, 413, 422] as const).flatMap((status) =>
      (["service", "cinder"] as const).map((body) => [status, body] as const),
    ),
  )(
    "a full quota, refused with %i in the words of the %s, is told as one and asked for once",
    async (status, body) => {
      const { storage, lines } = await emulated({
        emulator: {
          quotas: { volumes: 1, snapshots: 0, gigabytes: 10 },
          quotaStatus: status,
          quotaBody: body,
        },
        storage: { apiVersion: "1.3" },
      });
      const { id } = await storage.volumes.create({ name: "one", sizeGiB: 8 });
      const calls = [
        () => storage.volumes.create({ name: "two", sizeGiB: 8 }),
        () => storage.snapshots.create({ volumeId: id, name: "s" }),
        () => storage.volumes.resize(id, 16),
      ];
      lines();
      for (const call of calls) {
        expect(await failureOf(call())).toMatchObject({
          ...{ code: "resource_exhausted", outcome: "not_applied", retryable: false, status },
        });
      }
      expect(lines().filter((line) => !line.startsWith("GET"))).toHaveLength(3);
    },
  );

  test("no permission is not a full quota", async () => {
    const reader = { accessKey: "AKREADER0001", secretKey: "reader-secret-0001", actions: ["ListVolumes"] };
    const { another } = await emulated({ emulator: { accessKeys: [reader] } });
    const { accessKey, secretKey } = reader;
    const error = await failureOf(
      another({ accessKey, secretKey }).volumes.create({ name: "x", sizeGiB: 8 }),
    );
    expect(error).toMatchObject({ code: "permission_denied", outcome: "not_applied", retryable: false });
  });
});

describe("answers that are not the service's", () => {
  /** Of the gateway in front of the service. */
  const noRoute = {
    ...{ timestamp: "2026-06-05T00:00:00Z", path: "/v1/volumes", status: 404, error: "Not Found" },
    requestId: "8af0c9",
  };
  const NO_ROUTE = { kind: "answer", status: 404, body: noRoute } as const;
  const only = (fault: FaultEffect, method: string): Fault => ({
    match: { method, path: "/v1/volumes/**" },
    count: 1,
    ...fault,
  });

  test("the gateway's 404 does not make a deletion succeed", async () => {
    const { storage, emulator } = await emulated();
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    emulator.faults.add({ ...only(NO_ROUTE, "DELETE"), count: 100 });
    const error = await failureOf(storage.volumes.delete(id));
    expect(error).toMatchObject({ code: "unauthenticated", requestId: "8af0c9", outcome: "not_applied" });
    expect((emulator.state() as SamsungScpState).volumes).toHaveLength(1);
  });

  test("a gateway that knows no route for a moment, at any step of a create, costs neither it nor a second one", async () => {
    const { storage, emulator, lines } = await emulated();
    const create = (name: string) => storage.volumes.create({ name, sizeGiB: 8 });
    await create("data-0");
    const steps = lines().length;
    for (let skip = 0; skip < steps; skip += 1) {
      emulator.faults.add({ ...NO_ROUTE, match: { path: "/v1/volumes/**" }, skip, count: 1 });
      expect(await create(`data-${skip + 1}`)).toMatchObject({ state: "available" });
    }
    expect((emulator.state() as SamsungScpState).volumes).toHaveLength(steps + 1);
  });

  test("a page with 404 does not, either", async () => {
    const { storage, emulator } = await emulated();
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    emulator.faults.add({ ...only({ kind: "html", status: 404 }, "DELETE"), count: 100 });
    expect(await failureOf(storage.volumes.delete(id))).toMatchObject({ code: "unavailable" });
    expect((emulator.state() as SamsungScpState).volumes).toHaveLength(1);
  });

  test("the firewall's page is waited out, and a create is made once", async () => {
    const { storage, emulator } = await emulated();
    emulator.faults.add({ match: { method: "POST" }, count: 1, kind: "answer", status: 417 });
    emulator.faults.add({
      match: { method: "GET", path: "/v1/volumes/*" },
      count: 1,
      kind: "answer",
      status: 417,
    });
    await storage.volumes.create({ name: "data", sizeGiB: 8 });
    expect((emulator.state() as SamsungScpState).volumes).toHaveLength(1);
  });

  test("a burst is waited out for as long as the service asks", async () => {
    const { storage, emulator, clock } = await emulated();
    emulator.faults.add({
      match: { path: "/v1/volumes" },
      count: 1,
      kind: "answer",
      status: 429,
      headers: { "retry-after": "7" },
    });
    const start = clock.now();
    await storage.volumes.list().toArray();
    expect(clock.now() - start).toBeGreaterThanOrEqual(7_000);
  });

  test.each([
    ["an empty body", { kind: "answer", status: 404, body: "" }, "unavailable"],
    [
      "a list of fields",
      { kind: "answer", status: 400, body: [{ loc: ["path", "id"], msg: "wrong" }] },
      "invalid_argument",
    ],
    ["no body where one is due", { kind: "answer", status: 200, body: "" }, "malformed_response"],
    ["a field that is missing", { kind: "wrong-json", at: "servers" }, "malformed_response"],
    ["a time that is none", { kind: "wrong-json", at: "created_at", value: "soon" }, "malformed_response"],
    ["a page with 200", { kind: "html" }, "malformed_response"],
  ] as const)("%s", async (_, fault, code) => {
    const { storage, emulator } = await emulated({ storage: { retry: { maxAttempts: 1 } } });
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
    emulator.faults.add({ ...only(fault as FaultEffect, "GET"), count: 100 });
    expect(await failureOf(storage.volumes.get(id))).toMatchObject({ code });
  });
});

describe("secrets", () => {
  /** A key as itself, and as what the usual encodings make of it. */
  const forms = [ACCESS_KEY, SECRET_KEY].flatMap((key) => [
    key,
    encodeURIComponent(key),
    Buffer.from(key).toString("base64").replace(/=+$/, ""),
    Buffer.from(key).toString("hex"),
  ]);

  function expectNoSecret(text: string): void {
    const shownForms = forms.filter((form) => text.includes(form));
    expect(shownForms, text.slice(0, 200)).toEqual([]);
  }

  function shown(value: unknown): string {
    const own = value instanceof Error ? `${value.message}\n${value.stack}` : "";
    return `${own}\n${inspect(value, { depth: 10, showHidden: true })}\n${JSON.stringify(value)}`;
  }

  test("are in no error, event, inspection or JSON, whatever goes wrong", async () => {
    const echo = {
      errors: [
        {
          code: ACCESS_KEY,
          detail: `Key ${ACCESS_KEY} with ${SECRET_KEY} is wrong.`,
          request_id: ACCESS_KEY,
        },
      ],
    };
    const faults: readonly Record<string, unknown>[] = [
      { kind: "answer", status: 400, body: echo },
      { kind: "answer", status: 401, body: echo },
      { kind: "answer", status: 403, body: echo },
      { kind: "answer", status: 404, body: echo },
      { kind: "answer", status: 406, body: echo },
      { kind: "answer", status: 409, body: echo },
      { kind: "answer", status: 500, body: echo },
      { kind: "answer", status: 503, body: `<p>${ACCESS_KEY} ${SECRET_KEY}</p>` },
      { kind: "answer", status: 200, body: echo },
      { kind: "answer", status: 200, body: `${ACCESS_KEY} ${SECRET_KEY}` },
      { kind: "answer", status: 302, headers: { location: `https://example.com/${ACCESS_KEY}` } },
      { kind: "answer", status: 200, headers: { "x-request-id": ACCESS_KEY }, body: {} },
      { kind: "cut-before" },
      { kind: "refuse" },
      { kind: "html" },
      { kind: "truncate" },
    ];
    const it: Emulated = await emulated({ storage: { apiVersion: "1.3", retry: { maxAttempts: 2 } } });
    const { storage, emulator } = it;
    const creates = [
      () => storage.volumes.create({ name: "x", sizeGiB: 8 }, { timeoutMs: 60_000 }),
      () => storage.snapshots.create({ volumeId: MISSING, name: "x" }),
    ];
    const remove = (): Promise<unknown> => storage.snapshots.delete(MISSING, { timeoutMs: 60_000 });
    /** What the fault strikes; every call begins by reading. */
    const callsByMethod = {
      GET: [() => storage.volumes.get(MISSING), ...creates, remove, () => storage.checkHealth()],
      POST: creates,
      DELETE: [remove],
    };
    for (const fault of faults) {
      for (const [method, calls] of Object.entries(callsByMethod)) {
        emulator.faults.clear();
        emulator.faults.add({ match: { method, path: "/v1/**" }, ...fault } as unknown as Fault);
        for (const call of calls)
          await call().then(undefined, (error: unknown) => expectNoSecret(shown(error)));
      }
    }
    emulator.faults.clear();
    expectNoSecret(JSON.stringify(it.events));
    expect(it.events.length).toBeGreaterThan(100);
    const volume = await storage.volumes.create({ name: "y", sizeGiB: 8 });
    expectNoSecret(shown([storage, storage.driver, storage.volumes, volume, storage.capabilities]));
    expectNoSecret(shown(await failureOf(it.another({ secretKey: "other-secret-0001" }).checkHealth())));
  });

  test("from a file or a callback that fails are not in the error, either", async () => {
    const { another } = await emulated();
    const secretKey = (): string => `${SECRET_KEY} with blanks`;
    const error = await failureOf(another({ secretKey }).checkHealth());
    expect(error).toMatchObject({ code: "unauthenticated", outcome: "not_applied" });
    expectNoSecret(shown(error));
  });
});
