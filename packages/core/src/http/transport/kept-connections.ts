import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** The connections of one origin that lie ready for the next request. */
export type KeptConnections = ReturnType<typeof keepConnections>;

/** A server that closes within this time of its last answer, unasked and unannounced, may do so at any moment. */
const EARLY_MS = 1_000;
/** A read takes a connection whose last answer ended within this time as it is. */
const JUST_NOW_MS = 2;
/** For this time after the last sign of that, or a request that was lost, each one gets a connection of its own. */
const DISTRUST_MS = 600_000;

/**
 * A request on a connection that the server has closed is lost, and whether a change was made is not known; an answer
 * that nobody asked for would be taken for the next one. Both are heard of by two turns of the event loop, as long as
 * they were there before the request. A server that closes right behind its answers is never waited for again, and a
 * request whose answer says nothing that could be checked takes no connection that was used before.
 *
 * The agent is everybody's: a connection that somebody else's request has taken meanwhile is left alone.
 */
export function keepConnections(agent: () => Agent) {
  const idleSince = new Map<Socket, number>();
  const known = new WeakSet<Socket>();
  let distrustedAtMs = Number.NEGATIVE_INFINITY;

  function giveUp(sockets: Iterable<Socket>): void {
    for (const socket of [...sockets]) {
      idleSince.delete(socket);
      if (isFree(socket)) socket.destroy();
    }
  }

  function isFree(socket: Socket): boolean {
    return Object.values(agent().freeSockets).some((sockets) => sockets?.includes(socket) === true);
  }

  function distrust(): void {
    distrustedAtMs = performance.now();
  }

  /** The server has ended a connection that was used last at that time. */
  function learn(usedAtMs: number): void {
    if (performance.now() - usedAtMs < EARLY_MS) distrust();
  }

  async function hear(): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    // The end of one has been heard of before its close.
    for (const [socket, usedAtMs] of idleSince) {
      if (!socket.readableEnded && socket.writable) continue;
      learn(usedAtMs);
      giveUp([socket]);
    }
    if (isDistrusted()) giveUp(idleSince.keys());
  }

  const isDistrusted = (): boolean => performance.now() - distrustedAtMs < DISTRUST_MS;

  function wasJustUsed(): boolean {
    const sinceMs = performance.now() - JUST_NOW_MS;
    for (const usedAtMs of idleSince.values()) if (usedAtMs < sinceMs) return false;
    return true;
  }

  /** Not every Node reads what comes on a connection that lies ready: it would be the answer to the next request. */
  function hearUnasked(this: Socket): void {
    this.off("data", hearUnasked);
    if (!isFree(this)) return;
    distrust();
    giveUp([this]);
  }

  function firstUse(socket: Socket): void {
    known.add(socket);
    socket.once("close", () => {
      const usedAtMs = idleSince.get(socket);
      if (usedAtMs !== undefined) learn(usedAtMs);
      idleSince.delete(socket);
    });
  }

  return {
    /**
     * Gives up those that a request could be lost on, or all. To be waited for before each request. A read does not wait
     * behind an answer that came just now: it can be sent again, and a listing asks for its next page before it reads one.
     */
    check(all: boolean, isRead: boolean): Promise<void> | undefined {
      if (idleSince.size === 0) return undefined;
      if (!all && !isDistrusted()) return isRead && wasJustUsed() ? undefined : hear();
      giveUp(idleSince.keys());
      return undefined;
    },
    /** Gives up all. */
    forget: (): void => giveUp(idleSince.keys()),
    /** Learns from a request what becomes of its connection. What `signal` ends says nothing of the server. */
    follow(request: ClientRequest, signal: AbortSignal): void {
      let socket: Socket | undefined;
      let usedBeforeMs: number | undefined;
      let answer: IncomingMessage | undefined;
      request.once("socket", (its) => {
        socket = its;
        usedBeforeMs = idleSince.get(its);
        idleSince.delete(its);
        its.off("data", hearUnasked);
        if (!known.has(its)) firstUse(its);
      });
      request.once("response", (message) => {
        answer = message;
      });
      request.once("error", () => {
        if (answer !== undefined || usedBeforeMs === undefined || signal.aborted) return;
        // Lost, and the others may be as old.
        distrust();
        giveUp(idleSince.keys());
      });
      request.once("close", () => {
        if (socket === undefined || !request.shouldKeepAlive) return;
        if (!socket.destroyed) {
          idleSince.set(socket, performance.now());
          socket.on("data", hearUnasked);
          // The answer was whole, and behind it came more.
        } else if (answer?.complete && !signal.aborted) distrust();
      });
    },
  };
}
