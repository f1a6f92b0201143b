import { type HttpHandler, HttpResponse, http } from "msw";
import type { Emulator } from "./emulator.ts";

function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError && error.message === "fetch failed";
}

/**
 * Handlers for `setupServer` or `setupWorker` that let an emulator answer everything under `baseUrl` (default
 * `https://api.digitalocean.com` has no special standing: pass the base URL that the client uses).
 * The control path is not served here; use the emulator itself.
 */
export function emulatorHandlers(emulator: Emulator, baseUrl: string): HttpHandler[] {
  const base = baseUrl.replace(/\/+$/, "");
  return [
    http.all(`${base}/*`, async ({ request }) => {
      try {
        return await emulator.fetch(request);
      } catch (error) {
        // Thrown on, it would become an answer with status 500; the client is to see a broken connection.
        if (isNetworkError(error)) return HttpResponse.error();
        throw error;
      }
    }),
  ];
}
