/** What a process is told that uses a snapshot. */
export interface UseTask {
  readonly urls: Readonly<Record<"do" | "scp", string>>;
  readonly cloud: "do" | "scp";
  readonly serverId: string;
  readonly volumeId: string;
  /** Where the machine notes which process uses what. */
  readonly stateDir: string;
}

/** On the machine's own clock nothing is waited for longer than it has to be. */
export const quickly = {
  polling: { initialDelayMs: 10, maxDelayMs: 40 },
  settleMs: 60,
} as const;

/** How the disks of both clouds' servers look: found at once, however slow the machine is. */
export const shown = {
  links: ({ name }: { readonly name: string }): readonly string[] => [`scsi-0DO_Volume_${name}`],
  serial: ({ id }: { readonly id: string }): string => id,
};
