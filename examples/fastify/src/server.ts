import { type BlockStorage, isPolyvolError } from "@polyvol/core";
import Fastify, { type FastifyInstance } from "fastify";
import { statusOf } from "./status.ts";

/** What the server needs: clouds by name, as `connect` and `registerClouds` of `@polyvol/config` give them. */
export interface NamedClouds {
  named(name: string): BlockStorage;
}

interface Listing {
  Params: { cloud: string };
  Querystring: { token?: string; region?: string };
}

/** Volumes over HTTP: page by page, by a token in the address, and one by its id. */
export function createServer(clouds: NamedClouds, logger = false): FastifyInstance {
  const server = Fastify({ logger });

  server.get<Listing>("/clouds/:cloud/volumes", async ({ params, query }) => {
    const listing = clouds.named(params.cloud).volumes.list({ region: query.region });
    const pages = listing.byPage({ pageSize: 2, continuationToken: query.token });
    const { items = [], continuationToken } = (await pages.next()).value ?? {};
    return { volumes: items, next: continuationToken };
  });

  server.get<{ Params: { cloud: string; id: string } }>("/clouds/:cloud/volumes/:id", async ({ params }) =>
    clouds.named(params.cloud).volumes.get(params.id),
  );

  server.setErrorHandler((error, request, reply) => {
    if (!isPolyvolError(error)) return reply.send(error);
    request.log.warn(error.toJSON(), error.message);
    return reply.status(statusOf(error.code)).send({ code: error.code, message: error.reason });
  });
  return server;
}
