import type { ServiceResponse } from "../kit/service.ts";
import { type Call, json, list, param } from "./call.ts";
import type { Item } from "./collection.ts";
import { readPage, type SortValues, selectPage } from "./paging.ts";
import type { VolumeType } from "./records.ts";
import { notFound } from "./refusals.ts";
import { volumeTypeBody } from "./render.ts";

const SORT_VALUES: SortValues<VolumeType> = {
  name: (type) => type.name,
  id: (type) => type.id,
  description: (type) => type.description,
};
const PAGE_RULES = { defaultLimit: 0, maxLimit: 1000, sortKeys: [...Object.keys(SORT_VALUES), "created_at"] };

/** The one list without a `count`. */
export function listVolumeTypes(call: Call): ServiceResponse {
  const page = readPage(call.query, PAGE_RULES);
  // As if made one after the other, so that the first of the options comes first.
  const items = call.settings.volumeTypes.map(
    (value, index): Item<VolumeType> => ({ id: value.id, created: -index, seq: -index, value, rendered: [] }),
  );
  const selection = selectPage(
    {
      items: items.toReversed(),
      find: (id) => items.find((item) => item.id === id),
      keep: undefined,
      sortValues: SORT_VALUES,
      goneMarker: call.settings.goneMarker,
    },
    page,
  );
  const texts = selection.items.map(({ value }) => JSON.stringify(volumeTypeBody(value)));
  return list("volume_types", texts, undefined);
}

export function showDefaultVolumeType(call: Call): ServiceResponse {
  return json(200, volumeTypeBody(call.settings.defaultVolumeType));
}

export function showVolumeType(call: Call): ServiceResponse {
  const id = param(call, "volume_type_id");
  const type = call.settings.volumeTypes.find((one) => one.id === id);
  if (type === undefined) throw notFound();
  return json(200, volumeTypeBody(type));
}
