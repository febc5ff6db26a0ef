import type { RenewalItem } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";

/** A file that a step has downloaded. */
export type Download = "signing-request" | "push-certificate" | "ade-public-key" | "ade-token" | "vpp-token";

/** One step of a renewal, in the order in which it is done. */
export interface Step {
  /** unique within the guide; does not change with the language */
  readonly id: string;
  readonly what: Text;
  /** the screen, by the names it has in the Japanese console, in both languages */
  readonly where?: Text | undefined;
  /** what goes wrong here, and what that costs */
  readonly trap?: Text | undefined;
  /** how to see that it worked */
  readonly check?: Text | undefined;
  /** the file that is there afterwards */
  readonly waitsFor?: Download | undefined;
  /** the file may be missing: not everybody needs it */
  readonly mayLack?: true | undefined;
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

/** Where the phone of the second factor is. */
export const phoneOf = (known: RenewalItem | null): Text =>
  (known?.phone ?? null) === null
    ? text("the phone that receives its 2-factor code", "2ファクタ認証コードを受け取る電話")
    : text(
        `the phone that receives its 2-factor code (${known?.phone})`,
        `2ファクタ認証コードを受け取る電話(${known?.phone})`,
      );

/** The last step of all: what `--interactive` does by itself. */
export const recordStep = (command: string): Step => ({
  id: "record",
  what: text(
    `Record the renewal, so that the next date is known: ${command}`,
    `次の期限がわかるように記録します: ${command}`,
  ),
  trap: text("Otherwise notices about the old date continue.", "記録しないと、古い期限についての通知が続きます。"),
});

const MANAGED = text("the Managed Apple Account", "管理対象 Apple Account");

/** The first step of what is renewed in Apple Business Manager: what to have at hand, and the trap that comes first. */
export const prepareAppleBusiness = (known: RenewalItem | null, trap: Text): Step => {
  const account = accountOf(known, MANAGED);
  const phone = phoneOf(known);
  return {
    id: "prepare",
    what: text(
      `You need: for Apple Business Manager, ${account.en} and its password; ${phone.en}; and the login of a CLOMO PANEL system administrator.`,
      `用意するもの: Apple Business Manager の${account.ja}とパスワード、${phone.ja}、CLOMO PANEL のシステム管理者のログイン情報。`,
    ),
    trap,
  };
};
