/** Many workers: on one volume one after the other, on many within the cap. */
import { expect, test } from "vitest";
import { openCloud, PROVIDERS, type Provider } from "../src/cloud.ts";
import { report } from "../src/report.ts";

const WORKERS = 50;
const CAP = 16;

/** The platform's `fetch`, counting what is under way at once. */
function createCountingFetch(counts: (method: string) => boolean): {
  readonly fetch: typeof globalThis.fetch;
  readonly most: () => number;
} {
  let running = 0;
  let most = 0;
  return {
    most: () => most,
    fetch: async (input, init) => {
      if (!counts(init?.method ?? "GET")) return await fetch(input, init);
      running += 1;
      most = Math.max(most, running);
      try {
        return await fetch(input, init);
      } finally {
        running -= 1;
      }
    },
  };
}

async function onOne(provider: Provider): Promise<{ overlapping: number; changes: number; failed: number }> {
  const cloud = await openCloud(provider);
  const [id = ""] = cloud.seedVolumes(["shared"]);
  const { volumes } = cloud.storage();
  const [server = ""] = cloud.servers;
  // Sizes grow with the order of the calls; in between it is attached and detached.
  const results = await Promise.allSettled(
    Array.from({ length: WORKERS }, (_, index) => {
      if (index % 5 === 3) return volumes.attach(id, server);
      if (index % 5 === 4) return volumes.detach(id, server);
      return volumes.resize(id, cloud.sizeGiB * (index + 2));
    }),
  );
  const changes = cloud.emulator.log.entries().filter(({ method }) => method !== "GET");
  // A change that began while another was under way is one that the service refuses for it.
  const refused = changes.filter(({ serviceStatus = 0 }) => serviceStatus >= 400).length;
  const overlapping = changes.filter((change, index) => {
    const before = changes[index - 1];
    return before !== undefined && (before.answeredAt ?? "9") > change.receivedAt;
  }).length;
  return {
    overlapping: overlapping + refused,
    changes: changes.length,
    failed: results.filter(({ status }) => status === "rejected").length,
  };
}

test("50 workers on one volume: no change begins before the one before has ended", async () => {
  const figures = { changes: 0, overlapping: 0, failed: 0 };
  for (const provider of PROVIDERS) {
    const { overlapping, changes, failed } = await onOne(provider);
    figures.changes += changes;
    figures.overlapping += overlapping;
    figures.failed += failed;
  }
  report({
    ...{ id: "16-one-volume", promise: "21", what: `${WORKERS} workers on one volume, both providers` },
    figures,
    bar: "overlapping 0",
  });
  expect(figures).toMatchObject({ overlapping: 0, failed: 0 });
});

test("50 workers on 50 volumes: side by side, within the cap", async () => {
  const figures = { "most in flight": 0, failed: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const provider of PROVIDERS) {
    const cloud = await openCloud(provider);
    const ids = cloud.seedVolumes(Array.from({ length: WORKERS }, (_, index) => `own-${index}`));
    const counted = createCountingFetch(() => true);
    const { volumes } = cloud.storage({ fetch: counted.fetch });
    const results = await Promise.allSettled(ids.map((id) => volumes.resize(id, 4 * cloud.sizeGiB)));
    figures.failed += results.filter(({ status }) => status === "rejected").length;
    figures["most in flight"] = Math.max(figures["most in flight"], counted.most());
    least = Math.min(least, counted.most());
  }
  report({
    ...{
      id: "17-many-volumes",
      promise: "21",
      what: `${WORKERS} workers on ${WORKERS} volumes, both providers`,
    },
    figures,
    bar: `in flight at most ${CAP}`,
  });
  expect(figures.failed).toBe(0);
  expect(figures["most in flight"]).toBeLessThanOrEqual(CAP);
  // One at a time would be within the cap, too.
  expect(least).toBeGreaterThan(CAP / 2);
});
