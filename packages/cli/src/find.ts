import { type BlockStorage, isPolyvolError, PolyvolError, type Snapshot, type Volume } from "@polyvol/core";
import type { Options } from "./action.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./usage-error.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a provider's id. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** Options of a command that takes the name of a volume. */
export interface NameOptions extends Options {
  /** Where the name is looked for; by default the storage's region comes first. */
  readonly region?: string;
}

/** The volume that an argument names, by id or name. A name that looks like an id is one. @throws `not_found` */
export async function findVolume(
  context: Context,
  storage: BlockStorage,
  text: string,
  { region }: NameOptions,
): Promise<Volume> {
  if (UUID.test(text)) return await storage.volumes.get(text, context.call);
  const query = { name: text, ...(region === undefined ? {} : { region }) };
  const named = await storage.volumes.find(query, context.call);
  if (named !== undefined) return named;
  try {
    return await storage.volumes.get(text, context.call);
  } catch (error) {
    if (!isPolyvolError(error, "not_found")) throw error;
    const about = { provider: storage.provider, operation: "volumes.find", cause: error };
    const where = region === undefined ? "" : ` in ${region}`;
    throw new PolyvolError(
      "not_found",
      `no volume${where} has the name or the id ${JSON.stringify(text)}`,
      about,
    );
  }
}

/** The snapshot that an argument names: by id, or by name where its volume is known. @throws `not_found` */
export async function findSnapshot(
  context: Context,
  storage: BlockStorage,
  text: string,
  volume: Volume | undefined,
): Promise<Snapshot> {
  if (volume !== undefined && !UUID.test(text)) {
    const named = await storage.snapshots.find({ name: text, volumeId: volume.id }, context.call);
    if (named !== undefined) return named;
    throw new PolyvolError(
      "not_found",
      `volume ${volume.name} has no snapshot named ${JSON.stringify(text)}`,
      { provider: storage.provider, operation: "snapshots.find" },
    );
  }
  if (volume === undefined && !UUID.test(text)) {
    throw new UsageError(
      `${JSON.stringify(text)} is no id. To name a snapshot by its name, say whose it is with --volume.`,
    );
  }
  return await storage.snapshots.get(text, context.call);
}
