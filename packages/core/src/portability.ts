import { CAPABILITIES, type Capabilities, type Capability } from "./capabilities.ts";
import { isPolyvolError, type PolyvolError, refusedArgument } from "./errors.ts";
import { checkName, checkSize, checkTags } from "./limits.ts";
import { show } from "./words.ts";

/** What a program wants to do, to be held against what providers can. Leave out what does not matter. */
export interface PortabilityNeeds {
  /** What it calls. */
  readonly capabilities?: readonly Capability[] | undefined;
  /** Names that it will give. */
  readonly volumeNames?: readonly string[] | undefined;
  /** Names of snapshots that it will give. */
  readonly snapshotNames?: readonly string[] | undefined;
  /** Sizes that it will ask for, in GiB. */
  readonly volumeSizesGiB?: readonly number[] | undefined;
  /** Tags that it will write. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** How many snapshots of one volume it will keep. */
  readonly snapshotsPerVolume?: number | undefined;
  /** How often it will snapshot one volume, in milliseconds between two. */
  readonly snapshotGapMs?: number | undefined;
}

/** One thing that will not work, and why. */
export interface PortabilityProblem {
  /** The need, as a path into {@link PortabilityNeeds}, such as `capabilities.volumes.revert`. */
  readonly need: string;
  /** In one sentence, with what is allowed. */
  readonly reason: string;
}

/** What stands against a program on one provider. */
export interface PortabilityReport {
  /** The driver's provider name. */
  readonly provider: string;
  /** Whether nothing stands against it. */
  readonly portable: boolean;
  /** What will not work; empty when `portable`. */
  readonly problems: readonly PortabilityProblem[];
  /** Needs that the provider documents no limit for: they may work. */
  readonly unknown: readonly string[];
}

/**
 * Says what will not work where and why, without a request. Takes drivers or storages.
 * @throws PolyvolError `invalid_argument` for a capability that there is none of
 */
export function describePortability(
  needs: PortabilityNeeds,
  providers: readonly { readonly provider: string; readonly capabilities: Capabilities }[],
): readonly PortabilityReport[] {
  for (const name of needs.capabilities ?? []) {
    if (!CAPABILITIES.includes(name)) {
      throw refusedArgument(`capabilities: found ${show(name)}, allowed are ${CAPABILITIES.join(", ")}`);
    }
  }
  return providers.map(({ provider, capabilities }) => report(needs, provider, capabilities));
}

function report(needs: PortabilityNeeds, provider: string, capabilities: Capabilities): PortabilityReport {
  const { limits } = capabilities;
  const problems: PortabilityProblem[] = [];
  const unknown: string[] = [];
  const check = (need: string, test: () => void): void => {
    try {
      test();
    } catch (error) {
      if (!isPolyvolError(error)) throw error;
      problems.push({ need, reason: (error as PolyvolError).reason });
    }
  };

  for (const name of needs.capabilities ?? []) {
    if (!capabilities.supports.includes(name)) {
      problems.push({ need: `capabilities.${name}`, reason: `${provider} does not support it` });
    }
  }
  for (const name of needs.volumeNames ?? []) {
    check("volumeNames", () => checkName(name, limits.volumeName, "volume name"));
  }
  for (const name of needs.snapshotNames ?? []) {
    check("snapshotNames", () => checkName(name, limits.snapshotName, "snapshot name"));
  }
  for (const size of needs.volumeSizesGiB ?? []) {
    check("volumeSizesGiB", () => checkSize(size, limits.volumeSize, false, "size"));
  }
  const tags = needs.tags;
  if (tags !== undefined) check("tags", () => checkTags(tags, limits));

  const kept = needs.snapshotsPerVolume;
  if (kept !== undefined) {
    if (limits.snapshotsPerVolume === "unknown") unknown.push("snapshotsPerVolume");
    else if (kept > limits.snapshotsPerVolume) {
      const reason = `${kept} are wanted, ${provider} allows ${limits.snapshotsPerVolume}`;
      problems.push({ need: "snapshotsPerVolume", reason });
    }
  }
  const gap = needs.snapshotGapMs;
  if (gap !== undefined) {
    if (limits.snapshotGapMs === "unknown") unknown.push("snapshotGapMs");
    else if (gap < limits.snapshotGapMs) {
      const reason = `every ${gap} ms is wanted, ${provider} allows one in ${limits.snapshotGapMs} ms`;
      problems.push({ need: "snapshotGapMs", reason });
    }
  }
  return { provider, portable: problems.length === 0, problems, unknown };
}
