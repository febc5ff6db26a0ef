import { line } from "../../advice/line.ts";
import { phoneWords, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { same, text, type Text } from "../../text/index.ts";
import { confirmLine, isUploaded, stateOf } from "../download.ts";

/** A file that a step has downloaded. */
export type Download = "signing-request" | "push-certificate" | "ade-token" | "vpp-token";

/** One step of a renewal, in the order in which it is done. */
export interface Step {
  /** unique within the guide; does not change with the language */
  readonly id: string;
  /** the heading that it stands under with its neighbours; undefined in a guide without */
  readonly under?: Text | undefined;
  readonly what: Text;
  /** the screen, by the names it has in the Japanese console, in both languages */
  readonly where?: Text | undefined;
  /** what goes wrong here, and what that costs */
  readonly trap?: Text | undefined;
  /** how to see that it worked */
  readonly check?: Text | undefined;
  /** the file that is there afterwards */
  readonly waitsFor?: Download | undefined;
  /** the upload of the renewed file begins here: a file that was downloaded already needs no step before */
  readonly beginsUpload?: true | undefined;
}

/** The steps for a kind of item, worded with what is recorded; null where nothing is. */
export type StepsOf = (known: RenewalItem | null) => readonly Step[];

/**
 * `the Apple Account push@example.jp`, or what to look for where the account is not recorded. In Japanese a word
 * follows it at once: half-width letters at its end take the blank along.
 */
export const accountOf = (known: RenewalItem | null, what: Text): Text =>
  (known?.account ?? null) === null
    ? text(
        `${what.en} used last time`,
        `前回使った${/^\w/.test(what.ja) ? " " : ""}${what.ja}${/\w$/.test(what.ja) ? " " : ""}`,
      )
    : text(`${what.en} ${known?.account}`, `${what.ja}「${known?.account}」`);

export const APPLE_ACCOUNT = text("the Apple Account", "Apple Account");

/** The phone of the second factor, with its number and where it is as far as that is recorded. */
export const phoneOf = (known: RenewalItem | null): Text => {
  const recorded = known === null ? null : phoneWords(known);
  return recorded === null
    ? text("the phone that receives its 2-factor code", "2ファクタ認証コードを受け取る電話")
    : text(`the phone that receives its 2-factor code (${recorded})`, `2ファクタ認証コードを受け取る電話(${recorded})`);
};

/** The file in use as `verify` is told it. */
export const oldFile = (known: RenewalItem | null): string => known?.source ?? "OLD";

/** How the renewal of a kind is recorded; by a login if there is neither a file nor a date. */
const RECORDED_BY: Readonly<Record<RenewalKind, { readonly file?: string; readonly expires?: string }>> = {
  "push-certificate": { file: "MDM_i3Systems,Inc._Certificate.pem" },
  "ade-token": { file: "SERVER_Token_TIMEZ_smime.p7m" },
  "vpp-token": { file: "sToken_for_PLACE_.vpptoken" },
  "android-owner": {},
  "agent-build-certificate": { file: "FILE" },
  "agent-push-certificate": { file: "FILE" },
  "agent-profile": { file: "FILE" },
  "device-certificate": { expires: "DATE" },
  certificate: { file: "FILE" },
  custom: { expires: "DATE" },
};

/** The last step of all: what `--interactive` does by itself. An item that is not recorded yet is added. */
export function recordStep(kind: RenewalKind, known: RenewalItem | null, isOneOfSeveral = false): Step {
  const by = RECORDED_BY[kind];
  const isLogin = Object.keys(by).length === 0;
  const name = known?.name ?? "NAME";
  const isNew = known === null && !isOneOfSeveral;
  if (known !== null && stateOf(known) === "downloaded") return confirmStep(known);
  const command = isNew
    ? line("renewals add", ["NAME"], { kind, ...(isLogin ? { lastLogin: "DATE" } : by) })
    : isLogin
      ? line("renewals confirm", [name])
      : line("renewals edit", [name], by);
  const confirm = isNew || !isUploaded(kind) ? undefined : confirmLine({ name });
  return {
    id: "record",
    what: text(
      `Record the renewal, so that the next date is known: ${command}${confirm === undefined ? "" : `; once the console shows the new date: ${confirm}`}`,
      `次の期限がわかるように記録します: ${command}${confirm === undefined ? "" : `。管理画面に新しい期限が表示されたら: ${confirm}`}`,
    ),
    trap: text("Otherwise notices about the old date continue.", "記録しないと、古い期限についての通知が続きます。"),
  };
}

/** The last step for a renewed file that was recorded as downloaded. */
const confirmStep = (known: RenewalItem): Step => ({
  id: "record",
  what: text(
    `Once the console shows the new date, record that: ${confirmLine(known)}`,
    `管理画面に新しい期限が表示されたら記録します: ${confirmLine(known)}`,
  ),
  trap: text("Otherwise notices about the old date continue.", "記録しないと、古い期限についての通知が続きます。"),
});

/** What CLOMO itself sends mails about. @see facts 3.2 */
export const FEW_TOLD: ReadonlySet<RenewalKind> = new Set(["push-certificate", "ade-token", "vpp-token"]);

/** @see facts 3.2, 7.2: a leaver who was the only one ends CLOMO's mails silently */
export const NOTICES: Step = {
  id: "notices",
  where: same("CLOMO PANEL > Users/Org > (システム管理者) > 「サポートオプション」"),
  what: text(
    "Check that at least two people still in your organisation have 「サポートオプション」: only they get CLOMO's own mails about expiry dates, from 3 months before.",
    "在籍中の 2 人以上のシステム管理者で「サポートオプション」が有効なことを確認します。CLOMO からの更新案内メール(3 か月前から)は、有効な人にしか届きません。",
  ),
  trap: text(
    "Five people at most: when all five are taken, turn off a leaver's first. The contract's 担当者 does not get these mails.",
    "最大 5 人です。5 人に達しているときは、先に退職者の分を無効にします。契約の担当者には、この案内は届きません。",
  ),
};

/** @see seed 002, 4 */
export const ADMINISTERING = text("the administrator's Apple Account", "管理用 Apple Account");

/** The first step of what is renewed in Apple Business Manager: what to have at hand, and the trap that comes first. */
export const prepareAppleBusiness = (known: RenewalItem | null, trap: Text): Step => {
  const account = accountOf(known, ADMINISTERING);
  const phone = phoneOf(known);
  return {
    id: "prepare",
    what: text(
      `You need: for Apple Business Manager, ${account.en} and its password; ${phone.en}; and ${PANEL_LOGIN.en}.`,
      `用意するもの: Apple Business Manager の${account.ja}とパスワード、${phone.ja}、${PANEL_LOGIN.ja}。`,
    ),
    trap: text(`${trap.en} ${LOST_PHONE.en}`, `${trap.ja}${LOST_PHONE.ja}`),
  };
};

/** @see facts 3.5, 7.2; who may reset an account is Apple's rule, not CLOMO's */
const LOST_PHONE = text(
  "If nobody can sign in, another administrator of Apple Business Manager can reset that account (Apple's rule); a changed password ends the account's VPP tokens.",
  "サインインできない場合は、Apple Business Manager の別の管理者がそのアカウントを再設定できます(Apple の仕様)。パスワードが変わると、そのアカウントの VPP トークンは無効になります。",
);

/** What any login to the PANEL may need. @see facts 7.2 */
export const PANEL_LOGIN = text(
  "the login of a CLOMO PANEL system administrator (with its authenticator or backup codes, if MFA is on)",
  "CLOMO PANEL のシステム管理者のログイン情報(多要素認証が有効なら、認証アプリかバックアップコードも)",
);
