import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { expect, onTestFinished, test } from "vitest";

const CREATES = 40;

/** The emulator behind a server that closes each connection so long after each answer, without a word. */
async function serve(
  closeAfterMs: number,
): Promise<{ url: string; requests: () => number; names: () => string[] }> {
  const emulator = createDigitalOceanEmulator({ tokens: ["T"], actionDurationMs: 0, quotaPerMinute: 0 });
  let requests = 0;
  const server = createServer(async (incoming, outgoing) => {
    requests += 1;
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
    const { method = "GET", headers, socket, url = "/" } = incoming;
    const answer = await emulator.fetch(`http://${headers.host}${url}`, {
      method,
      headers: { authorization: headers.authorization ?? "", "content-type": "application/json" },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    outgoing.on("finish", () => {
      if (closeAfterMs === 0) socket.end();
      else setTimeout(() => socket.end(), closeAfterMs);
    });
    outgoing.writeHead(answer.status, { "content-type": "application/json", "content-length": body.length });
    outgoing.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    names: () =>
      emulator
        .inventory()
        .volumes.map(({ name }) => name)
        .sort(),
  };
}

test.each([0, 1, 2, 5])(
  "creates on a server that closes %i ms after each answer: all made, none twice",
  async (ms) => {
    const server = await serve(ms);
    const { volumes } = createDigitalOceanStorage({ token: "T", baseUrl: server.url });
    const wanted = Array.from({ length: CREATES }, (_, each) => `v${each}`);
    for (const name of wanted) await volumes.create({ name, sizeGiB: 1, region: "nyc3" });
    expect(server.names()).toEqual([...wanted].sort());
    // One can be lost before it is known what kind of server this is: a look, and the create once more.
    expect(server.requests()).toBeLessThanOrEqual(CREATES + 4);
  },
);
