import type { Volume } from "./volume.ts";
import { listWords } from "./words.ts";

/**
 * Why a volume counts as in use, as the end of a sentence that begins with "it is"; `undefined` when it is not in use.
 * The state counts beside the list of servers: a provider may hold a volume for a server that it does not name (yet,
 * or any more), and refuses then what it refuses for an attached one.
 */
export function inUse(volume: Pick<Volume, "attachments" | "state" | "providerState">): string | undefined {
  const { attachments, state, providerState } = volume;
  if (attachments.length > 0) return `attached to ${listWords(attachments.map(({ serverId }) => serverId))}`;
  if (state !== "in_use" && state !== "attaching" && state !== "detaching") return undefined;
  return `in the state ${providerState ?? state}, though no server is named`;
}
