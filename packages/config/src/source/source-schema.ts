import * as z from "zod/mini";
import { mapping, secret } from "../schema-parts.ts";

const MOST_TIMEOUT_MS = 600_000;
const COMMAND_WORDS = "a list of texts: the program and its arguments";
const WORD_WORDS = "a text without NUL (\\u0000), which no program can be given";
const FILE_WORDS = "the path of a file that ends in .yaml, .yml or .json";
const URL_WORDS = "an https URL, or an http one of a loopback address";
const TIMEOUT_WORDS = "a whole number of milliseconds from 1 to 600,000";

const fromSchema = mapping(
  {
    command: z.optional(
      z
        .array(
          z.string(COMMAND_WORDS).check(z.refine((word) => !word.includes("\0"), WORD_WORDS)),
          COMMAND_WORDS,
        )
        .check(
          z.refine(([program = ""]) => program !== "", COMMAND_WORDS),
          z.describe("Program and arguments; it writes the clouds as JSON"),
        ),
    ),
    file: z.optional(
      z
        .string(FILE_WORDS)
        .check(
          z.regex(/\.(?:ya?ml|json)$/, FILE_WORDS),
          z.describe("File with the clouds, relative to this one"),
        ),
    ),
    url: z.optional(
      z
        .string(URL_WORDS)
        .check(z.minLength(1, URL_WORDS), z.describe("Address that answers with the clouds as JSON")),
    ),
    headers: z.optional(
      z.record(
        z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/, "the name of a header")),
        secret("A header of the request"),
        "a mapping of names of headers to where their values come from",
      ),
    ),
    timeoutMs: z.optional(
      z
        .int(TIMEOUT_WORDS)
        .check(
          z.minimum(1, TIMEOUT_WORDS),
          z.maximum(MOST_TIMEOUT_MS, TIMEOUT_WORDS),
          z.describe("How long it may take, in milliseconds"),
        ),
    ),
  },
  "a mapping with command, file or url",
).check(
  z.refine(
    ({ command, file, url }) => [command, file, url].filter((each) => each !== undefined).length === 1,
    "one of command, file and url",
  ),
  z.refine(({ url, headers }) => url !== undefined || headers === undefined, "headers only with url"),
  z.refine(
    ({ file, timeoutMs }) => file === undefined || timeoutMs === undefined,
    "timeoutMs only with command or url",
  ),
);

/** Clouds that come from elsewhere. */
export const cloudSourceSchema: z.ZodMiniType = mapping({ from: fromSchema }, "a mapping with from alone");
