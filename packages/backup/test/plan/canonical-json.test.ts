import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../../src/plan/canonical-json.ts";

test("what stands alone and in lists is written as JSON writes it, whatever the text holds", () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('"', "\\", "\n", "]", "\u{7f}", "\ud800"), fc.string()),
  });
  const leaf = fc.oneof(
    text,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.date(),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(leaf, fc.array(leaf))), (values) => {
      expect(canonicalJson(values)).toBe(JSON.stringify(values));
    }),
  );
});

test("keys are in the order of their text, and one without a value is left out", () => {
  const data = { b: [{ z: 1, "10": "x", "9": undefined }], a: { '"': new Date(0) } };
  expect(canonicalJson(data)).toBe('{"a":{"\\"":"1970-01-01T00:00:00.000Z"},"b":[{"10":"x","z":1}]}');
});
