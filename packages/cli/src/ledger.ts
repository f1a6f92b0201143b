/** A change that a command makes. */
export interface Change {
  begin(): void;
  done(): void;
}

/** What a command is about to change, so that an interrupted one can say what is left. */
export interface Ledger {
  plan(text: string): Change;
  /** One line for each change that is not done; empty when all are. */
  left(): readonly string[];
}

export function createLedger(): Ledger {
  const changes = new Map<object, { readonly text: string; begun: boolean }>();
  return {
    plan(text) {
      const entry = { text, begun: false };
      changes.set(entry, entry);
      return {
        begin: () => {
          entry.begun = true;
        },
        done: () => void changes.delete(entry),
      };
    },
    left: () =>
      [...changes.values()].map(({ text, begun }) =>
        begun ? `begun, and may still be completed by the cloud: ${text}` : `not begun: ${text}`,
      ),
  };
}
