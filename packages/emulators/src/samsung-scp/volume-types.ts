import type { ServiceResponse } from "../kit/service.ts";
import { type Call, found, json, param } from "./call.ts";
import type { ResolvedOptions, VolumeType } from "./options.ts";
import { list, readPage, type SortValues } from "./paging.ts";
import { volumeTypeBody } from "./render.ts";
import { fieldText, invalid, oneOf } from "./responses.ts";

const SORT_VALUES: SortValues<VolumeType> = {
  name: (type) => type.name,
  id: (type) => type.id,
  description: (type) => type.description,
};
const PAGE_RULES = {
  defaultLimit: 0,
  maxLimit: 1000,
  sortKeys: [...Object.keys(SORT_VALUES), "created_at"],
  hasCount: false,
};

export function listVolumeTypes(call: Call): ServiceResponse {
  const { volumeTypes } = call.options;
  // As if made from the last to the first, so that the first of the options comes first.
  const oldestFirst = volumeTypes.toReversed();
  return list(call, readPage(call.request.query, PAGE_RULES), {
    key: "volume_types",
    items: oldestFirst,
    order: (a, b) => oldestFirst.indexOf(a) - oldestFirst.indexOf(b),
    get: (id) => volumeTypes.find((type) => type.id === id),
    sortValues: SORT_VALUES,
    text: (type) => JSON.stringify(volumeTypeBody(type)),
  });
}

export function showDefaultVolumeType(call: Call): ServiceResponse {
  return json(200, volumeTypeBody(call.options.defaultVolumeType));
}

export function showVolumeType(call: Call): ServiceResponse {
  const id = param(call, "volume_type_id");
  return json(200, volumeTypeBody(found(call.options.volumeTypes.find((type) => type.id === id))));
}

/** The type of a name, or 400; undefined without a name. */
export function typeNamed(
  { volumeTypes, defaultVolumeType }: ResolvedOptions,
  name: string | null | undefined,
): VolumeType | undefined {
  if (name == null) return undefined;
  const type = volumeTypes.find((one) => one.name === name);
  if (type !== undefined) return type;
  const rule = oneOf(volumeTypes.map((one) => one.name));
  throw invalid([fieldText("volume_type", { rule, example: defaultVolumeType.name })]);
}
