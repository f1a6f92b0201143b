import type { ReportedShard, Shard } from "@polyvol/backup";
import { UsageError } from "../../errors.ts";
import { countText } from "../../output/format.ts";

/** `--shard` of the commands that can be about a part of the accounts. */
export const SHARD = [
  "--shard <shard>",
  "only the accounts of this shard: INDEX/COUNT with indices from 0, or auto/COUNT and auto in an array job",
] as const;

/** The shard that a value of `--shard` asks for. @throws UsageError */
export async function parsedShard(text: string): Promise<Shard> {
  const { isPolicyError, parseShard } = await import("@polyvol/backup");
  try {
    return parseShard(text);
  } catch (error) {
    if (!isPolicyError(error)) throw error;
    const lines = error.problems.map(({ path, found, allowed }) => {
      const place = path === "shard" ? "--shard" : `--shard ${text}: ${path}`;
      return `${place}: found ${found}; allowed: ${allowed}`;
    });
    throw new UsageError(lines.join("\n"), { cause: error });
  }
}

/** A line below what is about a shard; nothing otherwise. */
export function shardText(shard: ReportedShard | undefined): string {
  if (shard === undefined) return "";
  const { index, count, accounts, accountsInAll } = shard;
  return `Shard ${index}/${count}: ${accounts} of ${countText(accountsInAll, "account")}.\n`;
}
