/** Operations that end in every way: each wait ends rightly, and looks no more. */
import { type BlockStorage, isPolyvolError } from "@polyvol/core";
import { expect, inject, test } from "vitest";
import { type Cloud, openCloud, type Provider, thrownBy } from "../src/cloud.ts";
import { report } from "../src/report.ts";
import { createWatchingFetch, type Exchange } from "../src/watching-fetch.ts";

const ENDINGS = ["ready", "error", "vanished", "stuck", "flapping"] as const;
type Ending = (typeof ENDINGS)[number];
/** For each provider and ending: 200 operations in all in a full run. */
const EACH = inject("isFull") ? 20 : 6;
const DEADLINE_MS = 120_000;

/** What the call must come to. */
const EXPECTED: Readonly<Record<Ending, string | undefined>> = {
  ready: undefined,
  error: "operation_failed",
  vanished: "not_found",
  stuck: "timeout",
  flapping: undefined,
};

/** A volume that grows: on DigitalOcean an action is followed, on Samsung the volume itself. */
async function grow(provider: Provider, ending: Ending): Promise<{ wrong: number; late: number }> {
  const endless = ending === "stuck" ? 10 * DEADLINE_MS : 8_000;
  const cloud = await openCloud(provider, {
    digitalocean: { actionDurationMs: endless },
    samsung: { durations: { extend: endless } },
  });
  const { fetch, exchanges } = createWatchingFetch();
  const storage = cloud.storage({ fetch });
  const ids = cloud.seedVolumes(Array.from({ length: EACH }, (_, index) => `${ending}-${index}`));
  let wrong = 0;
  let late = 0;
  for (const id of ids) {
    prepare(cloud, id, ending);
    const from = exchanges.length;
    const error = await thrownBy(growOne(cloud, storage, id, ending));
    const code = isPolyvolError(error) ? error.code : error === undefined ? undefined : "foreign";
    const allowed: readonly unknown[] =
      ending === "vanished" ? ["not_found", "operation_failed"] : [EXPECTED[ending]];
    if (!allowed.includes(code)) {
      wrong += 1;
      process.stdout.write(`wrong outcome, ${provider} ${ending}: ${String(error)}\n`);
    }
    const sent = exchanges.length;
    // What would still be polling gets a long time for it.
    await cloud.clock.sleep(10 * DEADLINE_MS);
    late += exchanges.length - sent + afterTheEnd(provider, exchanges.slice(from));
    cloud.emulator.faults.clear();
  }
  return { wrong, late };
}

async function growOne(cloud: Cloud, storage: BlockStorage, id: string, ending: Ending): Promise<void> {
  const growing = storage.volumes.resize(id, 2 * cloud.sizeGiB, { timeoutMs: DEADLINE_MS });
  growing.catch(() => undefined);
  await growing;
  expect(ending).not.toBe("vanished");
}

function prepare(cloud: Cloud, id: string, ending: Ending): void {
  const isSamsung = cloud.provider === "samsung-scp";
  const one = isSamsung ? `/v1/volumes/${id}` : `/v2/volumes/${id}`;
  const record = "/v2/volumes/*/actions/*";
  if (ending === "error") {
    cloud.emulator.seed(
      isSamsung ? { failures: [{ work: "extendVolume", count: 1 }] } : { action_outcomes: ["errored"] },
    );
  }
  if (ending === "vanished") {
    // The first read is before the change; from the second on it is gone.
    const problem = { status: 404, code: "NotFound", detail: "There is none." };
    const body = isSamsung ? { errors: [problem] } : { id: "not_found", message: "There is none." };
    cloud.emulator.faults.add({
      kind: "answer",
      status: 404,
      body,
      match: { method: "GET", path: one },
      skip: 1,
    });
  }
  if (ending === "flapping") {
    // Under way, at rest without effect once more, under way again, and only then done.
    cloud.emulator.faults.add(
      isSamsung
        ? {
            kind: "wrong-json",
            at: "state",
            value: "extending",
            match: { method: "GET", path: one },
            skip: 2,
            count: 3,
          }
        : {
            kind: "wrong-json",
            at: "action.status",
            value: "in-progress",
            match: { method: "GET", path: record },
            count: 5,
          },
    );
  }
}

/** Reads of an action after one that showed its end. */
function afterTheEnd(provider: Provider, exchanges: readonly Exchange[]): number {
  const isRecord = ({ method, url }: Exchange): boolean =>
    provider === "digitalocean" ? url.pathname.includes("/actions/") : method === "GET";
  const reads = exchanges.filter(isRecord);
  const end = reads.findIndex(({ text = "" }) =>
    /"(?:status|state)":"(?:completed|error[a-z_]*)"/.test(text),
  );
  return end < 0 ? 0 : Math.max(0, reads.length - end - 1 - (provider === "samsung-scp" ? 1 : 0));
}

test("operations that end ready, failed, vanished, stuck or flapping", async () => {
  const figures = { operations: 0, "wrong outcomes": 0, "looks after the end": 0 };
  for (const provider of ["digitalocean", "samsung-scp"] as const) {
    for (const ending of ENDINGS) {
      const { wrong, late } = await grow(provider, ending);
      figures.operations += EACH;
      figures["wrong outcomes"] += wrong;
      figures["looks after the end"] += late;
    }
  }
  report({
    id: "09-waits",
    promise: "8",
    what: "operations ending ready, failed, vanished, stuck, flapping, both providers",
    figures,
    bar: "0, 0",
  });
  expect(figures).toEqual({
    operations: 2 * ENDINGS.length * EACH,
    "wrong outcomes": 0,
    "looks after the end": 0,
  });
});
