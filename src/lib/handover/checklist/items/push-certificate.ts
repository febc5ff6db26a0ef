import { determineApplicability } from "../../../model/applies.ts";
import { dayOf } from "../../../model/time.ts";
import { text } from "../../../text/index.ts";
import { findRenewalWithAccount, askAccount } from "../account.ts";
import type { HandoverFacts } from "../facts.ts";
import { ItemDraft, type ChecklistItem, type ChecklistContext } from "../item.ts";
import { askIdentity } from "../which.ts";

/** How to replace a personal account.  @see facts 3.4 */
const MOVE_ACCOUNT_INSTRUCTIONS = text(
  "ask Apple to move the certificate to a company Apple Account (never create a new certificate), and renew it with that account from then on",
  "証明書を会社の Apple Account へ移すよう Apple に依頼し(新しい証明書は作成しないでください)、移った後はそのアカウントで更新",
);

/** Builds the item about the Apple Account that renews the push certificate.  @see facts 3.3, 3.4; seed 002 */
export function buildPushCertificateItem(facts: HandoverFacts, when: ChecklistContext): ChecklistItem {
  const draft = new ItemDraft("push-certificate", facts, when);
  const applies = determineApplicability(facts.tenant, "push-certificate");
  const renewals = facts.renewals.filter(({ kind }) => kind === "push-certificate");
  if (applies.applies !== true && renewals.length === 0) {
    return draft.notApplying(applies, text("iOS/iPadOS or macOS", "iOS/iPadOS も macOS も"));
  }
  const [first] = renewals;
  const named = findRenewalWithAccount(facts, "push-certificate", renewals);
  const account = named?.account ?? null;
  draft.tell(text("Apple Account", "Apple Account"), account);
  const expiresAt = first?.expiresAt ?? null;
  draft.tell(text("next expiry date", "次の期限"), expiresAt === null ? null : dayOf(expiresAt, when.timezone));
  draft.note(
    text(
      "The same certificate is renewed each year, so you must sign in to the Apple Push Certificates Portal with the same Apple Account. Hand over its password and the telephone number that receives the SMS codes.",
      "年次更新では、証明書取得時と同一の Apple Account で Apple Push Certificates Portal にサインインする必要があります。パスワードと、2ファクタ認証時に SMS を受け取る電話番号を必ず引き継いでください。",
    ),
  );
  askAccount(draft, {
    prefix: "push-certificate",
    what: text("the Apple Account of the push certificate", "プッシュ通知証明書の Apple Account"),
    recorded: account,
    renewals,
    moving: MOVE_ACCOUNT_INSTRUCTIONS,
  });
  for (const renewal of renewals) askIdentity(draft, renewal);
  draft.recorded("push-certificate");
  draft.due(renewals);
  return draft.item();
}
