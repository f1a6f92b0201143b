/** Drivers by which backups would not know that they may make room, or take a new snapshot for an old one. */
import { isPolyvolError, PolyvolError } from "@polyvol/core";
import { type BrokenDriver, describeFaults } from "./broken-driver-kit.ts";

const FAULTS: readonly BrokenDriver[] = [
  ...([21, 57] as const).map(
    (number): BrokenDriver => ({
      wrong: `does not know whether a snapshot for which there is no room was made (${number})`,
      number,
      options: { limits: { snapshotsPerVolume: 3 } },
      breakDriver: ({ createSnapshot }) => ({
        createSnapshot: async (input, context) => {
          try {
            return await createSnapshot(input, context);
          } catch (error) {
            if (!isPolyvolError(error, "resource_exhausted")) throw error;
            throw new PolyvolError("resource_exhausted", error.reason, { outcome: "unknown" });
          }
        },
      }),
    }),
  ),
  {
    wrong: "says that a snapshot was made when its volume was",
    number: 48,
    breakDriver: ({ getSnapshot, listSnapshots, createSnapshot }) => {
      const old = <T extends { readonly createdAt: Date }>(each: T): T => ({
        ...each,
        createdAt: new Date(0),
      });
      return {
        getSnapshot: async (id, context) => old(await getSnapshot(id, context)),
        listSnapshots: async (query, page, context) => {
          const { items, ...rest } = await listSnapshots(query, page, context);
          return { ...rest, items: items.map(old) };
        },
        createSnapshot: async (input, context) => {
          const made = await createSnapshot(input, context);
          return { ...made, resource: old(made.resource) };
        },
      };
    },
  },
];

describeFaults("a driver that", FAULTS);
