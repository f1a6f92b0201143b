import type { Volume } from "@polyvol/core";
import type { DriverPage, Paging } from "@polyvol/core/driver";
import { expect } from "vitest";
import { ALWAYS, type Bench, fiveVolumes } from "../bench.ts";
import { idsOf, leavesAsItWas, refuses } from "../expectations.ts";
import type { Suite } from "../suite.ts";

/** What an answer is that nobody can build on. */
const UNCLEAR = ["unavailable", "malformed_response", "unauthenticated"] as const;

/**
 * Cases 23, 27, 64, 65 and 69 once more: answers that are cut short, that are about something else, and that are not the
 * service's.
 */
export function answerCases(suite: Suite): void {
  suite.test(
    "27. A service that gives smaller pages than are asked for is read to its end",
    [],
    async (bench) => {
      const made = await fiveVolumes(bench);
      await skipUnlessMoreIsSaid(bench);
      bench.inject({ on: "volumes.list", effect: "small_pages", count: ALWAYS });
      const { volumes } = bench.storage;
      expect(idsOf(await volumes.list().toArray())).toEqual(idsOf(made));
      for (const { id, name } of made) expect((await volumes.find({ name }))?.id, `find ${name}`).toBe(id);
      for await (const page of volumes.list().byPage({ pageSize: 1 })) {
        const rest: Volume[] = [];
        const options = { pageSize: 2, continuationToken: page.continuationToken ?? "" };
        for await (const each of bench.secondProcess().volumes.list().byPage(options))
          rest.push(...each.items);
        expect(idsOf([...page.items, ...rest]), "from a token").toEqual(idsOf(made));
        break;
      }
    },
  );

  suite.test("27. A page that comes empty while more is counted is no end", [], async (bench) => {
    const made = await fiveVolumes(bench);
    const { total } = await firstPage(bench);
    if (total === undefined && bench.driver.paging.style !== "numbered")
      return bench.skip("listings with a total");
    const { volumes } = bench.storage;
    bench.inject({ on: "volumes.list", effect: "empty_page" });
    expect(idsOf(await volumes.list().toArray()), "empty once").toEqual(idsOf(made));
    bench.inject({ on: "volumes.list", effect: "empty_page", count: ALWAYS });
    const error = await refuses(() => volumes.list().toArray(), "malformed_response");
    expect(error.reason, "what is counted").toContain("5");
    await refuses(() => volumes.find({ name: made[0]?.name ?? "" }), "malformed_response");
    bench.clearFaults();
  });

  for (const kind of ["volume", "snapshot"] as const) {
    suite.test(`65. A 404 that is not the service's deletes no ${kind}`, [], async (bench) => {
      const volume = await bench.volume();
      const { id } = kind === "volume" ? volume : await bench.snapshot(volume.id);
      const resources = bench.storage[`${kind}s`];
      bench.inject({ on: `${kind}s.delete`, effect: "stranger", count: ALWAYS });
      const error = await leavesAsItWas(bench, () => refuses(() => resources.delete(id), ...UNCLEAR));
      expect(error.outcome, "outcome of the deletion").toBe("unknown");
      bench.clearFaults();
      await resources.delete(id);
      await refuses(() => resources.get(id), "not_found");
    });

    suite.test(`23. A 404 that is not the service's is no absence of a ${kind}`, [], async (bench) => {
      const volume = await bench.volume();
      const { id } = kind === "volume" ? volume : await bench.snapshot(volume.id);
      const resources = bench.storage[`${kind}s`];
      bench.inject({ on: `${kind}s.get`, effect: "stranger", count: ALWAYS });
      await refuses(() => resources.get(id), ...UNCLEAR);
      bench.clearFaults();
      expect((await resources.get(id)).id).toBe(id);
    });

    suite.test(`69. Another ${kind} than the one asked for: malformed_response`, [], async (bench) => {
      const volume = await bench.volume();
      const { id } = kind === "volume" ? volume : await bench.snapshot(volume.id);
      const resources = bench.storage[`${kind}s`];
      bench.inject({ on: `${kind}s.get`, effect: "another" });
      expect((await resources.get(id)).id, "asked again").toBe(id);
      bench.inject({ on: `${kind}s.get`, effect: "another", count: ALWAYS });
      expect((await refuses(() => resources.get(id), "malformed_response")).reason).toContain(id);
      bench.clearFaults();
    });

    suite.test(`64. A create that is answered with another ${kind} ends with its own`, [], async (bench) => {
      const volumeId = kind === "volume" ? "" : (await bench.volume()).id;
      bench.inject({ on: `${kind}s.create`, effect: "another" });
      const made = kind === "volume" ? await bench.volume() : await bench.snapshot(volumeId);
      const held = (await bench.holds())[`${kind}s`];
      expect(held.map(({ id, name }) => ({ id, name }))).toEqual([{ id: made.id, name: made.name }]);
    });
  }
}

/** The first page of at most two volumes, as the driver gives it. */
function firstPage({ driver, context }: Bench): Promise<DriverPage<Volume>> {
  const page = { size: 2, ...firstOf(driver.paging), wantsTotal: true };
  return driver.listVolumes({}, page, context("volumes.list"));
}

function firstOf({ style }: Paging): { readonly number?: number } {
  return style === "numbered" ? { number: 1 } : {};
}

/** Where only a full page says that more follows, nobody can know of pages that are smaller than asked. */
async function skipUnlessMoreIsSaid(bench: Bench): Promise<void> {
  if (bench.driver.paging.style !== "marker") return;
  const { total, hasMore } = await firstPage(bench);
  if (total === undefined && hasMore !== true) bench.skip("listings that say that more follows");
}
