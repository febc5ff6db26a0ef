// Generated from the files of src/lib/contract by `npm run generate`; do not edit.
export type * from "./access-tokens.ts";
export type * from "./accounts.ts";
export type * from "./ade.ts";
export type * from "./administrators.ts";
export type * from "./answers.ts";
export type * from "./audit.ts";
export type * from "./console.ts";
export type * from "./devices.ts";
export type * from "./imports.ts";
export type * from "./leavers.ts";
export type * from "./orgs.ts";
export type * from "./renewals.ts";
export type * from "./roles.ts";
export type * from "./secured.ts";
export type * from "./sessions.ts";
export type * from "./tenant.ts";
export type * from "./users.ts";
export type * from "./whoami.ts";

/** The nouns of the tenant API, each loaded on first use. The name of a noun is the first part of its paths. */
export const NOUNS = {
  "access-tokens": () => import("./access-tokens.ts"),
  accounts: () => import("./accounts.ts"),
  ade: () => import("./ade.ts"),
  administrators: () => import("./administrators.ts"),
  answers: () => import("./answers.ts"),
  audit: () => import("./audit.ts"),
  console: () => import("./console.ts"),
  devices: () => import("./devices.ts"),

  imports: () => import("./imports.ts"),
  leavers: () => import("./leavers.ts"),
  orgs: () => import("./orgs.ts"),
  renewals: () => import("./renewals.ts"),
  roles: () => import("./roles.ts"),
  secured: () => import("./secured.ts"),
  sessions: () => import("./sessions.ts"),
  tenant: () => import("./tenant.ts"),
  users: () => import("./users.ts"),
  whoami: () => import("./whoami.ts"),
} as const;

export type NounName = keyof typeof NOUNS;

/** The routes of a noun. */
export type RoutesOf<N extends NounName> = Awaited<ReturnType<(typeof NOUNS)[N]>>["default"]["routes"];

/** Loads the routes of a noun. */
export const loadRoutes = async <N extends NounName>(name: N): Promise<RoutesOf<N>> =>
  (await NOUNS[name]()).default.routes;
