/** Apart from the emulators, which a process that is started for a test needs not load. */
import type { BlockStorage, BlockStorageOptions } from "@polyvol/core";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createSamsungScpStorage } from "@polyvol/samsung-scp";

export const TOKEN = "dop_v1_test_token_for_backups";
export const ACCESS_KEY = "AKTESTEXAMPLE0001";
export const SECRET_KEY = "test-secret-key-not-real-0001";

/** Both clouds at their addresses. */
export function openClouds(
  urls: Readonly<Record<"do" | "scp", string>>,
  options: BlockStorageOptions & { readonly fetch?: typeof fetch; readonly settleMs?: number },
): Record<"do" | "scp", BlockStorage> {
  const { settleMs, ...common } = options;
  return {
    do: createDigitalOceanStorage({ token: TOKEN, region: "nyc3", baseUrl: urls.do, ...common }),
    scp: createSamsungScpStorage({
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      region: "kr-west1",
      environment: "e",
      baseUrl: urls.scp,
      ...(settleMs === undefined ? {} : { settleMs }),
      ...common,
    }),
  };
}
