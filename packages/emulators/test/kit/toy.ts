import type { EmulatedService, ServiceRequest } from "../../src/kit/service.ts";

/** A provider small enough to see through: POST adds its body to a list, GET shows the list. */
export interface Toy extends EmulatedService {
  readonly things: string[];
  /** Every request that was processed. */
  readonly seen: ServiceRequest[];
}

export function createToy(): Toy {
  const things: string[] = [];
  const seen: ServiceRequest[] = [];
  return {
    provider: "toy",
    secrets: ["hush-hush"],
    hosts: ["api.toy.test"],
    things,
    seen,
    handle(request) {
      seen.push(request);
      if (request.path === "/broken") throw new Error("a defect");
      if (request.method === "POST") {
        things.push(request.body);
        return { status: 201, headers: { "x-id": "1" }, body: { thing: { name: request.body, size: 10 } } };
      }
      if (request.method === "DELETE") return { status: 204, headers: { "x-id": "2" } };
      return {
        status: 200,
        headers: {},
        body: { things: request.staleMs > 0 ? [] : [...things], stale: request.staleMs },
      };
    },
    failure: (status) => ({ status, headers: { "x-id": "failed" }, body: { error: `toy ${status}` } }),
    state: () => ({ things: [...things] }),
    seed: (data) => void things.push(String(data)),
    reset: () => void things.splice(0),
  };
}
