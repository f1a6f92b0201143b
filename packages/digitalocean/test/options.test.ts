import { readFileSync } from "node:fs";
import { systemClock } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { capabilitiesWith } from "../src/capabilities.ts";
import { type DigitalOceanStorageOptions, readOptions } from "../src/options.ts";
import { VERSION } from "../src/version.ts";

const TOKEN = "dop_v1_5ecre75ecre75ecre75ecre75ecre7";

describe("the token", () => {
  test("given ones come first, then the environment in its order", () => {
    const both = { DIGITALOCEAN_TOKEN: "first", DIGITALOCEAN_ACCESS_TOKEN: "second" };
    expect(readOptions({ token: "given" }, both).own.token).toBe("given");
    expect(readOptions({}, both).own.token).toBe("first");
    expect(readOptions({}, { DIGITALOCEAN_ACCESS_TOKEN: "second" }).own.token).toBe("second");
    expect(readOptions({}, { ...both, DIGITALOCEAN_TOKEN: "" }).own.token).toBe("second");
  });

  test("files and callbacks are taken as they are", () => {
    const callback = (): string => TOKEN;
    expect(readOptions({ token: { file: "/run/token" } }, {}).own.token).toEqual({ file: "/run/token" });
    expect(readOptions({ token: callback }, {}).own.token).toBe(callback);
  });

  test("without any, the error says what to set", () => {
    expect(() => readOptions({}, {})).toThrow(
      /option token: found none, .*set it or the environment variable DIGITALOCEAN_TOKEN or DIGITALOCEAN_ACCESS_TOKEN.*invalid_argument/,
    );
  });

  const wrong: readonly unknown[] = [
    `${TOKEN}\n`,
    `a ${TOKEN}`,
    "",
    5,
    { file: "" },
    { file: "x", secret: TOKEN },
    [TOKEN],
    null,
  ];
  test.each(wrong.map((token, index) => ({ index, token })))("wrong token $index", ({ token }) => {
    const options = { token } as unknown as DigitalOceanStorageOptions;
    const attempt = (): unknown => readOptions(options, { DIGITALOCEAN_TOKEN: TOKEN });
    expect(attempt).toThrow(/option token: found .*, allowed: a token, \{ file: path \} or a callback/);
    expect(attempt).not.toThrow(TOKEN);
  });

  test("one in the environment that cannot be sent names its variable, not itself", () => {
    const attempt = (): unknown => readOptions({}, { DIGITALOCEAN_TOKEN: `${TOKEN}\r\nx: y` });
    expect(attempt).toThrow(
      /environment variable DIGITALOCEAN_TOKEN: found a text that is not shown here, allowed: a token/,
    );
    expect(attempt).not.toThrow(TOKEN);
  });
});

describe("options", () => {
  test("defaults", () => {
    expect(readOptions({ token: TOKEN }, {})).toEqual({
      own: { token: TOKEN, baseUrl: "https://api.digitalocean.com" },
      http: { baseUrl: "https://api.digitalocean.com" },
      storage: {},
      quotas: undefined,
      snapshotsPerVolume: 25,
    });
  });

  test("each part gets what is its own, and the token goes to neither core nor the HTTP client", () => {
    const { http, storage } = readOptions(
      { token: TOKEN, clock: systemClock, timeoutMs: 1, maxConcurrency: 2 },
      {},
    );
    expect(http).toEqual({ baseUrl: "https://api.digitalocean.com", clock: systemClock, maxConcurrency: 2 });
    expect(storage).toEqual({ clock: systemClock, timeoutMs: 1 });
  });

  test("limits of the account are heeded", () => {
    const quotas = [{ requests: 10, windowMs: 1000 }];
    expect(readOptions({ token: TOKEN, limits: { snapshotsPerVolume: 50 } }, {}).snapshotsPerVolume).toBe(50);
    expect(readOptions({ token: TOKEN, limits: { requestQuotas: quotas } }, {}).quotas).toEqual(quotas);
    expect(
      readOptions({ token: TOKEN, limits: { snapshotsPerVolume: "unknown" } }, {}).snapshotsPerVolume,
    ).toBe(25);
  });

  const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ tokn: "x" }, /option: found tokn, allowed: token, region, baseUrl/],
    [{ region: "NYC3" }, /option region: found "NYC3", allowed: the slug/],
    [{ region: 3 }, /option region: found 3,/],
    [
      { baseUrl: "api.digitalocean.com" },
      /option baseUrl: found a text that is not shown here, allowed: an https URL/,
    ],
    [{ baseUrl: "ftp://example.com" }, /option baseUrl/],
    [{ fetch: "fetch" }, /option fetch: found "fetch"/],
    [{ quotas: [{ requests: 0, windowMs: 1 }] }, /option quotas\[0\]\.requests: found 0, allowed: a list/],
    [{ maxConcurrency: 0 }, /option maxConcurrency: found 0, allowed: a whole number from 1/],
    [{ attemptTimeoutMs: 1.5 }, /option attemptTimeoutMs: found 1.5/],
    [{ clock: {} }, /option clock: found an object/],
    [{ region: "x".repeat(200).toUpperCase() }, /found "X{77}…"/],
  ];
  test.each(wrong)("%j", (options, message) => {
    expect(() => readOptions({ token: TOKEN, ...options } as DigitalOceanStorageOptions, {})).toThrow(
      message,
    );
  });

  test("no object at all", () => {
    expect(() => readOptions(null as unknown as DigitalOceanStorageOptions, {})).toThrow(
      /option: found nothing, allowed: an object/,
    );
  });

  test("an option that is there and undefined is not there", () => {
    const options = { token: undefined, region: undefined } as unknown as DigitalOceanStorageOptions;
    expect(readOptions(options, { DIGITALOCEAN_TOKEN: TOKEN }).own.token).toBe(TOKEN);
  });
});

describe("capabilities", () => {
  test("quotas that were given replace the documented ones", () => {
    const quotas = [{ requests: 10, windowMs: 1000 }];
    expect(capabilitiesWith(quotas).limits.requestQuotas).toBe(quotas);
    expect(capabilitiesWith(undefined).limits.requestQuotas).toEqual([
      { requests: 5000, windowMs: 3_600_000 },
      { requests: 250, windowMs: 60_000 },
    ]);
  });

  test("names", () => {
    const { volumeName, snapshotName } = capabilitiesWith(undefined).limits;
    const matches = (pattern: string, name: string): boolean => new RegExp(`^(?:${pattern})$`).test(name);
    for (const name of ["a", "data-1", "a-"]) expect(matches(volumeName.pattern, name)).toBe(true);
    for (const name of ["", "1a", "A", "a_b", "-a"]) expect(matches(volumeName.pattern, name)).toBe(false);
    for (const name of ["a", "été 2026/07: all", "1", "ab"])
      expect(matches(snapshotName.pattern, name)).toBe(true);
    for (const name of ["", " a", "a ", "a\nb", "\u0000"])
      expect(matches(snapshotName.pattern, name)).toBe(false);
  });
});

test("the version is the manifest's", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  expect(VERSION).toBe(manifest.version);
});
