import { digitalOceanOptions } from "@polyvol/digitalocean";
import { openStackOptions } from "@polyvol/openstack";
import { samsungScpOptions } from "@polyvol/samsung-scp";
import { expect, test } from "vitest";
import { connect, parseConfig } from "../src/index.ts";

const ENVIRONMENT = {
  DIGITALOCEAN_TOKEN: "T",
  SCP_ACCESS_KEY: "A",
  SCP_SECRET_KEY: "S",
  SCP_REGION: "kr-west1",
  OS_AUTH_URL: "https://keystone.example:5000/v3",
  OS_TOKEN: "T",
};

test.each([
  ["digitalocean", digitalOceanOptions],
  ["samsung-scp", samsungScpOptions],
  ["openstack", openStackOptions],
])("%s: every option that is undefined is one that is left out", (_, { all, read }) => {
  const undefinedOptions = Object.fromEntries(Object.keys(all).map((name) => [name, undefined]));
  const settings = read(undefinedOptions, ENVIRONMENT);
  expect(settings).toStrictEqual(read({}, ENVIRONMENT));
  expect(settings.own).toStrictEqual(read({}, ENVIRONMENT).own);
});

test("so is every option of connect", async () => {
  const options = { onEvent: undefined, clock: undefined, fetch: undefined, random: undefined };
  const config = parseConfig(
    {
      clouds: {
        ocean: {
          provider: "digitalocean",
          region: undefined,
          credentials: { token: { env: "DIGITALOCEAN_TOKEN" } },
        },
      },
    },
    { directory: undefined, providers: undefined },
  );
  const clouds = await connect(config, {
    ...options,
    only: undefined,
    providers: undefined,
    environment: ENVIRONMENT,
  });
  expect(clouds.named("ocean").provider).toBe("digitalocean");
});
