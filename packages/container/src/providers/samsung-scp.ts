import type { SamsungScpStorageOptions } from "@polyvol/samsung-scp";
import { COMMON_OPTIONS, type CodeOnly, HTTP_OPTIONS, oneOf, whole } from "./common-options.ts";
import type { OptionRule, ProviderRegistration } from "./registration.ts";

type Credential = "accessKey" | "secretKey" | "sessionToken";
type FromFile = Exclude<keyof SamsungScpStorageOptions, CodeOnly | Credential | "region">;

/** Samsung Cloud Platform. */
export const samsungScp: ProviderRegistration = {
  provider: "samsung-scp",
  credentials: {
    accessKey: { required: true, description: "access key", variables: ["SCP_ACCESS_KEY"] },
    secretKey: { required: true, description: "secret key", variables: ["SCP_SECRET_KEY"] },
    sessionToken: { required: false, description: "session token of temporary credentials" },
  },
  options: {
    ...COMMON_OPTIONS,
    ...HTTP_OPTIONS,
    environment: oneOf("s", "g", "e"),
    apiVersion: oneOf("negotiate", "1.3", "1.2", "1.1", "1.0"),
    versionWarningDays: whole(0, " of days"),
    acceptLanguage: oneOf("en-US", "ko-KR"),
    settleMs: whole(0, " of milliseconds"),
  } satisfies Record<FromFile, OptionRule>,
  load: async () => {
    const { createSamsungScpStorage } = await import("@polyvol/samsung-scp");
    return (options) => createSamsungScpStorage(options as SamsungScpStorageOptions);
  },
};
