import { CAPABILITIES, type Limit, type NameRule } from "@polyvol/core";
import { expect } from "vitest";
import { missingCapability } from "../bench.ts";
import { refuses, refusesLocally } from "../expectations.ts";
import type { Suite } from "../suite.ts";
import { EXERCISES } from "./exercises.ts";

/** Cases 1 to 6: what a driver says of itself, and whether it is so. */
export function identityCases(suite: Suite): void {
  suite.test("1. It reports a name, a version and the API version in use", [], async (bench) => {
    expect(bench.driver.provider).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(bench.driver.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(bench.storage.provider).toBe(bench.driver.provider);
    const { apiVersion } = await bench.storage.checkHealth();
    expect(apiVersion).not.toBe("");
  });

  suite.test("2. Its capabilities are known names, none of them twice", [], async (bench) => {
    const { supports } = bench.driver.capabilities;
    expect(supports.filter((each) => !CAPABILITIES.includes(each))).toEqual([]);
    expect(new Set(supports).size).toBe(supports.length);
  });

  for (const capability of CAPABILITIES) {
    const { works, call } = EXERCISES[capability];
    suite.test(`3. ${capability}: works where listed, else refused without a request`, [], async (bench) => {
      if (bench.capabilities.supports.includes(capability)) {
        await works?.(bench);
        return;
      }
      if (call === undefined) return bench.skip(capability);
      await refusesLocally(bench, () => call(bench.storage, bench), "unsupported");
    });
  }

  suite.test("4. Its limits are numbers, or said to be unknown", [], async (bench) => {
    const { limits } = bench.driver.capabilities;
    for (const rule of [limits.volumeName, limits.snapshotName]) expectNameRule(rule);
    const { minimumGiB, maximumGiB, stepGiB } = limits.volumeSize;
    expect(minimumGiB).toBeGreaterThan(0);
    expect(maximumGiB).toBeGreaterThanOrEqual(minimumGiB);
    expect(stepGiB).toBeGreaterThan(0);
    expect(minimumGiB % stepGiB, "the smallest size is a step").toBe(0);
    expectLimit(limits.volumeDescriptionBytes);
    expectLimit(limits.snapshotsPerVolume);
    expectLimit(limits.snapshotGapMs);
    expectLimit(limits.volumesPerServer);
    for (const quota of limits.requestQuotas) {
      expect(quota.requests).toBeGreaterThan(0);
      expect(quota.windowMs).toBeGreaterThan(0);
    }
    const { tags } = limits;
    if (tags === undefined) return;
    expect(tags.maxKeyLength).toBeGreaterThan(0);
    expect(tags.maxValueLength).toBeGreaterThanOrEqual(0);
    expect(() => [new RegExp(tags.keyPattern), new RegExp(tags.valuePattern)]).not.toThrow();
  });

  suite.test("5. A health check succeeds with good credentials", [], async (bench) => {
    const before = bench.requests().total;
    const health = await bench.storage.checkHealth();
    expect(bench.requests().total, "it asks the provider").toBeGreaterThan(before);
    if (health.clockSkewMs !== undefined) expect(Math.abs(health.clockSkewMs)).toBeLessThan(5_000);
  });

  suite.test("5. A health check fails with unauthenticated on bad credentials", [], async (bench) => {
    const storage = bench.storageOn(bench.harness.badCredentials());
    const error = await refuses(() => storage.checkHealth(), "unauthenticated");
    expect(error.retryable).toBe(false);
    await refuses(() => storage.volumes.list().toArray(), "unauthenticated");
  });

  suite.test(
    "6. A capability that is turned off makes its tests skip and its calls fail",
    [],
    async (bench) => {
      const supported = bench.capabilities.supports;
      const storage = bench.storageWith({ without: supported });
      for (const capability of supported) {
        expect(missingCapability(storage.capabilities, [capability])).toBe(capability);
        const { call } = EXERCISES[capability];
        if (call !== undefined) await refusesLocally(bench, () => call(storage, bench), "unsupported");
      }
    },
  );
}

function expectLimit(limit: Limit): void {
  if (limit === "unknown") return;
  expect(limit).toBeTypeOf("number");
  expect(limit).toBeGreaterThanOrEqual(0);
}

function expectNameRule(rule: NameRule): void {
  expect(() => new RegExp(rule.pattern)).not.toThrow();
  expect(rule.minLength).toBeGreaterThan(0);
  expect(rule.maxLength).toBeGreaterThanOrEqual(rule.minLength);
  expect(rule.inWords).not.toBe("");
}
