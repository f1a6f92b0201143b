/** How often requests are sent again, and when. */
import { isPolyvolError, type PolyvolError } from "@polyvol/core";
import type { Fault } from "@polyvol/emulators";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { expect, inject, test } from "vitest";
import { openCloud, PROVIDERS, thrownBy } from "../src/cloud.ts";
import { report } from "../src/report.ts";
import { RETRY_AFTER_FORMS } from "../src/retry-after-forms.ts";

/** So many at once that what goes through before the outage is known is few of them. */
const AT_ONCE = inject("isFull") ? 1_000 : 300;
/** What a storage sends again before its budget is spent. */
const BUDGET = 100;
const MOST_REQUESTS = 1 + BUDGET / AT_ONCE;
const CALLS = inject("isFull") ? 1_000 : 200;

test("total outage: calls are not multiplied, and the first call after it succeeds", async () => {
  const ratios: number[] = [];
  let callsUntilSuccess = 0;
  for (const provider of PROVIDERS) {
    for (const kind of ["reads", "creates"] as const) {
      const cloud = await openCloud(provider);
      const { volumes } = cloud.storage();
      const [id = ""] = cloud.seedVolumes(["there"]);
      const outage = cloud.emulator.faults.add({ kind: "answer", status: 503 });
      const works = Array.from({ length: AT_ONCE }, (_, index) =>
        kind === "reads"
          ? volumes.get(id)
          : volumes.create({ name: `never-${index}`, sizeGiB: cloud.sizeGiB }),
      );
      const results = await Promise.allSettled(works);
      expect(results.filter(({ status }) => status === "rejected")).toHaveLength(AT_ONCE);
      ratios.push(cloud.emulator.log.entries().length / AT_ONCE);
      cloud.emulator.faults.remove(outage);
      let tries = 1;
      while ((await thrownBy(volumes.get(id))) !== undefined) tries += 1;
      callsUntilSuccess = Math.max(callsUntilSuccess, tries);
    }
  }
  report({
    id: "06-outage",
    promise: "2",
    what: `total outage, ${AT_ONCE} calls at once, reads and creates on both providers`,
    figures: {
      "requests for each call, at most": Math.max(...ratios),
      "calls until success": callsUntilSuccess,
    },
    bar: `${MOST_REQUESTS.toFixed(2)}, 1`,
  });
  expect(Math.max(...ratios)).toBeLessThanOrEqual(MOST_REQUESTS);
  expect(callsUntilSuccess).toBe(1);
});

test("30 % 503: as many calls fail as the seed says, none is tried more often than allowed", async () => {
  const fault: Fault = { kind: "answer", status: 503, probability: 0.3, seed: 4_711 };
  const limit = 4;
  // The same seed in an emulator that no client of ours has to do with.
  const oracle = createDigitalOceanEmulator({ faults: [fault], quotaPerMinute: 0 });
  const isStruck = async (): Promise<boolean> =>
    (
      await oracle.fetch("https://api.digitalocean.com/v2/regions", {
        headers: { authorization: "Bearer x" },
      })
    ).status === 503;
  const predicted = { failures: 0, requests: 0, "largest attempts": 0 };
  for (let call = 0; call < CALLS; call += 1) {
    let attempt = 1;
    while ((await isStruck()) && attempt < limit) attempt += 1;
    predicted.requests += attempt;
    predicted["largest attempts"] = Math.max(predicted["largest attempts"], attempt);
  }
  // Failures are those four in a row: counted apart, by running the seed a second time.
  const again = createDigitalOceanEmulator({ faults: [fault], quotaPerMinute: 0 });
  for (let call = 0; call < CALLS; call += 1) {
    for (let attempt = 1; attempt <= limit; attempt += 1) {
      const answer = await again.fetch("https://api.digitalocean.com/v2/regions", {
        headers: { authorization: "Bearer x" },
      });
      if (answer.status !== 503) break;
      if (attempt === limit) predicted.failures += 1;
    }
  }
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const { volumes } = cloud.storage();
    const [id = ""] = cloud.seedVolumes(["there"]);
    cloud.emulator.faults.add(fault);
    const seen = { failures: 0, requests: 0, "largest attempts": 0 };
    for (let call = 0; call < CALLS; call += 1) {
      const before = cloud.events.length;
      if ((await thrownBy(volumes.get(id))) !== undefined) seen.failures += 1;
      const attempts = cloud.events.slice(before).filter(({ type }) => type === "request").length;
      seen["largest attempts"] = Math.max(seen["largest attempts"], attempts);
    }
    seen.requests = cloud.emulator.log.entries().length;
    report({
      id: `07-attempts-${provider}`,
      promise: "1",
      what: `${CALLS} calls on ${provider} at 30 % seeded 503`,
      figures: {
        ...seen,
        "failures predicted": predicted.failures,
        "requests predicted": predicted.requests,
      },
      bar: "as predicted, at most 4 attempts",
    });
    expect(seen).toEqual(predicted);
  }
});

test("Retry-After in 100 forms: never too early, never beyond the deadline", async () => {
  const deadlineMs = 30_000;
  const figures = { forms: 0, "early retries": 0, "waits beyond the deadline": 0, "time not stated": 0 };
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const [id = ""] = cloud.seedVolumes(["there"]);
    for (const { text, status, waitMs } of RETRY_AFTER_FORMS(() => cloud.clock.now())) {
      figures.forms += 1;
      cloud.emulator.log.clear();
      cloud.emulator.faults.add({ kind: "answer", status, headers: { "retry-after": text }, count: 1 });
      const startedAt = cloud.clock.now();
      const error = await thrownBy(cloud.storage().volumes.get(id, { timeoutMs: deadlineMs }));
      const elapsed = cloud.clock.now() - startedAt;
      const [first, second] = cloud.emulator.log.entries();
      expect(first?.fault, text).toBeDefined();
      // The emulator stamps whole milliseconds of one clock.
      const gap = Date.parse(second?.receivedAt ?? "") - Date.parse(first?.answeredAt ?? "");
      if (waitMs !== undefined && waitMs > deadlineMs) {
        if (elapsed > 1_000 || second !== undefined) figures["waits beyond the deadline"] += 1;
        const said = isPolyvolError(error) ? (error as PolyvolError).retryAfterMs : undefined;
        if (said === undefined || Math.abs(said - waitMs) > 1_000) figures["time not stated"] += 1;
      } else {
        expect(error, text).toBeUndefined();
        if (gap + 1 < (waitMs ?? 0)) figures["early retries"] += 1;
        if (elapsed > deadlineMs) figures["waits beyond the deadline"] += 1;
      }
    }
  }
  report({
    ...{
      id: "08-retry-after",
      promise: "4",
      what: "Retry-After in 100 forms on each provider, deadline 30 s",
    },
    figures,
    bar: "0, 0, 0",
  });
  expect(figures).toEqual({
    ...{ forms: 2 * 100, "early retries": 0 },
    ...{ "waits beyond the deadline": 0, "time not stated": 0 },
  });
});
