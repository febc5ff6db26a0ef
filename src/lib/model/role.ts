import { text, type Text } from "../text/index.ts";

/** Roles (管理者権限) are in the order of the console's form. @see facts 2.1; seed 000 */
export const ROLES = {
  none: text("no administrator role", "管理者権限を付与しない"),
  system: text("system administrator", "システム管理者"),
  division: text("division administrator", "部門管理者"),
  operator: text("operator", "オペレーター"),
  custom: text("custom administrator", "カスタム管理者"),
} as const satisfies Record<string, Text>;

export type Role = keyof typeof ROLES;

export const ADMINISTRATOR_ROLES = ["system", "division", "operator", "custom"] as const satisfies readonly Role[];

export type AdministratorRole = (typeof ADMINISTRATOR_ROLES)[number];

/** The console calls the option サポートオプション. @see facts 2.1 */
export const MAX_SUPPORT_OPTIONS = 5;

/** @param others accounts that already have the option */
export const isSupportOptionAvailable = (others: readonly string[]): boolean => others.length < MAX_SUPPORT_OPTIONS;
