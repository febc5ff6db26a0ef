import type { NewRenewalItem, RenewalChange, RenewalItem } from "../../../lib/client/index.ts";
import { RECORDED_FIELDS } from "../../../lib/model/renewal.ts";
import { HAVE_ACCOUNTS } from "../../../lib/renewals/consequences.ts";
import { shownWord } from "../../../lib/text/shell-word.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";

type Asked = "owner" | "account" | "phone";

const askedOf = ({ kind }: Pick<RenewalItem, "kind">): readonly Asked[] =>
  HAVE_ACCOUNTS.has(kind) ? ["owner", "account", "phone"] : ["owner"];

const QUESTIONS: Readonly<Record<Asked, Text>> = {
  owner: text(
    "Who renews it? A mail address also receives notices (leave empty if unknown)",
    "更新担当は?(メールアドレスなら通知の宛先になります。わからなければ空のまま)",
  ),
  account: text(
    "Which Apple or Google account does it belong to? (leave empty if unknown)",
    "どの Apple・Google アカウントのものですか?(わからなければ空のまま)",
  ),
  phone: text(
    "Where is the phone that receives its 2-factor code? (leave empty if unknown)",
    "認証コードを受け取る電話はどこにありますか?(わからなければ空のまま)",
  ),
};

/** On a terminal, asks once for each of owner, account and phone that an option did not give; blank is an answer. */
export async function askMissing({ terminal }: Tools, item: NewRenewalItem): Promise<RenewalChange> {
  const answers: Partial<Record<Asked, string>> = {};
  if (!terminal.interactive) return answers;
  for (const field of askedOf(item)) {
    if (item[field] !== undefined) continue;
    const typed = (await terminal.prompts.input({ message: QUESTIONS[field], flag: `--${field}` })).trim();
    if (typed !== "") answers[field] = typed;
  }
  return answers;
}

/** What of owner, account and phone a record lacks, in words. */
export const missingOf = (item: RenewalItem): readonly Text[] =>
  askedOf(item)
    .filter((field) => (item[field] ?? "") === "")
    .map((field) => RECORDED_FIELDS[field].label);

/** Warns of notes that look like a password: they are shown to everybody who may read the tenant. @param name of the item */
export async function warnOfSecrets({ terminal }: Tools, name: string, { notes }: RenewalChange): Promise<void> {
  if (!/(?:pass(?:word|wd|phrase|code)?|パスワード|暗証番号)\s*[:=：＝は]\s*\S/iu.test(notes ?? "")) return;
  await terminal.warn(
    text(
      `the notes look like a password: notes are no place for one; to remove it: clomoctl renewals edit ${shownWord(name)} --notes ''`,
      `メモにパスワードが書かれているようです。メモには書かないでください。消すには: clomoctl renewals edit ${shownWord(name)} --notes ''`,
    ),
  );
}
