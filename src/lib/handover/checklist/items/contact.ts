import { line, step } from "../../../advice/index.ts";
import { TENANT } from "../../../model/tenant.ts";
import { text } from "../../../text/index.ts";
import { countDays, ItemDraft, DUE_SOON_DAYS, type ChecklistItem, type ChecklistContext } from "../item.ts";
import type { HandoverFacts } from "../facts.ts";
import { SUPPORT_OPTION_INSTRUCTIONS } from "../support-option.ts";

/** How to change the contact person.  @see facts 7.2; seed 002 */
export const CONTACT_CHANGE_INSTRUCTIONS = text(
  "in CLOMO PANEL, download the application form (申込書) from the Support form, fill it in, and submit it through the Support form",
  "CLOMO PANEL の Support フォームから申込書をダウンロードし、記入して Support フォームから提出",
);

/**
 * The command that records all contact fields, because a field that is left out would keep the value of the previous
 * person.
 */
export const RECORD_CONTACT_COMMAND = line("tenant set", [], {
  contactName: "NAME",
  contactMail: "MAIL",
  contactPhone: "NUMBER",
});

/** Adds a gap for each contract that ended, or ends soon after `asOf` or `leaves`.  @see seed 003, 3: the dealer */
function checkContractEnds(draft: ItemDraft): void {
  const { asOf, leaves } = draft.when;
  for (const { name, until } of draft.facts.tenant.contracts) {
    const command = line("tenant set", [], { contract: name, until: "DATE" });
    if (until === null) {
      draft.note(
        text(
          `The end date of the contract ${name} is not recorded. Ask your dealer (販売代理店), then run: ${command}`,
          `契約「${name}」の終了日は未登録です。販売代理店に確認してから: ${command}`,
        ),
      );
      continue;
    }
    const isSoon = countDays(asOf, until) <= DUE_SOON_DAYS;
    if (!isSoon && (leaves === undefined || countDays(leaves, until) > DUE_SOON_DAYS)) continue;
    const [en, ja] =
      until < asOf
        ? ["already ended, according to the record", "登録では終了しています"]
        : isSoon
          ? [`within ${DUE_SOON_DAYS} days`, `${DUE_SOON_DAYS} 日以内です`]
          : [
              `before the leaver's last day (${leaves}), or within ${DUE_SOON_DAYS} days after that day`,
              `最終日(${leaves})より前、または最終日から ${DUE_SOON_DAYS} 日以内です`,
            ];
    draft.gap(
      "contract-ends",
      text(`end date of the contract ${name}: ${until} (${en})`, `契約「${name}」の終了日は ${until} です(${ja})`),
      step(
        "ask your dealer (販売代理店); once the contract is renewed, record the new end date",
        "販売代理店に確認し、更新されたら終了日を登録",
        command,
      ),
    );
  }
}

function askDealer(draft: ItemDraft): void {
  draft.ask({
    id: "contact.dealer",
    label: text(
      "dealer (販売代理店), and contact details of the dealer and CLOMO's support",
      "販売代理店とサポートの連絡先",
    ),
    wording: text(
      "Who is the dealer (販売代理店) of the contract, and how do you reach the dealer and CLOMO's support?",
      "契約の販売代理店はどこですか?また、販売代理店と CLOMO サポートセンターの連絡先は何ですか?",
    ),
    required: false,
  });
}

/** Builds the item about the contact person (担当者) of the contract.  @see facts 7.1, 7.2 */
export function buildContactItem(facts: HandoverFacts, when: ChecklistContext): ChecklistItem {
  const draft = new ItemDraft("contact", facts, when);
  const { contactName, contactMail, contactPhone } = facts.tenant;
  const { contactName: name, contactMail: mail, contactPhone: phone } = TENANT.fields;
  draft.tell(name.label, contactName);
  draft.tell(mail.label, contactMail);
  draft.tell(phone.label, contactPhone);
  draft.note(
    text(
      "The contact person is responsible for the contract. HOME of CLOMO PANEL shows their name under 「担当者名」.",
      "HOME 画面の「担当者名」に記載されている、契約の責任者です。",
    ),
  );
  draft.note(
    text(
      `To change the contact person: ${CONTACT_CHANGE_INSTRUCTIONS.en}.`,
      `変更方法: ${CONTACT_CHANGE_INSTRUCTIONS.ja}。`,
    ),
  );
  if (contactName === null) {
    draft.gap(
      "contact-unknown",
      text("the contact person is not recorded", "担当者が登録されていません"),
      RECORD_CONTACT_COMMAND,
    );
  }
  const contact = [contactName, contactMail].filter((word) => word !== null).join(", ");
  draft.held(contact, text("contact person of the contract", "契約の担当者"), CONTACT_CHANGE_INSTRUCTIONS);
  checkContractEnds(draft);
  askContactPerson(draft, contactName);
  askDealer(draft);
  const filing = facts.administrators.filter(
    ({ role, supportOption, id }) => role === "system" && supportOption && id !== when.leaver?.id,
  );
  if (filing.length === 0) {
    draft.gap(
      "nobody-files",
      text(
        "nobody remains who can submit a change to the contact person through the Support form: no remaining system administrator has the support option",
        "担当者の変更を Support フォームから提出できる人が残りません(サポートオプションを付与されたシステム管理者がいません)",
      ),
      SUPPORT_OPTION_INSTRUCTIONS,
    );
  }
  return draft.item();
}

/** Asks since when the contact person has been in charge, and when somebody last checked the name in the console. */
function askContactPerson(draft: ItemDraft, contactName: string | null): void {
  // answers about one person do not apply to another person
  const of = contactName === null ? {} : { subject: contactName };
  draft.ask({
    ...of,
    id: "contact.since",
    label: text("contact person since", "担当者になった日"),
    wording:
      contactName === null
        ? text(
            "When did the current contact person become responsible for the contract?",
            "今の担当者は、いつから契約の担当者ですか?",
          )
        : text(
            `When did ${contactName} become the contact person of the contract?`,
            `${contactName} さんは、いつから契約の担当者ですか?`,
          ),
    required: false,
  });
  draft.ask({
    ...of,
    id: "contact.confirmed",
    label: text("「担当者名」 on HOME last checked", "HOME 画面の「担当者名」を最後に確かめた日"),
    wording: text(
      "When did somebody last check that 「担当者名」 on HOME of CLOMO PANEL shows the right person?",
      "CLOMO PANEL の HOME 画面の「担当者名」が正しいことを最後に確かめたのはいつですか?",
    ),
    yearly: true,
  });
}
