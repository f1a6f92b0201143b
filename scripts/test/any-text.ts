import fc from "fast-check";

/** Any character that stands alone, from all of Unicode. */
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

/** Any text, as `fc.string({ unit: "binary" })` has it, which takes a second to be made in each process. */
export function anyText(limits: fc.StringConstraints = {}): fc.Arbitrary<string> {
  return fc.string({ ...limits, unit: character });
}
