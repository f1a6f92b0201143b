/** Version of this package; a test holds it equal to the manifest's. */
export const VERSION: string = "0.0.0";

/** The provider's name on every resource, error and event, and the key of its `providerOptions`. */
export const PROVIDER: string = "openstack";
