import type { Limits, NameRule, SizeRule } from "./capabilities.ts";
import { type PolyvolError, refused, refusedArgument } from "./errors.ts";
import { show } from "./words.ts";

export function checkName(name: string, rule: NameRule, what = "name"): void {
  if (!fits(name, rule, rule.pattern)) throw refusedName(name, rule, what);
}

/**
 * Checks the name of a create. Returns why nothing new can be given it when something may have it from before the
 * provider's present rule.
 */
export function checkNewName(name: string, rule: NameRule): PolyvolError | undefined {
  if (fits(name, rule, rule.pattern)) return undefined;
  const refusal = refusedName(name, rule, "name");
  if (rule.formerPattern !== undefined && fits(name, rule, rule.formerPattern)) return refusal;
  throw refusal;
}

/** Half of a character, as cutting a text to a length may leave it, is none: no service keeps it. */
function fits(name: string, { minLength, maxLength }: NameRule, pattern: string): boolean {
  const length = charactersOf(name);
  const isOfLength = length >= minLength && length <= maxLength;
  return isOfLength && name.isWellFormed() && new RegExp(`^(?:${pattern})$`).test(name);
}

/** As services count: by code points, where `length` counts an emoji as two. */
function charactersOf(text: string): number {
  return [...text].length;
}

function refusedName(name: string, { minLength, maxLength, inWords }: NameRule, what: string): PolyvolError {
  const allowed = `${minLength} to ${maxLength} characters: ${inWords}`;
  return refusedArgument(`${what}: found ${show(name)}, allowed are ${allowed}`);
}

/**
 * The size to ask for: checked, and rounded up where the caller wants that. `unbounded`: what is made of something as
 * large already, which a bound that we know of cannot forbid.
 */
export function checkSize(
  sizeGiB: unknown,
  rule: SizeRule,
  roundUp: boolean,
  what: string,
  unbounded = false,
): number {
  const { minimumGiB, maximumGiB, stepGiB } = rule;
  if (typeof sizeGiB !== "number" || !Number.isSafeInteger(sizeGiB)) {
    throw refusedArgument(`${what}: found ${show(sizeGiB)}, allowed are whole GiB`);
  }
  const range = `${minimumGiB} to ${maximumGiB} GiB${stepGiB > 1 ? ` in steps of ${stepGiB}` : ""}`;
  if (sizeGiB < minimumGiB && roundUp && sizeGiB > 0) return minimumGiB;
  if (sizeGiB < minimumGiB || (sizeGiB > maximumGiB && !unbounded)) {
    const hint =
      sizeGiB > maximumGiB
        ? "; where the provider takes more, the storage's option limits (volumeSize) raises it"
        : "";
    throw refused("out_of_range", `${what}: found ${sizeGiB} GiB, allowed are ${range}${hint}`);
  }
  const below = Math.floor(sizeGiB / stepGiB) * stepGiB;
  if (below === sizeGiB) return sizeGiB;
  const above = below + stepGiB;
  if (roundUp) return above;
  const next = below < minimumGiB ? `${above}` : `${below} and ${above}`;
  throw refused(
    "out_of_range",
    `${what}: found ${sizeGiB} GiB, allowed are ${range}; the nearest are ${next}`,
  );
}

export function checkTags(found: Readonly<Record<string, string>>, limits: Limits): void {
  const rule = limits.tags;
  if (rule === undefined) return;
  const key = new RegExp(`^(?:${rule.keyPattern})$`);
  const value = new RegExp(`^(?:${rule.valuePattern})$`);
  for (const [name, content] of Object.entries(found)) {
    const fits =
      charactersOf(name) <= rule.maxKeyLength &&
      charactersOf(content) <= rule.maxValueLength &&
      content.isWellFormed() &&
      key.test(name) &&
      value.test(content);
    if (!fits) {
      throw refusedArgument(`tags: found ${show(name)} = ${show(content)}, allowed: ${rule.inWords}`);
    }
  }
}
