export type * from "./accounts/operations.ts";
export type * from "./accounts/whoami.ts";
export type * from "./ade/operations.ts";
export type * from "./audit/operations.ts";
export type * from "./config-profiles/operations.ts";
export type * from "./console/operations.ts";
export type * from "./devices/operations.ts";
export type * from "./handover/operations.ts";
export type * from "./orgs/operations.ts";
export type * from "./plans/operations.ts";
export type * from "./records/secured/operations.ts";
export type * from "./renewals/operations.ts";
export type * from "./sign-in/operations.ts";
export type * from "./tenant/operations.ts";
export type * from "./users/operations.ts";

import type { Operations } from "./operation.ts";

/** Each noun (the first part of a path) is loaded when it is first needed. */
export const OPERATIONS = {
  "access-tokens": async () => (await import("./sign-in/operations.ts")).accessTokens,
  accounts: async () => (await import("./accounts/operations.ts")).accounts,
  ade: async () => (await import("./ade/operations.ts")).ade,
  administrators: async () => (await import("./accounts/operations.ts")).administrators,
  answers: async () => (await import("./handover/operations.ts")).answers,
  apps: async () => (await import("./config-profiles/operations.ts")).apps,
  audit: async () => (await import("./audit/operations.ts")).audit,
  "config-profiles": async () => (await import("./config-profiles/operations.ts")).configProfiles,
  console: async () => (await import("./console/operations.ts")).consoleTasks,
  "device-actions": async () => (await import("./devices/operations.ts")).deviceActions,
  devices: async () => (await import("./devices/operations.ts")).devices,
  exports: async () => (await import("./handover/operations.ts")).exports,
  imports: async () => (await import("./plans/operations.ts")).imports,
  layouts: async () => (await import("./plans/operations.ts")).layouts,
  leavers: async () => (await import("./handover/operations.ts")).leavers,
  orgs: async () => (await import("./orgs/operations.ts")).orgs,
  renewals: async () => (await import("./renewals/operations.ts")).renewals,
  roles: async () => (await import("./accounts/operations.ts")).roles,
  secured: async () => (await import("./records/secured/operations.ts")).secured,
  sessions: async () => (await import("./sign-in/operations.ts")).sessions,
  tenant: async () => (await import("./tenant/operations.ts")).tenant,
  users: async () => (await import("./users/operations.ts")).users,
  whoami: async () => (await import("./accounts/whoami.ts")).whoami,
} as const satisfies Readonly<Record<string, () => Promise<Operations>>>;

export type OperationNoun = keyof typeof OPERATIONS;
export type OperationsOf<N extends OperationNoun> = Awaited<ReturnType<(typeof OPERATIONS)[N]>>;
