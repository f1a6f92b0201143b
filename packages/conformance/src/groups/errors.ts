import { isPolyvolError } from "@polyvol/core";
import { expect } from "vitest";
import { ALWAYS } from "../bench.ts";
import { leavesAsItWas, refuses } from "../expectations.ts";
import { ODD_STATE } from "../harness.ts";
import type { Suite } from "../suite.ts";

/** Cases 21, 69 and 70. */
export function errorCases(suite: Suite): void {
  suite.test("21. A full quota: resource_exhausted, not rate_limited", [], async (bench) => {
    const { id } = await bench.volume();
    bench.inject({ on: "volumes.create", effect: "quota_full", count: ALWAYS });
    const create = (): Promise<unknown> => bench.volume();
    const error = await leavesAsItWas(bench, () => refuses(create, "resource_exhausted"));
    expect(error.outcome, "outcome of the refused volume").toBe("not_applied");
    bench.inject({ on: "snapshots.create", effect: "quota_full", count: ALWAYS });
    // Backups make room then, and only when it is certain that nothing was made.
    const refused = await leavesAsItWas(bench, () => refuses(() => bench.snapshot(id), "resource_exhausted"));
    expect(refused.outcome, "outcome of the refused snapshot").toBe("not_applied");
  });

  suite.test("69. An unknown field in an answer is ignored", [], async (bench) => {
    const { volumes, snapshots } = bench.storage;
    const volume = await volumes.get((await bench.volume()).id);
    const snapshot = await snapshots.get((await bench.snapshot(volume.id)).id);
    // In every answer: a driver that refuses one of them must not get by with the next attempt.
    for (const on of ["volumes.get", "volumes.list", "snapshots.get", "snapshots.list"] as const) {
      bench.inject({ on, effect: "extra_field", count: ALWAYS });
    }
    expect(await volumes.get(volume.id), "volumes.get").toEqual(volume);
    expect(await volumes.list().toArray(), "volumes.list").toEqual([volume]);
    expect(await snapshots.get(snapshot.id), "snapshots.get").toEqual(snapshot);
    expect(await snapshots.list().toArray(), "snapshots.list").toEqual([snapshot]);
  });

  suite.test("69. A missing required field: malformed_response with the request id", [], async (bench) => {
    const { volumes, snapshots } = bench.storage;
    const volume = await bench.volume();
    const snapshot = await bench.snapshot(volume.id);
    const reads = {
      "volumes.get": () => volumes.get(volume.id),
      "volumes.list": () => volumes.list().toArray(),
      "snapshots.get": () => snapshots.get(snapshot.id),
      "snapshots.list": () => snapshots.list().toArray(),
    } as const;
    for (const on of Object.keys(reads) as (keyof typeof reads)[]) {
      bench.inject({ on, effect: "missing_field", count: ALWAYS });
      const error = await refuses(reads[on], "malformed_response");
      expect(error.requestId ?? "", `${on}: the request id in the error`).not.toBe("");
      expect(error.provider, `${on}: the provider in the error`).toBe(bench.driver.provider);
      expect(error.operation, `${on}: the operation in the error`).toBe(on);
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: "malformed_response" });
      bench.clearFaults();
    }
  });

  suite.test("70. An unknown state of a volume becomes unknown, its word is kept", [], async (bench) => {
    const { volumes } = bench.storage;
    const { id } = await bench.volume();
    if ((await volumes.get(id)).providerState === undefined) bench.skip("volumes that report a state");
    bench.inject({ on: "volumes.get", effect: "odd_state" });
    expect(await volumes.get(id)).toMatchObject({ state: "unknown", providerState: ODD_STATE });
    bench.inject({ on: "volumes.list", effect: "odd_state" });
    const [listed] = await volumes.list().toArray();
    expect(listed).toMatchObject({ state: "unknown", providerState: ODD_STATE });
  });

  suite.test("70. An unknown state of a snapshot becomes unknown, its word is kept", [], async (bench) => {
    const { snapshots } = bench.storage;
    const { id } = await bench.snapshot((await bench.volume()).id);
    if ((await snapshots.get(id)).providerState === undefined) bench.skip("snapshots that report a state");
    bench.inject({ on: "snapshots.get", effect: "odd_state" });
    expect(await snapshots.get(id)).toMatchObject({ state: "unknown", providerState: ODD_STATE });
    bench.inject({ on: "snapshots.list", effect: "odd_state" });
    const [listed] = await snapshots.list().toArray();
    expect(listed).toMatchObject({ state: "unknown", providerState: ODD_STATE });
    expect(isPolyvolError(listed)).toBe(false);
  });
}
