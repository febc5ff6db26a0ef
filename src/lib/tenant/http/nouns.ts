// Generated from the files of src/lib/contract by `npm run generate`; do not edit.
import type { NounName } from "../../contract/index.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** The handlers of each noun. Like the noun's contract, they are loaded with the first request for the noun. */
export const HANDLERS: {
  readonly [N in NounName]: () => Promise<{
    readonly default: (parts: TenantParts) => Handlers<N> | Promise<Handlers<N>>;
  }>;
} = {
  accounts: () => import("./accounts.ts"),
  ade: () => import("./ade.ts"),
  administrators: () => import("./administrators.ts"),
  audit: () => import("./audit.ts"),
  console: () => import("./console.ts"),
  devices: () => import("./devices.ts"),
  exports: () => import("./exports.ts"),
  imports: () => import("./imports.ts"),
  leavers: () => import("./leavers.ts"),
  renewals: () => import("./renewals.ts"),
  restores: () => import("./restores.ts"),
  roles: () => import("./roles.ts"),
  secured: () => import("./secured.ts"),
  tenant: () => import("./tenant.ts"),
  users: () => import("./users.ts"),
  whoami: () => import("./whoami.ts"),
};
