const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How much of a UUID is shown: at its groups. */
const LENGTHS = [8, 13, 18, 23, 36] as const;

/** Whether a text has the form of a provider's id. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** Whether a text may be the beginning of an id, as tables show it. */
export function isShortId(text: string): boolean {
  return LENGTHS.some((length) => text.length === length) && UUID.test(`${text}${FILLER.slice(text.length)}`);
}

const FILLER = "00000000-0000-0000-0000-000000000000";

/** The ids, cut to what tells them apart; what is no UUID stays as it is. */
export function shortIds(ids: readonly string[]): readonly string[] {
  const uuids = new Set(ids.filter(isId));
  const length = LENGTHS.find(
    (each) => new Set([...uuids].map((id) => id.slice(0, each))).size === uuids.size,
  );
  return ids.map((id) => (uuids.has(id) ? id.slice(0, length) : id));
}
