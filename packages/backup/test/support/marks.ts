/** What Polyvol writes on each snapshot that it makes, for those that a test puts there itself. */

/** On a snapshot made through the interface. */
export function ownMarks(policyId: string): { tags: Record<string, string>; description: string } {
  return { tags: { "polyvol-policy": policyId }, description: `Polyvol backup of db, policy ${policyId}` };
}

/** In the seeds of each emulator. */
export const seededMarks = {
  do: (policyId: string) => ({ tags: [`polyvol-policy:${policyId}`] }),
  scp: (policyId: string) => {
    const { tags: metadata, description } = ownMarks(policyId);
    return { metadata, description };
  },
};
