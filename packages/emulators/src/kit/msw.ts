/**
 * Emulators behind msw, an optional peer that only this file imports.
 *
 * @module @polyvol/emulators/msw
 */
import { type HttpHandler, HttpResponse, http } from "msw";
import type { Emulator } from "./emulator-types.ts";

function isNetworkError(error: unknown): boolean {
  const { code } = Object(error instanceof TypeError ? error.cause : undefined);
  return code === "ECONNREFUSED" || code === "ECONNRESET";
}

/**
 * Handlers for `setupServer` or `setupWorker` with which an emulator answers everything under `baseUrl`, the URL
 * that the client under test uses (such as `https://api.digitalocean.com`). The control path is not among them:
 * the emulator itself is at hand.
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
