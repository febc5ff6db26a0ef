// Generated from the files of src/lib/contract by `npm run generate`; do not edit.
export type * from "./console.ts";
export type * from "./devices.ts";
export type * from "./exports.ts";
export type * from "./imports.ts";
export type * from "./leavers.ts";
export type * from "../tenant/operations.ts";
export type * from "./renewals.ts";
export type * from "./restores.ts";
export type * from "./tenant.ts";
export type * from "./users.ts";

/** The nouns of the tenant API, each loaded on first use. The name of a noun is the first part of its paths. */
export const NOUNS = {
  console: () => import("./console.ts"),
  devices: () => import("./devices.ts"),
  exports: () => import("./exports.ts"),
  imports: () => import("./imports.ts"),
  leavers: () => import("./leavers.ts"),
  renewals: () => import("./renewals.ts"),
  restores: () => import("./restores.ts"),
  tenant: () => import("./tenant.ts"),
  users: () => import("./users.ts"),
} as const;

export type NounName = keyof typeof NOUNS;

/** The routes of a noun. */
export type RoutesOf<N extends NounName> = Awaited<ReturnType<(typeof NOUNS)[N]>>["default"]["routes"];

/** Loads the routes of a noun. */
export const loadRoutes = async <N extends NounName>(name: N): Promise<RoutesOf<N>> =>
  (await NOUNS[name]()).default.routes;
