import { text } from "../text/index.ts";

export const NOT_IMPORTED_NOTE = text("not imported from the console", "管理画面から取り込んでいません");

export const ADMINISTRATORS_UNCONFIRMED_NOTE = text("not confirmed to be complete", "全員が登録されているかは未確認");

export interface MirrorCounts {
  /** UTC instant of the last import from the console; null if the tenant is not a mirror */
  readonly mirroredAt: string | null;
  readonly devices: number;
  readonly secured: Readonly<Record<string, number>>;
  readonly profile?: { readonly securedApps: boolean | null } | undefined;
}

export interface MirrorGaps {
  readonly devices: boolean;
  readonly secured: boolean;
}

export const findMirrorGaps = ({ mirroredAt, devices, secured, profile }: MirrorCounts): MirrorGaps => ({
  devices: mirroredAt !== null && devices === 0,
  secured:
    mirroredAt !== null && profile?.securedApps !== false && Object.values(secured).every((users) => users === 0),
});
