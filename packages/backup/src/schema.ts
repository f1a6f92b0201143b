import * as z from "zod";

/**
 * `z.strictObject`, but for its type: that one keeps the comments of the fields in the declarations that are published,
 * where people look for them.
 *
 * @param allowed what may stand there, in words
 */
export function strictObject<Shape extends z.core.$ZodShape>(
  shape: Shape,
  allowed: string,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, allowed) as unknown as z.ZodObject<Shape, z.core.$strict>;
}

/** {@link strictObject} of a configuration: which keys there are is said in words. */
export function keyedObject<Shape extends z.core.$ZodShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return strictObject(shape, `an object with the keys ${Object.keys(shape).join(", ")}`);
}

/** The list, which is read-only for the compiler; zod's own `readonly` would be in the JSON Schema, too. */
export function readonlyList<List extends z.ZodArray>(list: List): z.ZodReadonly<List> {
  return list as unknown as z.ZodReadonly<List>;
}

/** Values of data that Polyvol itself has written, each with its words for what is allowed. */
export const anInstant = "an instant such as 2026-11-21T03:00:00.000Z";
export const aCount = "a whole number from 0";
export const text: z.ZodString = z.string("a text");
export const truth: z.ZodBoolean = z.boolean("true or false");
export const count: z.ZodInt = z.int(aCount).min(0, aCount);
export const milliseconds: z.ZodNumber = z.number(aCount).min(0, aCount);
export const instant: z.ZodString = z
  .string(anInstant)
  .refine((value) => !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value, anInstant);

export function list<Item extends z.ZodType>(item: Item): z.ZodReadonly<z.ZodArray<Item>> {
  return readonlyList(z.array(item, "a list"));
}
