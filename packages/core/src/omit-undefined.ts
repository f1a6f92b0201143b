/**
 * A copy of `fields` without those that are undefined; their type says so. Optional fields of Polyvol's types are absent
 * or have a value: they are never `undefined`.
 */
export function omitUndefined<const T extends object>(
  fields: T,
): { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
} {
  const defined: Partial<T> = {};
  for (const key in fields) if (fields[key] !== undefined) defined[key] = fields[key];
  return defined as never;
}

/** `T`, where every field is absent or has a value. */
export type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };
