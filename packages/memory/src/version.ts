/** Version of this package, for drivers' `version`. */
export const VERSION: string = "0.0.0";
