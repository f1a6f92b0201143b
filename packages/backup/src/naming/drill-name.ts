import { hash } from "node:crypto";
import { parseSlotName, slotName } from "../schedule/slots.ts";

const SHAPE = /^polyvol-drill-([0-9a-f]{10})-(\d{8}t\d{6}z)$/;

/** Name of the temporary volume of a drill: valid as the name of a volume on every provider, and recognisable. */
export function drillName(volumeId: string, startedAt: Date): string {
  const second = new Date(Math.floor(startedAt.getTime() / 1000) * 1000);
  return `polyvol-drill-${drillHash(volumeId)}-${slotName(second).toLowerCase()}`;
}

/** What the name of a drill's volume says: whose drill (compare with {@link drillHash}) and when. Else undefined. */
export function parseDrillName(
  name: string,
): { readonly hash: string; readonly startedAt: Date } | undefined {
  const [, digest, time] = SHAPE.exec(name) ?? [];
  const startedAt = time === undefined ? undefined : parseSlotName(time.toUpperCase());
  return digest === undefined || startedAt === undefined ? undefined : { hash: digest, startedAt };
}

/** Stands for a volume in the names of its drills. */
export function drillHash(volumeId: string): string {
  return hash("sha256", JSON.stringify(["polyvol-drill", volumeId])).slice(0, 10);
}
