/** Drivers that believe answers which are cut short, about something else, or not the service's. */
import { isPolyvolError, PolyvolError } from "@polyvol/core";
import { type BrokenDriver, describeFaults } from "./broken-driver-kit.ts";

/** Takes every 404 for the service's word. */
async function believing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isPolyvolError(error) || error.status !== 404) throw error;
    throw new PolyvolError("not_found", error.reason, { outcome: "not_applied" });
  }
}

const FAULTS: readonly BrokenDriver[] = [
  {
    wrong: "with page numbers forgets the total",
    number: 27,
    breakDriver: ({ listVolumes }) => ({
      listVolumes: async (...args) => {
        const { total: _, ...page } = await listVolumes(...args);
        return page;
      },
    }),
  },
  {
    wrong: "counts only the page",
    number: 27,
    breakDriver: ({ listVolumes }) => ({
      listVolumes: async (...args) => {
        const page = await listVolumes(...args);
        return { ...page, total: page.items.length };
      },
    }),
  },
  {
    wrong: "with markers says that more follows of full pages only",
    number: 27,
    options: { paging: { style: "marker", maxPageSize: 10 } },
    breakDriver: ({ listVolumes }) => ({
      listVolumes: async (query, page, context) => {
        const { items, hasMore = false } = await listVolumes(query, page, context);
        return { items, hasMore: hasMore && items.length >= page.size };
      },
    }),
  },
  {
    wrong: "with tokens gives none after a short page",
    number: 27,
    options: { paging: { style: "cursor", maxPageSize: 10 } },
    breakDriver: ({ listVolumes }) => ({
      listVolumes: async (query, page, context) => {
        const { nextToken, ...answer } = await listVolumes(query, page, context);
        return nextToken === undefined || answer.items.length < page.size ? answer : { ...answer, nextToken };
      },
    }),
  },
  {
    wrong: "takes anybody's 404 for the deletion of a volume",
    number: 65,
    breakDriver: ({ deleteVolume }) => ({ deleteVolume: (...args) => believing(deleteVolume(...args)) }),
  },
  {
    wrong: "takes anybody's 404 for the deletion of a snapshot",
    number: 65,
    breakDriver: ({ deleteSnapshot }) => ({
      deleteSnapshot: (...args) => believing(deleteSnapshot(...args)),
    }),
  },
  {
    wrong: "takes anybody's 404 for the absence of a volume",
    number: 23,
    breakDriver: ({ getVolume }) => ({ getVolume: (...args) => believing(getVolume(...args)) }),
  },
  {
    wrong: "takes anybody's 404 for the absence of a snapshot",
    number: 23,
    breakDriver: ({ getSnapshot }) => ({ getSnapshot: (...args) => believing(getSnapshot(...args)) }),
  },
  {
    wrong: "shows whatever volume came under the id that was asked for",
    number: 69,
    breakDriver: ({ getVolume }) => ({
      getVolume: async (id, context) => ({ ...(await getVolume(id, context)), id }),
    }),
  },
  {
    wrong: "shows whatever snapshot came under the id that was asked for",
    number: 69,
    breakDriver: ({ getSnapshot }) => ({
      getSnapshot: async (id, context) => ({ ...(await getSnapshot(id, context)), id }),
    }),
  },
  {
    wrong: "shows whatever volume was made under the name that was asked for",
    number: 64,
    breakDriver: ({ createVolume }) => ({
      createVolume: async (input, context) => {
        const started = await createVolume(input, context);
        return { ...started, resource: { ...started.resource, name: input.name } };
      },
    }),
  },
];

describeFaults("a driver that", FAULTS);
