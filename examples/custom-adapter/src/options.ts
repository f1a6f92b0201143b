import type { BlockStorageOptions } from "@polyvol/core";
import {
  type AdapterOptions,
  createAdapterOptions,
  type HttpOptions,
  httpOptions,
  option,
  secretOption,
  type ValuesOf,
} from "@polyvol/core/driver";
import * as z from "zod";

const own = {
  /** Origin of the service. Plain `http:` for loopback addresses only. */
  baseUrl: { ...httpOptions.baseUrl, required: true },
  /** The value, `{ file }`, or a callback. Default: the environment variable `ATTIC_TOKEN`. */
  token: secretOption("a token, { file: path } or a callback", {
    description: "token of an Attic account",
    required: true,
    variables: ["ATTIC_TOKEN"],
  }),
  /** Room for volumes whose creation names no region. Default: none, each has to name one. */
  region: option(z.string().min(1), {
    allowed: "the name of a room",
    description: "Room for volumes whose creation names no region.",
    defaultText: "none, each has to name one",
  }),
} as const;

/** What belongs to Attic. */
export interface AtticDriverOptions
  extends ValuesOf<typeof own>,
    HttpOptions,
    Pick<BlockStorageOptions, "clock"> {}

/** The driver's own options and those of every storage. */
export interface AtticStorageOptions extends AtticDriverOptions, BlockStorageOptions {}

/** Checks options, takes what is left out from the environment, and takes them apart. */
export const atticOptions: AdapterOptions<typeof own> = createAdapterOptions(own);
