/** What goes over the wire. Answers are checked for the fields that the code reads, and for no more. */
import * as z from "zod";

export const volume = z.object({
  id: z.string().min(1),
  name: z.string(),
  room: z.string(),
  blocks: z.int().positive(),
  state: z.string(),
  created: z.number(),
  note: z.string().nullish(),
  made_from: z.string().nullish(),
});

export const snapshot = z.object({
  id: z.string().min(1),
  name: z.string(),
  volume: z.string(),
  room: z.string(),
  blocks: z.int().positive(),
  state: z.string(),
  created: z.number(),
  client_ref: z.string().nullish(),
});

export const volumes = z.object({ items: z.array(volume), next: z.string().nullish() });
export const snapshots = z.object({ items: z.array(snapshot), next: z.string().nullish() });
export const copy = z.object({ snapshot, job: z.string().min(1) });
export const job = z.object({ state: z.string(), problem: z.string().nullish() });
export const about = z.object({ attic: z.string() });

export type WireVolume = z.infer<typeof volume>;
export type WireSnapshot = z.infer<typeof snapshot>;
export type WireJob = z.infer<typeof job>;
