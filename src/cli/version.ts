import manifest from "../../package.json" with { type: "json" };

/** The program's version, as in the package's manifest. */
export const VERSION: string = manifest.version;
