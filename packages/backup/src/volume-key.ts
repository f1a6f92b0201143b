/** What a volume is found by among those of several clouds. */
export function volumeKey(cloud: string, volumeId: string): string {
  return JSON.stringify([cloud, volumeId]);
}
