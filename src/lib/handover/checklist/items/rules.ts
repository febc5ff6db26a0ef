import { line } from "../../../advice/index.ts";
import type { RuleCase } from "../../../model/question.ts";
import { same, shortened, text, type Text } from "../../../text/index.ts";
import { MAILBOX } from "./administrators.ts";
import type { Administrator, HandoverFacts } from "../facts.ts";
import { namesPerson, personOf } from "../people.ts";
import { ItemDraft, type Item, type ChecklistContext } from "../item.ts";

/** The cases that rules are for. */
export const CASES = {
  lost: text("lost devices", "紛失"),
  broken: text("broken devices", "故障"),
  exchanged: text("exchanged devices", "交換"),
} as const satisfies Readonly<Record<RuleCase, Text>>;

/** Whether somebody answered that nobody reads an administrator's mailbox. */
const isUnread = ({ answers }: HandoverFacts, { id }: Administrator): boolean =>
  answers.some(({ question, subject, value }) => question === MAILBOX && subject === id && value === "no");

/** System administrators that are named for an emergency. */
const MAX_NAMED = 5;

/** Tells who can act in an emergency. @see facts 2.1 */
function tellAdministrators(draft: ItemDraft): void {
  const { facts, when } = draft;
  const others = facts.administrators
    .filter(({ role, id }) => role === "system" && id !== when.leaver?.id)
    .map((one) => (one.emails[0] === undefined || isUnread(facts, one) ? one.user : `${one.user} <${one.emails[0]}>`));
  draft.tell(
    when.leaver === undefined
      ? text(
          "who may do everything in CLOMO PANEL (system administrators)",
          "CLOMO PANEL の全操作ができる人(システム管理者)",
        )
      : text(
          "who may do everything in CLOMO PANEL (system administrators who stay)",
          "CLOMO PANEL の全操作ができる人(退任者以外のシステム管理者)",
        ),
    others.join(", "),
    others.length > MAX_NAMED ? { short: shortened(others.map(same), MAX_NAMED) } : {},
  );
}

/** The rules of the house. @see facts 7.1; seeds 002, 003 */
export function rulesItem(facts: HandoverFacts, when: ChecklistContext): Item {
  const draft = new ItemDraft("rules", facts, when);
  for (const [name, label] of Object.entries<Text>(CASES)) askRules(draft, name as RuleCase, label);
  tellAdministrators(draft);
  draft.note(
    text(
      "Lost mode (紛失モード): a lock that cannot be undone on the device, its location is fetched, and a message and a contact of your choice are shown. The steps: CLOMO's manual, page 「デバイスを紛失モードに設定したい」 (search the manual for this title: its address is not known here).",
      "紛失モード: デバイス側から解除不能な強制ロックをかけ、位置情報を強制取得します。任意のメッセージと取得時の連絡先を表示できます。手順は CLOMO のマニュアルの「デバイスを紛失モードに設定したい」のページにあります(URL は clomoctl では把握していないため、マニュアルをこの題名で検索してください)。",
    ),
  );
  draft.note(
    text(
      "The manual describes lost mode in its guide for iOS. Which administrators may use it, on which screen, and for which devices (supervised ones, Android), that page says: clomoctl does not know.",
      "紛失モードは、マニュアルの iOS の設定ガイドで紹介されています。どの管理者が、どの画面で、どのデバイス(監視対象、Android など)に使えるかは、同じページで確認してください(clomoctl では把握していません)。",
    ),
  );
  return draft.item();
}

/** Asks for the rules of a case: where they are, who keeps them, when they were reviewed. */
function askRules(draft: ItemDraft, name: RuleCase, label: Text): void {
  const { facts } = draft;
  draft.ask({
    id: `rules.${name}.document`,
    label: text(`where the rules for ${label.en} are`, `${label.ja}時の社内ルールの場所`),
    wording: text(
      `Where are the rules for ${label.en}? (document or link)`,
      `${label.ja}時の社内ルールはどこにありますか?(文書またはリンク)`,
    ),
  });
  const owner = draft.ask({
    id: `rules.${name}.owner`,
    label: text(`who keeps the rules for ${label.en}`, `${label.ja}時の社内ルールの管理者`),
    wording: text(`Who keeps the rules for ${label.en}?`, `${label.ja}時の社内ルールの管理者は誰ですか?`),
  });
  const known = facts.administrators.find(({ id, name: account, user, emails }) =>
    namesPerson(personOf({ id, name: user, account, emails }), owner),
  );
  if (known?.emails[0] !== undefined) {
    const [remark, remarkJa] =
      known.id === draft.when.leaver?.id
        ? [" (who leaves)", "(退任者)"]
        : isUnread(facts, known)
          ? [
              " (nobody reads that mailbox, by what was answered)",
              "(このメールボックスは誰も読んでいないと回答されています)",
            ]
          : ["", ""];
    draft.tell(
      text(`whom to ask about ${label.en}${remark}`, `${label.ja}時の連絡先${remarkJa}`),
      `${known.user} <${known.emails[0]}>`,
    );
  }
  const mend = line("handover answer", [`rules.${name}.owner`]);
  draft.held(owner, text(`the rules for ${label.en}`, `${label.ja}時の社内ルール`), mend);
  draft.ask({
    id: `rules.${name}.reviewed`,
    label: text(`rules for ${label.en} reviewed on`, `${label.ja}時の社内ルールを最後に見直した日`),
    wording: text(
      `When were the rules for ${label.en} last reviewed?`,
      `${label.ja}時の社内ルールを最後に見直したのはいつですか?`,
    ),
    yearly: true,
  });
}
