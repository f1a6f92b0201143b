#!/bin/sh
# The address of a Redis that has a password and no users. redis-cli logs in with redis://SECRET@HOST, and is refused with
# redis://:SECRET@HOST; ioredis, node-redis and redis-py log in with the latter, and take the former's password for a user's name.
. "$(dirname -- "$0")/lib/install.sh"
/usr/bin/python3 -W ignore -c 'import redis' 2>/dev/null || {
  echo "this finding needs Debian's python3-redis" >&2
  exit 2
}
(cd "$folder" && apt-get download redis-tools libhiredis0.14 libjemalloc2 liblzf1 >said 2>&1) || {
  echo "this finding needs Debian's redis-tools" >&2
  exit 2
}
for archive in "$folder"/*.deb; do dpkg-deb --extract "$archive" "$folder"; done
export LD_LIBRARY_PATH="$(dirname "$(find "$folder/usr/lib" -name 'libhiredis.so*' | head -n 1)")" REDIS_CLI="$folder/usr/bin/redis-cli"
install ioredis@6.0.0 redis@6.3.1
cat >run.mjs <<'SCRIPT'
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { verdict } from "./finding.mjs";

const run = promisify(execFile);
/** A Redis with the password "secret" of its one user, as `requirepass` makes it. It says who may come in. */
const server = createServer((socket) => {
  let isIn = false;
  socket.on("error", () => {});
  socket.setEncoding("latin1").on("data", (text) => {
    for (const [name, ...words] of commandsOf(text)) {
      const command = name.toUpperCase();
      if (command === "AUTH") {
        isIn = words.length === 1 ? words[0] === "secret" : words[0] === "default" && words[1] === "secret";
        socket.write(isIn ? "+OK\r\n" : "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
      } else if (command === "HELLO") socket.write("-ERR unknown command 'HELLO'\r\n");
      else if (!isIn) socket.write("-NOAUTH Authentication required.\r\n");
      else if (command === "INFO") socket.write("$19\r\nredis_version:7.2.0\r\n");
      else socket.write(command === "PING" ? "+PONG\r\n" : "+OK\r\n");
    }
  });
});
await once(server.listen(0, "127.0.0.1"), "listening");

/** The commands of a piece, each as a list of words: clients send whole commands at once here. */
function commandsOf(text) {
  const words = [...text.matchAll(/(?:\*(\d+)\r\n)|(?:\$\d+\r\n([^\r]*)\r\n)/g)];
  const commands = [];
  for (const [, count, word] of words) count === undefined ? commands.at(-1).push(word) : commands.push([]);
  return commands;
}

const pings = {
  "redis-cli": async (url) => (await run(process.env.REDIS_CLI, ["-u", url, "ping"])).stdout.trim().split("\n").at(-1),
  ioredis: async (url) => {
    const client = new Redis(url, { protocol: 2, lazyConnect: true, retryStrategy: () => null });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.ping();
    } finally {
      client.disconnect();
    }
  },
  redis: async (url) => {
    const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.ping();
    } finally {
      if (client.isOpen) client.destroy();
    }
  },
  "redis-py": async (url) => (await run("/usr/bin/python3", ["-W", "ignore", "-c", PYTHON, url])).stdout.trim(),
};
const PYTHON = "import redis, sys\ntry: print('PONG' if redis.Redis.from_url(sys.argv[1]).ping() else '')\nexcept Exception as error: print(str(error))";
const ask = async (name, userinfo) => {
  const url = `redis://${userinfo}@127.0.0.1:${server.address().port}/0`;
  const said = await pings[name](url).catch((error) => error.message);
  return said === "PONG" ? "logged in" : "refused";
};
process.stdout.write((await run(process.env.REDIS_CLI, ["--version"])).stdout);
process.stdout.write((await run("/usr/bin/python3", ["-W", "ignore", "-c", "import redis; print('redis-py', redis.__version__)"])).stdout);
const rows = [];
for (const [userinfo, found] of [
  ["default:secret", ["logged in", "logged in", "logged in", "logged in"]],
  [":secret", ["refused", "logged in", "logged in", "logged in"]],
  ["secret", ["logged in", "refused", "refused", "refused"]],
])
  for (const [index, name] of Object.keys(pings).entries())
    rows.push({ what: `${name}: redis://${userinfo}@HOST`, expected: "the same with all four", found: found[index], seen: await ask(name, userinfo) });
server.close();
verdict(["ioredis", "redis"], rows);
SCRIPT
node run.mjs
