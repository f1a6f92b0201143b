/** Version of this package; a test holds it equal to the manifest's. */
export const VERSION: string = "0.0.0";
