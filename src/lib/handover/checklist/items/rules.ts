import { line } from "../../../advice/index.ts";
import type { RuleCase } from "../../../model/question.ts";
import { same, joinFirstTexts, text, type Text } from "../../../text/index.ts";
import { MAILBOX_QUESTION } from "./administrators.ts";
import type { Administrator, HandoverFacts } from "../facts.ts";
import { mentionsPerson, toPerson } from "../people.ts";
import { ItemDraft, type ChecklistItem, type ChecklistContext } from "../item.ts";

export const RULE_CASES = {
  lost: text("lost devices", "紛失"),
  broken: text("broken devices", "故障"),
  exchanged: text("replaced devices", "交換"),
} as const satisfies Readonly<Record<RuleCase, Text>>;

const isMailboxUnread = ({ answers }: HandoverFacts, { id }: Administrator): boolean =>
  answers.some(({ question, subject, value }) => question === MAILBOX_QUESTION && subject === id && value === "no");

const MAX_NAMED_ADMINISTRATORS = 5;

/** Adds the names of the people who can act in an emergency.  @see facts 2.1 */
function addEmergencyContacts(draft: ItemDraft): void {
  const { facts, when } = draft;
  const others = facts.administrators
    .filter(({ role, id }) => role === "system" && id !== when.leaver?.id)
    .map((one) =>
      one.emails[0] === undefined || isMailboxUnread(facts, one) ? one.user : `${one.user} <${one.emails[0]}>`,
    );
  draft.tell(
    when.leaver === undefined
      ? text(
          "people with full access to CLOMO PANEL (system administrators)",
          "CLOMO PANEL の全操作ができる人(システム管理者)",
        )
      : text(
          "people with full access to CLOMO PANEL (system administrators except the leaver)",
          "CLOMO PANEL の全操作ができる人(退職者以外のシステム管理者)",
        ),
    others.join(", "),
    others.length > MAX_NAMED_ADMINISTRATORS
      ? { short: joinFirstTexts(others.map(same), MAX_NAMED_ADMINISTRATORS) }
      : {},
  );
}

const KINDS_OF_OTHER_ITEMS: ReadonlySet<string> = new Set([
  "push-certificate",
  "ade-token",
  "vpp-token",
  "android-owner",
]);

/** Builds the item about the in-house rules.  @see facts 7.1; seeds 002, 003 */
export function buildRulesItem(facts: HandoverFacts, when: ChecklistContext): ChecklistItem {
  const draft = new ItemDraft("rules", facts, when);
  for (const [name, label] of Object.entries<Text>(RULE_CASES)) askRules(draft, name as RuleCase, label);
  addEmergencyContacts(draft);
  for (const { name, owner } of facts.renewals)
    draft.held(
      owner,
      text(`the renewal of ${name}`, `「${name}」の更新`),
      line("renewals edit", [name], { owner: "MAIL" }),
    );
  draft.due(facts.renewals.filter(({ kind }) => !KINDS_OF_OTHER_ITEMS.has(kind)));
  draft.note(
    text(
      "Lost mode (紛失モード) forces a lock that cannot be released on the device, and fetches its location. It can show a message and contact details of your choice. For the steps, see the page 「デバイスを紛失モードに設定したい」 in CLOMO's manual (search the manual for this title; clomoctl does not know its URL).",
      "紛失モード: デバイス側から解除不能な強制ロックをかけ、位置情報を強制取得します。任意のメッセージと取得時の連絡先を表示できます。手順は CLOMO のマニュアルの「デバイスを紛失モードに設定したい」のページにあります(URL は clomoctl では把握していないため、マニュアルをこの題名で検索してください)。",
    ),
  );
  draft.note(
    text(
      "The manual describes lost mode in its guide for iOS. On the same page, check which administrators can use it, on which screen, and for which devices (supervised, Android and so on); clomoctl does not have this information.",
      "紛失モードは、マニュアルの iOS の設定ガイドで紹介されています。どの管理者が、どの画面で、どのデバイス(監視対象、Android など)に使えるかは、同じページで確認してください(clomoctl では把握していません)。",
    ),
  );
  return draft.item();
}

function askRules(draft: ItemDraft, name: RuleCase, label: Text): void {
  const { facts } = draft;
  draft.ask({
    id: `rules.${name}.document`,
    label: text(`location of the rules for ${label.en}`, `${label.ja}時の社内ルールの場所`),
    wording: text(
      `Where are the rules for ${label.en}? (document or link)`,
      `${label.ja}時の社内ルールはどこにありますか?(文書またはリンク)`,
    ),
  });
  const owner = draft.ask({
    id: `rules.${name}.owner`,
    label: text(`who maintains the rules for ${label.en}`, `${label.ja}時の社内ルールの管理者`),
    wording: text(`Who maintains the rules for ${label.en}?`, `${label.ja}時の社内ルールの管理者はだれですか?`),
  });
  const known = facts.administrators.find(({ id, name: account, user, emails }) =>
    mentionsPerson(toPerson({ id, name: user, account, emails }), owner),
  );
  if (known?.emails[0] !== undefined) {
    const [remark, remarkJa] =
      known.id === draft.when.leaver?.id
        ? [" (leaver)", "(退職者)"]
        : isMailboxUnread(facts, known)
          ? [
              " (according to an answer, nobody reads this mailbox)",
              "(このメールボックスはだれも読んでいないと回答されています)",
            ]
          : ["", ""];
    draft.tell(
      text(`contact for ${label.en}${remark}`, `${label.ja}時の連絡先${remarkJa}`),
      `${known.user} <${known.emails[0]}>`,
    );
  }
  const mend = line("handover answer", [`rules.${name}.owner`]);
  draft.held(owner, text(`the rules for ${label.en}`, `${label.ja}時の社内ルール`), mend);
  draft.ask({
    id: `rules.${name}.reviewed`,
    label: text(`last review of the rules for ${label.en}`, `${label.ja}時の社内ルールを最後に見直した日`),
    wording: text(
      `When were the rules for ${label.en} last reviewed?`,
      `${label.ja}時の社内ルールを最後に見直したのはいつですか?`,
    ),
    yearly: true,
  });
}
