import { line } from "../advice/index.ts";
import { text } from "../text/index.ts";

/** Of what a mirror has none, as no export of the console brought it: that is not none. */
export const NOT_TAKEN = text("not taken in from the console", "管理画面から取り込まれていません");

/** Of a mirror's administrators, where nobody has said that those recorded are all: exports of the console do not show it. */
export const UNASKED = text("whether there are others is not confirmed", "ほかにいるかは未確認");

/** How many of something a tenant has, and when it last took something in from the console. */
interface MirrorCounts {
  /** a UTC instant; null: it is no mirror */
  readonly mirroredAt: string | null;
  readonly devices: number;
  /** users by app */
  readonly secured: Readonly<Record<string, number>>;
  readonly profile?: { readonly securedApps: boolean | null } | undefined;
}

/** What no export of the console brought. */
export interface MirrorGaps {
  readonly devices: boolean;
  readonly secured: boolean;
}

/** What a mirror has none of: nobody knows whether the console has. SECURED APPs that are not used have none. */
export const notTakenIn = ({ mirroredAt, devices, secured, profile }: MirrorCounts): MirrorGaps => ({
  devices: mirroredAt !== null && devices === 0,
  secured:
    mirroredAt !== null && profile?.securedApps !== false && Object.values(secured).every((users) => users === 0),
});

/** What takes in the console's users, and with them what a mirror did not know. */
export const TAKE_IN_LINE = line("users import", ["EXPORT.csv"], { fromConsole: true });
