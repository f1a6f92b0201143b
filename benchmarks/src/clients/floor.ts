import { Agent, request } from "node:http";
import { request as undiciRequest } from "undici";
import { type Client, HEADERS, pageUrl, plainPages } from "./client.ts";

interface Snapshots {
  readonly snapshots: readonly unknown[];
  readonly meta: { readonly total: number };
}

type Exchange = (url: string, method: "GET" | "POST", body: string | undefined) => Promise<string>;

/** The least that a client can do: a request, the text of the answer, `JSON.parse`. Nothing is checked. */
function floor(base: string, exchange: Exchange): Client {
  const list = (concurrency: number): Promise<number> =>
    plainPages(async (page) => {
      const answer = JSON.parse(await exchange(pageUrl(base, page), "GET", undefined)) as Snapshots;
      return { snapshots: answer.snapshots, total: answer.meta.total };
    }, concurrency);
  return {
    list,
    stream: () => list(1),
    create: async (volumeId, name) => {
      JSON.parse(
        await exchange(`${base}/v2/volumes/${volumeId}/snapshots`, "POST", JSON.stringify({ name })),
      );
    },
  };
}

function headersFor(body: string | undefined): Record<string, string | number> {
  if (body === undefined) return { ...HEADERS };
  return { ...HEADERS, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
}

export function httpFloor(base: string): Client {
  const agent = new Agent({ keepAlive: true });
  return floor(
    base,
    (url, method, body) =>
      new Promise((resolve, reject) => {
        const sent = request(url, { method, agent, headers: headersFor(body) }, (answer) => {
          const chunks: Uint8Array[] = [];
          answer.on("data", (chunk: Uint8Array) => chunks.push(chunk));
          answer.on("end", () => resolve(Buffer.concat(chunks).toString()));
          answer.on("error", reject);
        });
        sent.on("error", reject);
        sent.end(body);
      }),
  );
}

export function undiciFloor(base: string): Client {
  return floor(base, async (url, method, body) => {
    const headers = { ...HEADERS, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const answer = await undiciRequest(url, { method, headers, body: body ?? null });
    return answer.body.text();
  });
}
