// For runtimes that answer requests: workerd.
import { smoke } from "./smoke.mjs";

export default {
  /** @param {Request} request */
  async fetch(request) {
    return Response.json(await smoke(await request.json()));
  },
};
