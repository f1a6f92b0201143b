#!/bin/sh
# A command whose answer is lost is sent again by ioredis once it has connected anew, whatever the command is: INCR counts
# twice, and SET with NX says that somebody else was first. node-redis, told nothing either, rejects it.
. "$(dirname -- "$0")/lib/install.sh"
install ioredis@6.0.0 redis@6.3.1
cat >run.mjs <<'SCRIPT'
import { once } from "node:events";
import { createServer } from "node:net";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { verdict } from "./finding.mjs";

/** Redis in so far as a counter and a lock need it. The first INCR or SET is carried out, and not answered. */
async function serve() {
  const kept = new Map();
  let lost = false;
  const commands = {
    INCR: ([key]) => {
      kept.set(key, (kept.get(key) ?? 0) + 1);
      return `:${kept.get(key)}\r\n`;
    },
    SET: ([key, value]) => {
      if (kept.has(key)) return "$-1\r\n";
      kept.set(key, value);
      return "+OK\r\n";
    },
    INFO: () => "$19\r\nredis_version:7.2.0\r\n",
    HELLO: () => "-ERR unknown command 'HELLO'\r\n",
  };
  const server = createServer((socket) => {
    let text = "";
    socket.on("error", () => {});
    socket.setEncoding("latin1").on("data", (piece) => {
      text += piece;
      for (;;) {
        const read = readCommand(text);
        if (read === undefined) return;
        text = read.rest;
        const [name, ...words] = read.words;
        const answer = commands[name.toUpperCase()]?.(words) ?? "+OK\r\n";
        if (!lost && ["INCR", "SET"].includes(name.toUpperCase())) {
          lost = true;
          socket.destroy();
          return;
        }
        socket.write(answer);
      }
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { kept, port: server.address().port, close: () => server.close() };
}

/** A command as an array of strings, and what stands behind it; undefined where it is not all there. */
function readCommand(text) {
  const count = /^\*(\d+)\r\n/.exec(text);
  if (count === null) return undefined;
  let at = count[0].length;
  const words = [];
  for (let index = 0; index < Number(count[1]); index += 1) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (length === null) return undefined;
    const from = at + length[0].length;
    const to = from + Number(length[1]);
    if (text.length < to + 2) return undefined;
    words.push(text.slice(from, to));
    at = to + 2;
  }
  return { words, rest: text.slice(at) };
}

/** What a call came to, and what the server keeps then. */
async function ask(open, call) {
  const server = await serve();
  const client = await open(server.port);
  const said = await call(client).then((answer) => JSON.stringify(answer), ({ message }) => message);
  await client.destroy?.();
  await client.disconnect?.();
  server.close();
  return `${said}, kept: ${[...server.kept.values()]}`;
}

const withIoredis = (port) => new Redis(port, "127.0.0.1", { protocol: 2 });
const withNodeRedis = async (port) => {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 });
  client.on("error", () => {});
  return await client.connect();
};
verdict(["ioredis", "redis"], [
  {
    what: "ioredis: INCR of a new counter",
    expected: "an error, kept: 1",
    found: "2, kept: 2",
    seen: await ask(withIoredis, (client) => client.incr("counter")),
  },
  {
    what: "ioredis: SET lock mine PX 30000 NX, while nobody else is there",
    expected: 'an error, or "OK", kept: mine',
    found: "null, kept: mine",
    seen: await ask(withIoredis, (client) => client.set("lock", "mine", "PX", 30_000, "NX")),
  },
  {
    what: "redis: INCR of a new counter",
    expected: "an error, kept: 1",
    found: "Socket closed unexpectedly, kept: 1",
    seen: await ask(withNodeRedis, (client) => client.incr("counter")),
  },
]);
SCRIPT
node run.mjs
