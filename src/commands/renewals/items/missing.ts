import { line, step } from "../../../lib/advice/index.ts";
import { unlessFailing } from "../../../lib/errors/index.ts";
import type { NewRenewalItem, RenewalChange, RenewalItem } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { isTelephoneNumber, RECORDED_FIELDS } from "../../../lib/model/renewal.ts";
import { ownerLine } from "../../../lib/renewals/administrators.ts";
import { HAVE_ACCOUNTS } from "../../../lib/renewals/consequences.ts";
import { ownerAddress } from "../../../lib/renewals/notify/recipients.ts";
import { readNotifySettings } from "../../../lib/renewals/notify/settings-file.ts";
import { textInContext } from "../../../lib/terminal/commands.ts";
import { counted, joined, same, text, type Text } from "../../../lib/text/index.ts";
import { rightsIn } from "../../rights.ts";
import { flagName } from "../../field.ts";
import type { Tools } from "../../tools.ts";

type MissingField = "owner" | "account" | "phone" | "phoneHolder";

const askedOf = ({ kind }: Pick<RenewalItem, "kind">): readonly MissingField[] =>
  HAVE_ACCOUNTS.has(kind) ? ["owner", "account", "phone", "phoneHolder"] : ["owner"];

const QUESTIONS: Readonly<Record<MissingField, Text>> = {
  owner: text(
    "who renews it? A mail address also receives notices",
    "更新担当は?(メールアドレスなら通知の宛先になります)",
  ),
  account: text("which Apple or Google account does it belong to?", "どの Apple・Google アカウントのものですか?"),
  phone: text("which telephone number receives the 2-factor code of the account?", "認証コードを受け取る電話番号は?"),
  phoneHolder: text(
    "who holds the phone for the 2-factor code, or where is it?",
    "認証コードを受け取る電話を持っている人、または置き場所は?",
  ),
};

/** On a terminal, asks once for each of owner, account and phone that an option did not give; blank is an answer. */
export async function askMissing({ terminal }: Tools, item: NewRenewalItem): Promise<RenewalChange> {
  const answers: Partial<Record<MissingField, string>> = {};
  if (!terminal.interactive) return answers;
  for (const field of askedOf(item)) {
    if (item[field] !== undefined) continue;
    const { en, ja } = QUESTIONS[field];
    const message = text(`${item.name}: ${en} (blank: not recorded)`, `${item.name}: ${ja}(空のままなら未登録)`);
    const check = (typed: string): Text | undefined =>
      field !== "phone" || typed.trim() === "" || isTelephoneNumber(typed) ? undefined : noNumber(typed.trim());
    const typed = (await terminal.prompts.input({ message, flag: `--${flagName(field)}`, check })).trim();
    if (typed !== "") answers[field] = typed;
  }
  return answers;
}

const noNumber = (typed: string): Text =>
  text(`"${typed}" is not a telephone number`, `「${typed}」は電話番号ではありません`);

/** What of owner, account and phone a record lacks, in words. */
export const missingOf = (item: RenewalItem): readonly Text[] =>
  askedOf(item)
    .filter((field) => (item[field] ?? "") === "")
    .map((field) => RECORDED_FIELDS[field].label);

/** Whether an owner is named, and gets no notices: only one mail address alone does. */
const isUnnoticed = (item: Pick<RenewalItem, "owner">): boolean =>
  (item.owner ?? "").trim() !== "" && ownerAddress(item) === undefined;

/** Tells of an owner just recorded who gets no notices; of several items, who have the same owner, once. */
export async function tellUnnoticed({ terminal }: Tools, items: readonly RenewalItem[]): Promise<void> {
  const [first, ...more] = items.filter(isUnnoticed);
  if (first === undefined) return;
  const command = more.length === 0 ? ownerLine(first) : line("renewals edit", ["ITEM"], { owner: "MAIL" });
  await terminal.note(
    step(
      `no notices go to the owner ${first.owner}: only to one who is named by one mail address; to name it`,
      `更新担当「${first.owner}」には通知されません。通知されるのは、メールアドレス 1 つで指定した更新担当だけです。指定するには`,
      command,
    ),
  );
}

/** Tells who may name other owners of those who get no notices, in a line for each tenant; where no mail is sent at all nothing. */
export async function tellUnnoticedOf(
  tools: Tools,
  owned: ReadonlyMap<Context, readonly RenewalItem[]>,
  { named }: { readonly named: boolean },
): Promise<void> {
  const settings = await readNotifySettings(tools.home).catch(() => undefined);
  if (settings?.smtp === undefined) return;
  for (const [context, all] of owned) {
    const items = all.filter(isUnnoticed);
    const [first] = items;
    const rights = await unlessFailing(() => rightsIn(tools, context));
    if (first === undefined || rights?.may("renewals.write") !== true) continue;
    const names = joined(
      items.map(({ name }) => same(name)),
      text(", ", "、"),
    );
    const said = text(
      `no notices go to the owners of ${counted(items.length, "item")} (${names.en}): only to one who is named by one mail address; to name it: ${ownerLine(first)}`,
      `更新担当に通知されない項目: ${items.length} 件(${names.ja})。通知されるのは、メールアドレス 1 つで指定した更新担当だけです。指定するには: ${ownerLine(first)}`,
    );
    const { en, ja } = textInContext(said, context.name);
    await tools.terminal.note(named ? text(`${context.name}: ${en}`, `${context.name}: ${ja}`) : said);
  }
}

/** Warns of notes that look like a password: they are shown to everybody who may read the tenant. @param name of the item */
export async function warnOfSecrets({ terminal }: Tools, name: string, { notes }: RenewalChange): Promise<void> {
  if (!/(?:pass(?:word|wd|phrase|code)?|パスワード|暗証番号)\s*[:=：＝は]\s*\S/iu.test(notes ?? "")) return;
  await terminal.warn(
    step(
      "the notes look like a password: notes are no place for one; to remove it",
      "メモにパスワードが書かれているようです。メモには書かないでください。消すには",
      line("renewals edit", [name], { notes: "" }),
    ),
  );
}
