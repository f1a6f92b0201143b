/**
 * Which optional values callers cannot pass on. With `exactOptionalPropertyTypes`, `{ abortSignal }` with a signal that may
 * be undefined fits `abortSignal?: AbortSignal | undefined` only. So whatever a caller gives has `| undefined`; what
 * Polyvol gives has not: there a field is absent or has a value.
 */
import ts from "typescript";
import type { PublicModule } from "./public-program.ts";

/** What users write themselves and Polyvol calls: its methods' parameters are given by Polyvol, their results by users. */
const WRITTEN_BY_USERS: ReadonlySet<string> = new Set(["BlockStorageDriver", "Clock"]);
/** What callers write and Polyvol gives back as it was written. */
const GIVEN_BACK: ReadonlySet<string> = new Set([
  "RetentionPolicy",
  "RetentionSnapshot",
  "ScheduleDefinition",
]);
/** Types that no signature leads to, since they are checked at run time: given by callers, if so called. */
const GIVEN = /(?:Options|Query|Input|Seed|Definition)$/;

/** `Type.property` of each optional property of the public types that callers give and that takes no `undefined`. */
export function forgottenUndefined(modules: readonly PublicModule[], checker: ts.TypeChecker): string[] {
  const given = new Set<ts.Type>();
  const received = new Set<ts.Type>();
  const waiting: ts.Type[] = [];

  const isOurs = (type: ts.Type): boolean =>
    type.symbol?.declarations?.some((each) => !each.getSourceFile().fileName.includes("/node_modules/")) ===
    true;
  const nameOf = (type: ts.Type): string => type.aliasSymbol?.name ?? type.symbol?.name ?? "";

  /** The types that a type is made of, where it is none with properties of its own. */
  function parts(type: ts.Type): readonly ts.Type[] | undefined {
    if (type.isUnion()) return type.types;
    if (type.flags & ts.TypeFlags.TypeParameter)
      return [checker.getBaseConstraintOfType(type)].filter((each) => each !== undefined);
    const isPlatforms = (type.flags & ts.TypeFlags.Object) !== 0 && !isOurs(type) && !type.aliasSymbol;
    return isPlatforms ? checker.getTypeArguments(type as ts.TypeReference) : undefined;
  }

  function callable(type: ts.Type, give: (each: ts.Type) => void, receive: (each: ts.Type) => void): void {
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
      for (const each of signature.getParameters()) give(checker.getTypeOfSymbol(each));
      receive(signature.getReturnType());
    }
  }

  function walk(type: ts.Type, isGiven: boolean): void {
    const seen = isGiven ? given : received;
    if (seen.has(type)) return;
    // What Polyvol has given before comes back as it is: a storage, say.
    const comesBack = WRITTEN_BY_USERS.has(nameOf(type)) || GIVEN_BACK.has(nameOf(type));
    if (isGiven && received.has(type) && !comesBack) return;
    const made = parts(type);
    if (made !== undefined) {
      seen.add(type);
      for (const each of made) walk(each, isGiven);
      return;
    }
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return;
    seen.add(type);
    const flips = isGiven || WRITTEN_BY_USERS.has(nameOf(type));
    const give = (each: ts.Type): void => {
      if (flips) walk(each, false);
      else waiting.push(each);
    };
    const receive = (each: ts.Type): void => {
      if (flips) waiting.push(each);
      else walk(each, false);
    };
    callable(type, give, receive);
    for (const property of type.getProperties()) {
      const value = checker.getNonNullableType(checker.getTypeOfSymbol(property));
      if (value.getCallSignatures().length > 0) callable(value, give, receive);
      else walk(value, isGiven);
    }
    const index = type.getStringIndexType();
    if (index !== undefined) walk(index, isGiven);
  }

  for (const { symbol } of modules.flatMap(({ exports }) => exports)) {
    if (symbol.flags & ts.SymbolFlags.Value) walk(checker.getTypeOfSymbol(symbol), false);
  }
  for (;;) {
    const type = waiting.pop();
    if (type === undefined) break;
    walk(type, true);
  }
  for (const { symbol } of modules.flatMap(({ exports }) => exports)) {
    const isType = (symbol.flags & ts.SymbolFlags.Type) !== 0 && GIVEN.test(symbol.name);
    const type = isType ? checker.getDeclaredTypeOfSymbol(symbol) : undefined;
    if (type !== undefined && !received.has(type)) walk(type, true);
  }

  const gives = [...received].filter((type) => !GIVEN_BACK.has(nameOf(type)));
  const receivedSymbols = new Set(gives.map(({ symbol }) => symbol));
  /** Declared as optional in a type that Polyvol gives, too. */
  const isReceived = (property: ts.Symbol): boolean =>
    property.declarations?.some(
      (each) =>
        ts.isPropertySignature(each) &&
        each.questionToken !== undefined &&
        receivedSymbols.has(checker.getTypeAtLocation(each.parent).symbol),
    ) === true;
  const undefinedType = checker.getUndefinedType();
  const takesUndefined = (type: ts.Type): boolean =>
    (type.isUnion() ? type.types : [type]).some(
      (each) => each === undefinedType || (each.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0,
    );
  const forgotten = new Set<string>();
  for (const type of given) {
    if (gives.includes(type) || (!isOurs(type) && type.aliasSymbol === undefined)) continue;
    for (const property of type.getProperties()) {
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      if (!isOptional || (property.flags & ts.SymbolFlags.Method) !== 0 || isReceived(property)) continue;
      if (!takesUndefined(checker.getTypeOfSymbol(property))) {
        const file = property.declarations?.[0]?.getSourceFile().fileName.split("/packages/")[1] ?? "";
        forgotten.add(`${nameOf(type)}.${property.name} (${file})`);
      }
    }
  }
  return [...forgotten].sort();
}
