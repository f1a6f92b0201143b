import * as z from "zod/mini";

/** Names of environment variables, and nothing that looks like the secret itself. */
const VARIABLE = /^(?![A-Za-z]{3}_v\d_)(?![0-9a-fA-F]{32,}$)[A-Za-z_][A-Za-z0-9_]{0,127}$/;

const VARIABLE_WORDS = "the name of an environment variable, not the secret itself";

/**
 * A mapping with these keys only. In schemas of configurations the message of every error is what is allowed: problems.ts adds what
 * was found. Of an unknown key that is the list of known ones.
 */
export function mapping<Shape extends z.core.$ZodShape>(
  shape: Shape,
  allowed: string,
): z.ZodMiniObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? known : allowed),
  });
}

/** How a secret is given. */
export const SECRET_FORMS = "{ env: NAME } or { file: PATH }";

/** A secret by reference, or what else a configuration may hold in its place. */
export function secret(description: string): z.ZodMiniType {
  const reference = z.union(
    [
      z.strictObject({
        env: z
          .string()
          .check(z.regex(VARIABLE, VARIABLE_WORDS), z.describe("Environment variable that holds it")),
      }),
      z.strictObject({
        file: z
          .string()
          .check(
            z.minLength(1, "the path of a file"),
            z.describe("File that holds it, relative to this one"),
          ),
      }),
      z
        .string()
        .check(
          z.minLength(1, "the secret itself"),
          z.describe("The secret itself: only with allowLiteralSecrets"),
        ),
      z.custom<() => string>((value) => typeof value === "function"),
    ],
    { error: SECRET_FORMS },
  );
  return reference.check(z.describe(description));
}
