import { once } from "node:events";
import { createServer } from "node:net";

const FIRST = 20_000;
const COUNT = 10_000;
/** Apart from those that other workers try. */
let next = process.pid * 16;

/**
 * A port on loopback for a program that takes no port 0. It is below those that systems give to whoever asks for none:
 * one of them may be a connection's before the program listens, even one that was made to that very port.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + (next % COUNT);
    next += 1;
    const server = createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") continue;
      throw error;
    }
    server.close();
    await once(server, "close");
    return port;
  }
}
