import { isPolyvolError, PolyvolError } from "@polyvol/core";
import { systemClock } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { createSamsungScpDriver, createSamsungScpStorage } from "../src/index.ts";
import { readOptions, type SamsungScpStorageOptions } from "../src/options.ts";

const good = {
  accessKey: "AKTESTEXAMPLE0001",
  secretKey: "test-secret-key-not-real-0001",
  region: "kr-west1",
  environment: "e",
} as const;

function refusalOf(options: unknown, variables: Readonly<Record<string, string>> = {}): PolyvolError {
  try {
    readOptions(options as SamsungScpStorageOptions, variables);
  } catch (error) {
    if (isPolyvolError(error, "invalid_argument")) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("defaults", () => {
  test("of all that is optional", () => {
    const { own, http, storage, ...rest } = readOptions(good, {});
    expect(own).toEqual({
      accessKey: good.accessKey,
      secretKey: good.secretKey,
      region: "kr-west1",
      environment: "e",
      apiVersion: "negotiate",
      versionWarningDays: 90,
      acceptLanguage: "en-US",
      settleMs: 2_000,
    });
    expect(rest).toEqual({
      baseUrl: "https://virtualserver.kr-west1.e.samsungsdscloud.com",
      quotas: [],
      clock: systemClock,
    });
    expect([http, storage]).toEqual([{}, {}]);
  });

  test("each part gets what is its own, and the keys go to neither core nor the HTTP client", () => {
    const { http, storage } = readOptions(
      { ...good, clock: systemClock, timeoutMs: 1, maxConcurrency: 2 },
      {},
    );
    expect(http).toEqual({ clock: systemClock, maxConcurrency: 2 });
    expect(storage).toEqual({ clock: systemClock, timeoutMs: 1 });
  });

  test("everything from the environment", () => {
    const variables = {
      SCP_ACCESS_KEY: good.accessKey,
      SCP_SECRET_KEY: good.secretKey,
      SCP_REGION: "kr-south2",
      SCP_ENVIRONMENT: "g",
    };
    const config = readOptions({}, variables);
    expect(config.own).toMatchObject({
      accessKey: good.accessKey,
      secretKey: good.secretKey,
      region: "kr-south2",
    });
    expect(config.baseUrl).toBe("https://virtualserver.kr-south2.g.samsungsdscloud.com");
    expect(readOptions({ ...good, region: "kr-east1" }, variables).own.region).toBe("kr-east1");
  });

  test("a limit of requests is a quota, too", () => {
    const requestQuotas = [{ requests: 10, windowMs: 1_000 }];
    expect(readOptions({ ...good, limits: { requestQuotas } }, {}).quotas).toEqual(requestQuotas);
    expect(readOptions({ ...good, limits: { requestQuotas }, quotas: [] }, {}).quotas).toEqual([]);
  });
});

describe("regions and hosts", () => {
  test.each([
    ["s", "kr-west1"],
    ["s", "kr-east1"],
    ["g", "kr-south1"],
    ["g", "kr-south2"],
    ["g", "kr-south3"],
    ["e", "kr-west1"],
    ["e", "kr-east1"],
  ] as const)("%s has %s", (environment, region) => {
    const { baseUrl } = readOptions({ ...good, environment, region }, {});
    expect(baseUrl).toBe(`https://virtualserver.${region}.${environment}.samsungsdscloud.com`);
  });

  test.each([
    ["e", "kr-south1"],
    ["g", "kr-west1"],
    ["e", "kr-west-1"],
  ])("%s has no %s", (environment, region) => {
    const { reason } = refusalOf({ ...good, environment, region });
    expect(reason).toContain(`found "${region}", allowed in environment ${environment}: kr-`);
  });

  test("a base URL replaces the host, and a region of no known environment is taken with it", () => {
    const { environment: _, ...rest } = good;
    const baseUrl = "http://127.0.0.1:4020";
    expect(readOptions({ ...rest, region: "kr-north9", baseUrl }, {})).toMatchObject({
      baseUrl,
      own: { region: "kr-north9" },
    });
    expect(refusalOf({ ...good, region: "kr-north9", baseUrl }).reason).toContain("kr-north9");
  });
});

describe("refusals name the option, what was found and what is allowed", () => {
  test.each([
    ["accessKey", "SCP_ACCESS_KEY"],
    ["secretKey", "SCP_SECRET_KEY"],
    ["region", "SCP_REGION"],
    ["environment", "SCP_ENVIRONMENT"],
  ])("no %s", (option, variable) => {
    const { reason } = refusalOf({ ...good, [option]: undefined }, { [variable]: "  " });
    expect(reason).toContain(`option ${option}: found none`);
    expect(reason).toContain(variable);
  });

  test.each([
    ["region", "kr-west1.evil.example", '"kr-west1.evil.example"', "kr-west1"],
    ["environment", "x", '"x"', "s (Samsung), g (Sovereign) or e (Enterprise)"],
    ["apiVersion", "1.4", '"1.4"', "negotiate, 1.3, 1.2, 1.1, 1.0"],
    ["versionWarningDays", -1, "-1", "a whole number of days from 0"],
    ["acceptLanguage", "de-DE", '"de-DE"', "en-US or ko-KR"],
    ["settleMs", 1.5, "1.5", "a whole number of milliseconds from 0"],
    ["fetch", "no", '"no"', "a function"],
    ["quotas", "many", '"many"', "whole numbers from 1"],
    ["maxConcurrency", 0, "0", "a whole number from 1"],
    ["attemptTimeoutMs", "1s", '"1s"', "a whole number of milliseconds from 1"],
    ["clock", {}, "an object", "an object with now() and sleep()"],
  ])("%s", (option, value, found, allowed) => {
    const { reason } = refusalOf({ ...good, [option]: value });
    expect(reason).toContain(`option ${option}: found ${found}, allowed: `);
    expect(reason).toContain(allowed);
  });

  test("an unknown option, with those that there are", () => {
    const { reason } = refusalOf({ ...good, acessKey: "AKTESTEXAMPLE0001" });
    expect(reason).toContain("option: found acessKey, allowed: accessKey, secretKey");
  });

  test.each([
    ["accessKey", "AK WITH BLANK SECRET"],
    ["secretKey", "secret\nwith line"],
    ["secretKey", { file: "" }],
    ["sessionToken", "토큰토큰토큰"],
    ["baseUrl", "ftp://user:hunter2secret@example.com"],
  ])("a bad %s is not shown", (option, value) => {
    const { message } = refusalOf({ ...good, [option]: value });
    expect(message).toContain(
      `option ${option}: found ${typeof value === "string" ? "a text that is not shown here" : "an object"}`,
    );
    if (typeof value === "string") expect(message).not.toContain(value.slice(4, 12));
  });

  test.each([
    ["http://virtualserver.example.com"],
    ["https://user:hunter2secret@example.com"],
    ["https://example.com/?token=hunter2secret"],
  ])("a base URL that credentials must not go to: %s", (baseUrl) => {
    const create = () => createSamsungScpStorage({ ...good, baseUrl });
    expect(create).toThrow(PolyvolError);
    expect(create).not.toThrow(/hunter2secret/);
  });

  test("by the factories, too", () => {
    expect(() => createSamsungScpStorage({ ...good, region: "kr-south1" })).toThrow(PolyvolError);
    expect(() => createSamsungScpDriver({ ...good, region: "kr-south1" })).toThrow(/kr-west1, kr-east1/);
  });
});
