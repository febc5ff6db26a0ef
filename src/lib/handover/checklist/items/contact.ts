import { line, step } from "../../../advice/index.ts";
import { TENANT } from "../../../model/tenant.ts";
import { text } from "../../../text/index.ts";
import { daysFrom, ItemDraft, NEAR_DAYS, type Item, type ChecklistContext } from "../item.ts";
import type { HandoverFacts } from "../facts.ts";
import { GIVE_SUPPORT_OPTION } from "../support-option.ts";

/** How the contact person is changed. @see facts 7.2; seed 002 */
export const APPLICATION_FORM = text(
  "CLOMO PANEL: download the application form (申込書) from the Support form, fill it in, and hand it in by the Support form",
  "CLOMO PANEL の Support フォームから申込書をダウンロードし、記入して Support フォームから提出",
);

/** What records the contact person, whole: of a part the rest would stay another's. */
export const RECORD_CONTACT = line("tenant set", [], {
  contactName: "NAME",
  contactMail: "MAIL",
  contactPhone: "NUMBER",
});

/** Finds the gap of each contract that has ended, or ends soon after the day or the last day of who leaves. @see seed 003, 3: the dealer */
function findEnding(draft: ItemDraft): void {
  const { asOf, leaves } = draft.when;
  for (const { name, until } of draft.facts.tenant.contracts) {
    const command = line("tenant set", [], { contract: name, until: "DATE" });
    if (until === null) {
      draft.note(
        text(
          `The end of the contract ${name} is not recorded: ask your dealer (販売代理店), then: ${command}`,
          `契約「${name}」の終了日は未登録です。販売代理店に確認してから: ${command}`,
        ),
      );
      continue;
    }
    const isSoon = daysFrom(asOf, until) <= NEAR_DAYS;
    if (!isSoon && (leaves === undefined || daysFrom(leaves, until) > NEAR_DAYS)) continue;
    const [en, ja] =
      until < asOf
        ? ["it has ended, as recorded", "登録では終了しています"]
        : isSoon
          ? [`within ${NEAR_DAYS} days`, `${NEAR_DAYS} 日以内です`]
          : [
              `before the last day (${leaves}), or within ${NEAR_DAYS} days after it`,
              `最終日(${leaves})より前、または最終日から ${NEAR_DAYS} 日以内です`,
            ];
    draft.gap(
      "contract-ends",
      text(`the contract ${name} ends on ${until}: ${en}`, `契約「${name}」の終了日は ${until} です(${ja})`),
      step("ask your dealer (販売代理店); once it is renewed", "販売代理店に確認し、更新されたら", command),
    );
  }
}

/** Whom to ask about the contract, and about CLOMO: the manual names no number. */
function askDealer(draft: ItemDraft): void {
  draft.ask({
    id: "contact.dealer",
    label: text("dealer (販売代理店), and how to reach dealer and support", "販売代理店とサポートの連絡先"),
    wording: text(
      "Who is the dealer (販売代理店) of the contract, and how are the dealer and CLOMO's support reached?",
      "契約の販売代理店はどこで、販売代理店と CLOMO サポートセンターの連絡先は?",
    ),
    required: false,
  });
}

/** The contract's contact person (担当者). @see facts 7.1, 7.2 */
export function contactItem(facts: HandoverFacts, when: ChecklistContext): Item {
  const draft = new ItemDraft("contact", facts, when);
  const { contactName, contactMail, contactPhone } = facts.tenant;
  const { contactName: name, contactMail: mail, contactPhone: phone } = TENANT.fields;
  draft.tell(name.label, contactName);
  draft.tell(mail.label, contactMail);
  draft.tell(phone.label, contactPhone, { isPhone: true });
  draft.note(
    text(
      "HOME shows the contact person under 「担当者名」: who answers for the contract.",
      "HOME 画面の「担当者名」に記載されている、契約の責任者です。",
    ),
  );
  draft.note(text(`To change it: ${APPLICATION_FORM.en}.`, `変更方法: ${APPLICATION_FORM.ja}。`));
  if (contactName === null) {
    draft.gap(
      "contact-unknown",
      text("the contact person is not recorded", "担当者が登録されていません"),
      RECORD_CONTACT,
    );
  }
  const contact = [contactName, contactMail].filter((word) => word !== null).join(", ");
  draft.held(contact, text("contact person of the contract", "契約の担当者"), APPLICATION_FORM);
  findEnding(draft);
  askPerson(draft, contactName);
  askDealer(draft);
  const filing = facts.administrators.filter(
    ({ role, supportOption, id }) => role === "system" && supportOption && id !== when.leaver?.id,
  );
  if (filing.length === 0) {
    draft.gap(
      "nobody-files",
      text(
        "nobody is left who can file the change of the contact person by the Support form: no system administrator stays who holds the support option",
        "担当者の変更を Support フォームから提出できる人が残りません(サポートオプションを付与されたシステム管理者がいません)",
      ),
      GIVE_SUPPORT_OPTION,
    );
  }
  return draft.item();
}

/** Asks since when the contact person is right, and when somebody last saw that. */
function askPerson(draft: ItemDraft, contactName: string | null): void {
  // what was said of one person holds of no other
  const of = contactName === null ? {} : { subject: contactName };
  draft.ask({
    ...of,
    id: "contact.since",
    label: text("contact person since", "担当者になった日"),
    wording:
      contactName === null
        ? text(
            "Since when is the present contact person of the contract in charge?",
            "今の担当者は、いつから契約の担当者ですか?",
          )
        : text(
            `Since when is ${contactName} the contact person of the contract?`,
            `${contactName} さんは、いつから契約の担当者ですか?`,
          ),
    required: false,
  });
  draft.ask({
    ...of,
    id: "contact.confirmed",
    label: text("HOME 「担当者名」 last seen to be right", "HOME 画面の「担当者名」を最後に確かめた日"),
    wording: text(
      "When did somebody last see that HOME 「担当者名」 names the right person?",
      "HOME 画面の「担当者名」が正しいことを最後に確かめたのはいつですか?",
    ),
    yearly: true,
  });
}
