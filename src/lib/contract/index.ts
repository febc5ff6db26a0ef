// Generated from the files of src/lib/contract by `npm run generate`; do not edit.
export type * from "./accounts.ts";
export type * from "./ade.ts";
export type * from "./administrators.ts";
export type * from "./audit.ts";
export type * from "./exports.ts";
export type * from "./imports.ts";
export type * from "../tenant/operations.ts";
export type * from "./restores.ts";
export type * from "./roles.ts";
export type * from "./secured.ts";
export type * from "./whoami.ts";

/** The nouns of the tenant API, each loaded on first use. The name of a noun is the first part of its paths. */
export const NOUNS = {
  accounts: () => import("./accounts.ts"),
  ade: () => import("./ade.ts"),
  administrators: () => import("./administrators.ts"),
  audit: () => import("./audit.ts"),
  exports: () => import("./exports.ts"),
  imports: () => import("./imports.ts"),
  restores: () => import("./restores.ts"),
  roles: () => import("./roles.ts"),
  secured: () => import("./secured.ts"),
  whoami: () => import("./whoami.ts"),
} as const;

export type NounName = keyof typeof NOUNS;

/** The routes of a noun. */
export type RoutesOf<N extends NounName> = Awaited<ReturnType<(typeof NOUNS)[N]>>["default"]["routes"];

/** Loads the routes of a noun. */
export const loadRoutes = async <N extends NounName>(name: N): Promise<RoutesOf<N>> =>
  (await NOUNS[name]()).default.routes;
