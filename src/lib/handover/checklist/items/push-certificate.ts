import { appliesTo } from "../../../model/applies.ts";
import { dayOf } from "../../../model/time.ts";
import { text } from "../../../text/index.ts";
import { accountIn, askAccount } from "../account.ts";
import type { HandoverFacts } from "../facts.ts";
import { ItemDraft, type Item, type ChecklistContext } from "../item.ts";
import { askWhich } from "../which.ts";

/** @see facts 3.4 */
const MOVING = text(
  "ask Apple to move the certificate to an Apple Account of the company (never make a new one), and renew it there from then on",
  "証明書を会社の Apple Account へ移すよう Apple に依頼し(新しい証明書は作成しないでください)、移った後はそのアカウントで更新",
);

/** The Apple Account with which the push certificate is renewed. @see facts 3.3, 3.4; seed 002 */
export function pushCertificateItem(facts: HandoverFacts, when: ChecklistContext): Item {
  const draft = new ItemDraft("push-certificate", facts, when);
  const applies = appliesTo(facts.tenant, "push-certificate");
  const renewals = facts.renewals.filter(({ kind }) => kind === "push-certificate");
  const held = facts.pushCertificate?.appleAccount ?? null;
  if (applies.applies !== true && renewals.length === 0 && held === null) {
    return draft.notApplying(applies, text("iOS/iPadOS and macOS are", "iOS/iPadOS も macOS も"));
  }
  const [first] = renewals;
  const named = accountIn(facts, "push-certificate", renewals);
  const account = held ?? named?.account ?? null;
  draft.tell(text("Apple Account", "Apple Account"), account);
  const expiresAt = facts.pushCertificate?.expiresAt ?? first?.expiresAt ?? null;
  draft.tell(text("next date", "次の期限"), expiresAt === null ? null : dayOf(expiresAt, when.timezone));
  draft.note(
    text(
      "Each year the same certificate is renewed, so one signs in to the Apple Push Certificates Portal with the same Apple Account. Hand over its password and the telephone number that receives the SMS.",
      "年次更新では、証明書取得時と同一の Apple Account で Apple Push Certificates Portal にサインインする必要があります。パスワードと、2ファクタ認証時に SMS を受け取る電話番号を必ず引き継いでください。",
    ),
  );
  askAccount(draft, {
    prefix: "push-certificate",
    what: text("the Apple Account of the push certificate", "プッシュ通知証明書の Apple Account"),
    recorded: account,
    recordedIn: held === null ? (named ?? first) : undefined,
    renewals,
    moving: MOVING,
  });
  for (const renewal of renewals) askWhich(draft, renewal);
  draft.recorded("push-certificate");
  draft.due(renewals);
  return draft.item();
}
