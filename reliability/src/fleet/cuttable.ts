import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a server on loopback that can be cut: all that goes by it is lost, and nobody gets through. */
export interface Cuttable {
  readonly port: number;
  /** Ends all connections and lets none through any more. */
  cut(): void;
  /** How many have tried since it was cut. */
  refused(): number;
  mend(): void;
}

export async function cuttable(port: number): Promise<Cuttable> {
  const open = new Set<Socket>();
  let isCut = false;
  let refused = 0;
  const server = createServer((near) => {
    near.on("error", () => undefined);
    if (isCut) {
      refused += 1;
      near.destroy();
      return;
    }
    const far = connect(port, "127.0.0.1");
    far.on("error", () => near.destroy());
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  onTestFinished(() => {
    endAll();
    server.close();
  });
  return {
    port: (server.address() as { readonly port: number }).port,
    cut() {
      isCut = true;
      refused = 0;
      endAll();
    },
    refused: () => refused,
    mend() {
      isCut = false;
    },
  };
}
