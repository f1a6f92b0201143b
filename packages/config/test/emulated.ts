import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createSamsungScpEmulator } from "@polyvol/emulators/samsung-scp";

export interface Emulated {
  readonly ocean: string;
  readonly samsung: string;
  close(): Promise<void>;
}

/** Both clouds over real HTTP, with two volumes each. Token `T`; keys `A` and `S`. */
export async function startEmulators(): Promise<Emulated> {
  const ocean = createDigitalOceanEmulator({ tokens: ["T"] });
  ocean.seed({
    volumes: ["db", "web"].map((name) => ({ name, region: "nyc3", size_gigabytes: 10 })),
  });
  const samsung = createSamsungScpEmulator({ accessKey: "A", secretKey: "S" });
  samsung.seed({ volumes: [{ name: "erp" }, { name: "mail" }] });
  const [first, second] = await Promise.all([ocean.listen(), samsung.listen()]);
  return {
    ocean: first.url,
    samsung: second.url,
    close: async () => {
      await Promise.all([first.close(), second.close()]);
    },
  };
}

/** A configuration file that names both. */
export function configText({ ocean, samsung }: Emulated): string {
  return `clouds:
  ocean:
    provider: digitalocean
    region: nyc3
    credentials: { token: { env: OCEAN_TOKEN } }
    options: { baseUrl: "${ocean}" }
  samsung:
    provider: samsung-scp
    region: kr-west1
    credentials: { accessKey: { env: ACCESS }, secretKey: { file: ./secret-key } }
    options: { baseUrl: "${samsung}", environment: e }
`;
}

export const ENVIRONMENT = { OCEAN_TOKEN: "T", ACCESS: "A" };
