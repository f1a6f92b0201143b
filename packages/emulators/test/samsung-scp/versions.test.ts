import { describe, expect, test } from "vitest";
import { createVirtualClock } from "../../src/kit/clock.ts";
import { HOST, type Scp, startScp, UNKNOWN } from "./harness.ts";

interface Listed {
  readonly id: string;
  readonly links: readonly { readonly href: string; readonly rel: string }[];
  readonly not_before: string;
  readonly status: string;
}

async function discover({ emulator }: Scp): Promise<readonly Listed[]> {
  const response = await emulator.fetch(`${HOST}/`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { versions: Listed[] }).versions;
}

/** Statuses newest first, such as `CURRENT SUPPORTED …`. */
async function statuses(scp: Scp): Promise<string> {
  return (await discover(scp)).map(({ status }) => status).join(" ");
}

/** The status of a list in each version, at an instant. */
async function served(at: string, options: Parameters<typeof startScp>[0] = {}): Promise<readonly number[]> {
  const scp = startScp({ clock: createVirtualClock(Date.parse(at)), clockSkewMs: false, ...options });
  const replies = ["1.0", "1.1", "1.2", "1.3"].map((version) => scp.call("GET", "/v1/volumes", { version }));
  return (await Promise.all(replies)).map(({ status }) => status);
}

describe("discovery", () => {
  test("is unsigned and lists the documented table", async () => {
    const versions = await discover(startScp());
    expect(versions).toEqual([
      { id: "v1.3", links: [{ href: `${HOST}/v1`, rel: "self" }], not_before: "", status: "CURRENT" },
      { id: "v1.2", links: expect.any(Array), not_before: "2026-08-31", status: "SUPPORTED" },
      { id: "v1.1", links: expect.any(Array), not_before: "2026-05-31", status: "DEPRECATED" },
      { id: "v1.0", links: expect.any(Array), not_before: "2025-12-31", status: "DEPRECATED" },
    ]);
  });

  test("statuses without a fixed value follow the calendar", async () => {
    const at = (day: string): Promise<string> =>
      statuses(startScp({ clock: createVirtualClock(Date.parse(day)), versions: "calendar" }));
    expect(await at("2025-09-30")).toBe("PLANNED PLANNED PLANNED CURRENT");
    expect(await at("2025-12-30")).toBe("PLANNED PLANNED CURRENT DEPRECATED");
    expect(await at("2026-03-19")).toBe("PLANNED CURRENT DEPRECATED DEPRECATED");
    expect(await at("2026-06-01")).toBe("CURRENT SUPPORTED DEPRECATED DEPRECATED");
    expect(await at("2026-06-03")).toBe("CURRENT DEPRECATED DEPRECATED DEPRECATED");
    expect(await at("2027-03-01")).toBe("CURRENT DEPRECATED DEPRECATED DEPRECATED");
  });
});

describe("the request header", () => {
  test.each([
    ["virtualserver 1.9"],
    ["virtualserver v1.3"],
    ["virtualserver  1.3"],
    ["virtualserver 1"],
    ["1.3"],
    ["vpc 1.3"],
    [""],
  ])("%j is 406 NoSuchVersion", async (value) => {
    const { call } = startScp();
    const reply = await call("GET", "/v1/volumes", { headers: { "Scp-Api-Version": value } });
    expect(reply.status).toBe(406);
    expect(reply.body.errors[0]).toMatchObject({ code: "NoSuchVersion", status: 406 });
  });

  test("absent means the current version", async () => {
    const { call, volume } = startScp();
    await volume();
    expect((await call("GET", "/v1/volumes", { version: null })).body.volumes[0]).toHaveProperty("max_iops");
    const older = startScp({
      versions: [
        { id: "1.1", status: "CURRENT" },
        { id: "1.3", status: "PLANNED" },
      ],
    });
    await older.call("POST", "/v1/volumes", { version: "1.1", body: { name: "a", size: 8 } });
    expect((await older.call("GET", "/v1/volumes", { version: null })).body.volumes[0]).not.toHaveProperty(
      "max_iops",
    );
    expect((await older.call("GET", "/v1/volumes", { version: "1.3" })).status).toBe(406);
  });

  test("a version past its date is served unless told otherwise", async () => {
    const refuse = { expiredVersions: "refuse" } as const;
    expect(await served("2027-03-01")).toEqual([200, 200, 200, 200]);
    expect(await served("2025-12-30T23:59:59Z", refuse)).toEqual([200, 200, 200, 200]);
    expect(await served("2025-12-31", refuse)).toEqual([406, 200, 200, 200]);
    expect(await served("2026-08-30T23:59:59Z", refuse)).toEqual([406, 406, 200, 200]);
    expect(await served("2026-08-31", refuse)).toEqual([406, 406, 406, 200]);
    expect(await served("2025-12-30", { versions: "calendar" })).toEqual([200, 200, 406, 406]);
  });

  test("an operation can be behind its service", async () => {
    const { call } = startScp({ operationVersions: { createSnapshot: ["1.0", "1.2"] } });
    const body = { name: "a", volume_id: UNKNOWN };
    const answer = async (version: string): Promise<number> =>
      (await call("POST", "/v1/snapshots", { version, body })).status;
    expect([await answer("1.0"), await answer("1.1"), await answer("1.2"), await answer("1.3")]).toEqual([
      404, 406, 404, 406,
    ]);
    expect(() => startScp({ operationVersions: { nothing: ["1.0"] } })).toThrow(
      /unknown operation "nothing"/,
    );
  });

  test("QoS came with 1.2", async () => {
    const { call } = startScp();
    const answer = async (version: string): Promise<number> =>
      (await call("PUT", `/v1/volumes/${UNKNOWN}/qos`, { version, body: {} })).status;
    expect([await answer("1.0"), await answer("1.1"), await answer("1.2")]).toEqual([406, 406, 404]);
  });
});
