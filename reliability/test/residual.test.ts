/** What the design cannot prevent on Samsung, whose volumes have neither enforced names nor marks: it is reported. */
import { isPolyvolError, type PolyvolError } from "@polyvol/core";
import { expect, inject, test } from "vitest";
import { openCloud, strike, thrownBy } from "../src/cloud.ts";
import { report } from "../src/report.ts";
import { twoProcesses } from "../src/two-processes.ts";

const EACH = inject("isFull") ? 250 : 100;

test("samsung-scp: the same volume names by two processes: what cannot be told apart is reported", async () => {
  const outcome = await twoProcesses(await openCloud("samsung-scp"), "volume", true, EACH);
  report({
    id: "03-residual-shared-names",
    promise: "5, residual",
    what: `${2 * EACH} volume creates on samsung-scp by two processes, the same names`,
    figures: {
      succeeded: outcome.succeeded,
      "refused, naming all ids": outcome.reported,
      "names with a surplus": outcome.duplicated,
      "surplus that nobody reported": outcome.silent,
      "failed otherwise": outcome.failed.length,
      lost: outcome.lost,
    },
    bar: "unreported 0, otherwise failed 0, lost 0",
  });
  expect(outcome).toMatchObject({ failed: [], silent: 0, lost: 0, leftBehind: 0 });
  expect(outcome.succeeded + outcome.reported + outcome.gaveUp + outcome.overtaken).toBe(2 * EACH);
});

test("samsung-scp: a commit later than settleMs leaves a surplus, which the next create names", async () => {
  const creates = 40;
  const cloud = await openCloud("samsung-scp");
  strike(cloud, "volumes.create", { kind: "commit-late", ms: 60_000, perRequest: 1 });
  const { volumes } = cloud.storage();
  const input = (index: number): { name: string; sizeGiB: number } => ({ name: `late-${index}`, sizeGiB: 8 });
  const made = await Promise.all(Array.from({ length: creates }, (_, index) => volumes.create(input(index))));
  await cloud.clock.sleep(120_000);
  const held = cloud.holds().volumes;
  const kept = made.filter(({ id }) => held.some((each) => each.id === id)).length;
  let named = 0;
  for (let index = 0; index < creates; index += 1) {
    const error = await thrownBy(volumes.create(input(index)));
    const ids = held.filter(({ name }) => name === `late-${index}`).map(({ id }) => id);
    const isNamed =
      isPolyvolError(error, "conflict") && ids.every((id) => (error as PolyvolError).message.includes(id));
    if (isNamed && error.outcome === "not_applied" && ids.length === 2) named += 1;
  }
  const after = cloud.holds().volumes.length;
  report({
    id: "04-residual-late-commit",
    promise: "5, residual",
    what: `${creates} volume creates on samsung-scp whose first request commits 60 s late`,
    figures: {
      succeeded: made.length,
      surplus: held.length - creates,
      "named by the next create": named,
      "deleted silently": 2 * creates - after + (creates - kept),
    },
    bar: "every surplus named, 0 deleted",
  });
  expect({ kept, named, after }).toEqual({ kept: creates, named: creates, after: 2 * creates });
});
