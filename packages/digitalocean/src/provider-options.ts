import type { ProviderOptions } from "@polyvol/core";
import { parseValues, refusedArgument, rule, type ValuesOf } from "@polyvol/core/driver";
import * as z from "zod/mini";
import { PROVIDER } from "./version.ts";

const snapshotRules = {
  /** Flat tags beside those of `tags`, for names that do not fit `key:value`. */
  tags: rule(z.readonly(z.array(z.string())), "a list of flat tags"),
};

const volumeRules = {
  /** Flat tags beside those of `tags`, for names that do not fit `key:value`. */
  tags: snapshotRules.tags,
  /** Formats the volume. Default: unformatted. */
  filesystemType: rule(z.enum(["ext4", "xfs"]), '"ext4" or "xfs"'),
  /** Label of the file system, up to 16 characters for ext4 and 12 for xfs. Only with a type. */
  filesystemLabel: rule(z.string().check(z.minLength(1)), "a text of up to 16 characters (ext4) or 12 (xfs)"),
};

/** `providerOptions.digitalocean` of `snapshots.create`. */
export interface DigitalOceanSnapshotOptions extends ValuesOf<typeof snapshotRules> {}

/** `providerOptions.digitalocean` of `volumes.create`. */
export interface DigitalOceanVolumeOptions extends ValuesOf<typeof volumeRules> {}

const SUBJECT = `providerOptions.${PROVIDER}`;

/** @throws PolyvolError `invalid_argument` naming the key, what was found and what is allowed */
export function volumeOptions(given: ProviderOptions | undefined): DigitalOceanVolumeOptions {
  const options = parseValues(given?.[PROVIDER] ?? {}, volumeRules, SUBJECT);
  const { filesystemType, filesystemLabel = "" } = options;
  const longest = { none: 0, ext4: 16, xfs: 12 }[filesystemType ?? "none"];
  if (filesystemLabel.length <= longest) return options;
  const allowed = filesystemType === undefined ? "none without a filesystemType" : `${longest} characters`;
  throw refusedArgument(
    `${SUBJECT} filesystemLabel: found ${filesystemLabel.length} characters, allowed: ${allowed}`,
  );
}

/** @throws PolyvolError `invalid_argument` naming the key, what was found and what is allowed */
export function snapshotOptions(given: ProviderOptions | undefined): DigitalOceanSnapshotOptions {
  return parseValues(given?.[PROVIDER] ?? {}, snapshotRules, SUBJECT);
}
