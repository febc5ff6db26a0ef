import { line, step } from "../../../lib/advice/index.ts";
import type { NewRenewalItem, RenewalChange, RenewalItem } from "../../../lib/client/index.ts";
import { isTelephoneNumber } from "../../../lib/model/renewal.ts";
import { KINDS_WITH_ACCOUNT } from "../../../lib/renewals/consequences.ts";
import { findOwnerAddress } from "../../../lib/renewals/notify/recipients.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { toFlagName } from "../../field.ts";
import type { Tools } from "../../tools.ts";

type ContactField = "owner" | "account" | "phone" | "phoneHolder";

const listContactFields = ({ kind }: Pick<RenewalItem, "kind">): readonly ContactField[] =>
  KINDS_WITH_ACCOUNT.has(kind) ? ["owner", "account", "phone", "phoneHolder"] : ["owner"];

const CONTACT_QUESTIONS: Readonly<Record<ContactField, Text>> = {
  owner: text(
    "who renews this item? An email address also receives reminders",
    "更新担当はだれですか?(メールアドレスなら通知の宛先になります)",
  ),
  account: text(
    "which Apple or Google account does this item belong to?",
    "どの Apple・Google アカウントのものですか?",
  ),
  phone: text("which telephone number receives the 2-factor code for the account?", "認証コードを受け取る電話番号は?"),
  phoneHolder: text(
    "who holds the phone for the 2-factor code, or where is it kept?",
    "認証コードを受け取る電話を持っている人、または置き場所は?",
  ),
};

/**
 * On a terminal, asks once for the owner, account and phone, except for those set by options. An answer may be blank.
 */
export async function askContactFields(
  { terminal }: Tools,
  item: NewRenewalItem,
): Promise<Partial<Record<ContactField, string>>> {
  const answers: Partial<Record<ContactField, string>> = {};
  if (!terminal.interactive) return answers;
  for (const field of listContactFields(item)) {
    if (item[field] !== undefined) continue;
    const { en, ja } = CONTACT_QUESTIONS[field];
    const message = text(
      `${item.name}: ${en} (leave blank if not known)`,
      `${item.name}: ${ja}(未入力なら登録しません)`,
    );
    const check = (typed: string): Text | undefined =>
      field !== "phone" || typed.trim() === "" || isTelephoneNumber(typed)
        ? undefined
        : describeInvalidPhone(typed.trim());
    const typed = (await terminal.prompts.input({ message, flag: `--${toFlagName(field)}`, check })).trim();
    if (typed !== "") answers[field] = typed;
  }
  return answers;
}

const describeInvalidPhone = (typed: string): Text =>
  text(`"${typed}" is not a telephone number`, `「${typed}」は電話番号ではありません`);

/** Returns true if the recorded owner gets no reminders, because the owner is not a single email address. */
const hasUnreachableOwner = (item: Pick<RenewalItem, "owner">): boolean =>
  (item.owner ?? "").trim() !== "" && findOwnerAddress(item) === undefined;

/** Reports that the owner who was just recorded does not receive reminders. Several items get only one note. */
export async function noteUnreachableOwner({ terminal }: Tools, items: readonly RenewalItem[]): Promise<void> {
  const [first, ...more] = items.filter(hasUnreachableOwner);
  if (first === undefined) return;
  const command = line("renewals edit", [more.length === 0 ? first.id : "ITEM"], { owner: "MAIL" });
  await terminal.note(
    step(
      `the owner ${first.owner} does not receive reminders, because the owner must be a single email address; to change the owner`,
      `更新担当「${first.owner}」には通知されません。更新担当に通知されるのは、メールアドレスを 1 つだけ指定した場合です。更新担当を変更するには`,
      command,
    ),
  );
}

/**
 * Warns if notes probably contain a password, because everybody who may read the tenant sees the notes. @param name
 * name
 * of the item
 */
export async function warnOfSecrets({ terminal }: Tools, name: string, { notes }: RenewalChange): Promise<void> {
  if (!/(?:pass(?:word|wd|phrase|code)?|パスワード|暗証番号)\s*[:=：＝は]\s*\S/iu.test(notes ?? "")) return;
  await terminal.warn(
    step(
      "the notes seem to contain a password, and notes must not contain passwords; to clear the notes",
      "メモにパスワードが書かれているようです。メモには書かないでください。メモを消すには",
      line("renewals edit", [name], { notes: "" }),
    ),
  );
}
