import { assert, constantFrom, jsonValue, nat, oneof, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import * as classic from "zod";
import * as z from "zod/mini";
import * as digitalOcean from "../../../digitalocean/src/wire.ts";
import * as openStack from "../../../openstack/src/wire.ts";
import * as samsung from "../../../samsung-scp/src/wire.ts";
import { isTakenUnchanged } from "../../src/http/unchanged.ts";

type Schema = Pick<z.ZodMiniType, "parse" | "safeParse">;

const ID = "10000000-84ab-11f1-8aaa-0a58ac14c0de";
const made = { id: ID, name: "nightly", created_at: "2026-11-30T00:41:49Z" };
const cinder = { ...made, volume_id: ID, status: "available", size: 1, metadata: { a: "b" } };
const gigabytes = { min_disk_size: 10, size_gigabytes: 0.5 };
const droplet = {
  ...made,
  ...gigabytes,
  regions: ["nyc3"],
  resource_id: ID,
  resource_type: "volume",
  tags: ["a"],
};

/** Answers as they are documented. */
const ANSWERS: readonly (readonly [string, Schema, object])[] = [
  ["DigitalOcean", digitalOcean.snapshotsAnswer, { snapshots: [droplet], links: {}, meta: { total: 1 } }],
  ["OpenStack", openStack.snapshotsAnswer, { snapshots: [cinder] }],
  ["Samsung", samsung.snapshotsAnswer, { snapshots: [cinder], count: 1 }],
];

/** What answers can hold in any place, near to what they should; `undefined`: nothing. */
const anyValue = oneof(
  constantFrom(
    undefined,
    null,
    true,
    -1,
    0.1,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    "",
    "2026-11-31T00:00:00Z",
    [],
    {},
  ),
  jsonValue(),
);

/** `value` with another one in one place, which may be a new one. */
function changed(value: unknown, [first, ...rest]: readonly number[], other: unknown): unknown {
  if (first === undefined || typeof value !== "object" || value === null) return other;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const keys = [...Object.keys(copy), Array.isArray(copy) ? copy.length : "new"];
  const key = keys[first % keys.length] as never;
  const each = changed(copy[key], rest, other);
  if (each === undefined) delete copy[key];
  else copy[key] = each as never;
  return copy;
}

/** Whatever is taken unchanged, the schema takes, and what it makes of it is equal. */
function expectEqual(schema: Schema, json: unknown): void {
  if (isTakenUnchanged(schema, json)) expect(schema.safeParse(json)).toEqual({ success: true, data: json });
}

describe.each(ANSWERS)("%s", (_name, schema, answer) => {
  test("what is as documented is taken as it is", () => {
    expect(isTakenUnchanged(schema, answer)).toBe(true);
  });

  test("what is taken unchanged is what the schema would make of it", () => {
    const place = oneof(
      tuple(nat(4)),
      tuple(nat(4), nat(1), nat(12)),
      tuple(nat(4), nat(1), nat(12), nat(2)),
    );
    assert(property(place, anyValue, (at, other) => expectEqual(schema, changed(answer, at, other))));
    assert(property(jsonValue(), (json) => expectEqual(schema, json)));
  });
});

/** Schemas that other adapters may bring, with what each takes. */
const OTHERS: readonly (readonly [string, Schema, unknown])[] = [
  ["a format that the value lacks", z.email(), "nobody"],
  ["a format of the whole library", classic.uuid(), "no id"],
  ["an address in another form", z.url({ normalize: true }), "HTTP://example.org/%7e"],
  ["a text that is trimmed", z.string().check(z.trim()), " a "],
  ["a number that is made", z.coerce.number(), "1"],
  ["a whole number", z.int(), 2 ** 53],
  ["a number above all", z.number(), Number.POSITIVE_INFINITY],
  ["a transform", z.pipe(z.string(), z.transform(Number)), "1"],
  ["a default", z.object({ a: z._default(z.string(), "x") }), {}],
  ["an optional default", z.object({ a: z.optional(z._default(z.string(), "x")) }), {}],
  ["anything that is missing", z.object({ a: z.unknown() }), {}],
  ["a key too much", z.object({ a: z.string() }), { a: "x", b: 1 }],
  ["a key too much, strictly", z.strictObject({ a: z.string() }), { a: "x", b: 1 }],
  ["a key too much, loosely", z.looseObject({ a: z.string() }), { a: "x", b: 1 }],
  ["a check of the whole", z.object({ a: z.int() }).check(z.refine(({ a }) => a > 1)), { a: 1 }],
  ["a list that is too short", z.array(z.string()).check(z.minLength(1)), []],
  ["a second kind", z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), { b: "x" }],
  ["a first kind that leaves things out", z.union([z.object({}), z.object({ b: z.string() })]), { b: "x" }],
  ["a record", z.record(z.string(), z.string()), { a: 1 }],
  ["a list inside out", z.array(z.nullable(z.boolean())), [true, null, 1]],
];

test.each(OTHERS)("%s: the schema has the word", (_what, schema, json) => {
  expect(isTakenUnchanged(schema, json)).toBe(false);
  expectEqual(schema, json);
});

test("a parser that is no schema has the word", () => {
  expect(isTakenUnchanged({ parse: (value) => value }, {})).toBe(false);
});
