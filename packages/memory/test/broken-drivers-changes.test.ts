/** Drivers whose errors and answers would lead core to destroy or to make what it must not. */
import { CAPABILITIES, isPolyvolError, PolyvolError } from "@polyvol/core";
import { type BrokenDriver, describeFaults } from "./broken-driver-kit.ts";

const NO_SERVERS = { attachments: [], state: "available" } as const;

const FAULTS: readonly BrokenDriver[] = [
  {
    wrong: "shows a volume in use as a free one",
    number: 37,
    options: {
      capabilities: {
        supports: CAPABILITIES.filter(
          (each) => each !== "volumes.multiAttach" && each !== "snapshots.outliveVolume",
        ),
      },
    },
    breakDriver: ({ getVolume }) => ({
      getVolume: async (id, context) => ({ ...(await getVolume(id, context)), ...NO_SERVERS }),
    }),
  },
  {
    wrong: "calls an unknown server a wrong argument",
    number: 60,
    breakDriver: ({ attachVolume }) => ({
      attachVolume: async (id, serverId, context) => {
        try {
          return (await attachVolume?.(id, serverId, context)) ?? {};
        } catch (error) {
          if (!isPolyvolError(error, "not_found")) throw error;
          throw new PolyvolError("invalid_argument", error.reason, { outcome: "not_applied" });
        }
      },
    }),
  },
  ...(["volume", "snapshot"] as const).map(
    (kind): BrokenDriver => ({
      wrong: `says that a failed ${kind} does not exist`,
      number: 66,
      options: { names: "free", asynchronous: true },
      breakDriver: ({ getVolume, getSnapshot }) => {
        const hidden = new PolyvolError("not_found", "there is no such resource", { outcome: "not_applied" });
        if (kind === "volume") {
          return {
            getVolume: async (id, context) => {
              const volume = await getVolume(id, context);
              if (volume.state === "error") throw hidden;
              return volume;
            },
          };
        }
        return {
          getSnapshot: async (id, context) => {
            const snapshot = await getSnapshot(id, context);
            if (snapshot.state === "error") throw hidden;
            return snapshot;
          },
        };
      },
    }),
  ),
  {
    wrong: "lists all volumes as of one region",
    number: 22,
    breakDriver: ({ listVolumes }) => ({
      listVolumes: async (query, page, context) => {
        const { items, ...rest } = await listVolumes(query, page, context);
        return { ...rest, items: items.map((each) => ({ ...each, region: "mem-2" })) };
      },
    }),
  },
];

describeFaults("a driver that", FAULTS);
