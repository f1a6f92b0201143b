import type { ProviderOptions } from "@polyvol/core";
import { checkKeys, type KeyRules, refusedArgument } from "@polyvol/core/driver";
import * as z from "zod";

/** `providerOptions.digitalocean` of `snapshots.create`. */
export interface DigitalOceanSnapshotOptions {
  /** Flat tags beside those of `tags`, for names that do not fit `key:value`. */
  readonly tags?: readonly string[];
}

/** `providerOptions.digitalocean` of `volumes.create`. */
export interface DigitalOceanVolumeOptions extends DigitalOceanSnapshotOptions {
  /** Formats the volume. Default: unformatted. */
  readonly filesystemType?: "ext4" | "xfs";
  /** Label of the file system, up to 16 characters for ext4 and 12 for xfs. Only with a type. */
  readonly filesystemLabel?: string;
}

const SUBJECT = "providerOptions.digitalocean";

const ofSnapshot: KeyRules<DigitalOceanSnapshotOptions> = {
  tags: [z.array(z.string()), "a list of flat tags"],
};
const ofVolume: KeyRules<DigitalOceanVolumeOptions> = {
  ...ofSnapshot,
  filesystemType: [z.enum(["ext4", "xfs"]), '"ext4" or "xfs"'],
  filesystemLabel: [z.string().min(1), "a text of up to 16 characters (ext4) or 12 (xfs)"],
};

/** @throws PolyvolError `invalid_argument` naming the key, what was found and what is allowed */
export function volumeOptions(given: ProviderOptions | undefined): DigitalOceanVolumeOptions {
  const options: object = given?.["digitalocean"] ?? {};
  checkKeys<DigitalOceanVolumeOptions>(options, ofVolume, SUBJECT);
  const { filesystemType, filesystemLabel = "" } = options;
  const longest = { none: 0, ext4: 16, xfs: 12 }[filesystemType ?? "none"];
  if (filesystemLabel.length <= longest) return options;
  const rule = filesystemType === undefined ? "none without a filesystemType" : `${longest} characters`;
  throw refusedArgument(
    `${SUBJECT} filesystemLabel: found ${filesystemLabel.length} characters, allowed: ${rule}`,
  );
}

/** @throws PolyvolError `invalid_argument` naming the key, what was found and what is allowed */
export function snapshotOptions(given: ProviderOptions | undefined): DigitalOceanSnapshotOptions {
  const options: object = given?.["digitalocean"] ?? {};
  checkKeys<DigitalOceanSnapshotOptions>(options, ofSnapshot, SUBJECT);
  return options;
}
