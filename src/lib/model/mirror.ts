import { text } from "../text/index.ts";

/** Of what a mirror has none, as no export of the console brought it: that is not none. */
export const NOT_TAKEN = text("not taken in from the console", "管理画面から取り込まれていません");

/** Of a mirror's administrators, where nobody has said that those recorded are all: no export of the console tells. */
export const UNASKED = text("whether there are others nobody has said", "ほかにいるかは未確認");

/** How many of something a tenant has, and when it last took something in from the console. */
interface Taken {
  /** a UTC instant; null: it is no mirror */
  readonly mirroredAt: string | null;
  readonly devices: number;
  /** users by app */
  readonly secured: Readonly<Record<string, number>>;
  readonly profile?: { readonly securedApps: boolean | null } | undefined;
}

/** What no export of the console brought. */
export interface NotTaken {
  readonly devices: boolean;
  readonly secured: boolean;
}

/** What a mirror has none of: nobody knows whether the console has. SECURED APPs that are not used have none. */
export const notTakenIn = ({ mirroredAt, devices, secured, profile }: Taken): NotTaken => ({
  devices: mirroredAt !== null && devices === 0,
  secured:
    mirroredAt !== null && profile?.securedApps !== false && Object.values(secured).every((users) => users === 0),
});

/** What takes in the console's users, and with them what a mirror did not know. */
export const TAKE_IN_LINE = "clomoctl users import EXPORT.csv --from-console";

/** Of a mirror that applying a bundle made: what was to be done in the console before did not come with it. */
export const EARLIER_UNKNOWN = text("earlier ones not known", "以前のものは不明");

/** The same as a sentence, with what to type. */
export const EARLIER_WORK = text(
  `applying a bundle made this tenant a mirror of the console, and nothing came from the console since: what was to be done in the console before is not known here. Do what the bundle's report lists (clomoctl handover report BUNDLE), then take in an export of the console: ${TAKE_IN_LINE}`,
  `このテナントは引き継ぎデータの適用によって管理画面のミラーになり、その後は管理画面から取り込まれていません。それ以前に管理画面で行う必要のあった作業は、ここでは分かりません。引き継ぎデータのレポートにある作業を行ってから(clomoctl handover report BUNDLE)、管理画面のエクスポートを取り込んでください: ${TAKE_IN_LINE}`,
);
