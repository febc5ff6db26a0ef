import { determineApplicability } from "../../../model/applies.ts";
import { dayOf } from "../../../model/time.ts";
import { text } from "../../../text/index.ts";
import { findRenewalWithAccount, askAccount } from "../account.ts";
import type { HandoverFacts, Renewal } from "../facts.ts";
import { ItemDraft, type ChecklistItem, type ChecklistContext } from "../item.ts";
import { askIdentity } from "../which.ts";

/** The note that a password change invalidates the content tokens that the account downloaded.  @see facts 3.5 */
export const PASSWORD_CHANGE_NOTE = text(
  "If the password of a Managed Apple Account changes, the content tokens (VPP) that the account downloaded become invalid. Renew each token immediately after a change.",
  "VPP サービストークンは、そのダウンロードに使った管理対象 Apple Account のパスワードを変更すると無効になります。変更したら、すぐに各トークンを更新してください。",
);

/** The note that a new server token invalidates the token in use.  @see facts 3.5 */
const NEW_TOKEN_NOTE = text(
  "A new ADE server token immediately invalidates the token in use, even before its expiry date. Download a new token only if you upload it right away.",
  "ADE サーバートークンを新しくダウンロードすると、使用中のトークンは期限前でもすぐに無効になります。すぐにアップロードするときだけダウンロードしてください。",
);

/** How to replace a personal account.  @see facts 3.5; support.apple.com/guide/business, "Manually add users" */
const MOVE_ACCOUNT_INSTRUCTIONS = text(
  "have an administrator of Apple Business Manager add a company account as an administrator (Apple's rule); sign in with it, renew each VPP token, and from then on use it to renew the ADE token on the same MDM server",
  "Apple Business Manager の管理者が、会社用のアカウントを管理者の役割で追加(Apple の仕様)。そのアカウントでサインインして各 VPP サービストークンを更新し、ADE は以後も同じ MDM サーバで更新",
);

/** Builds the item about the Apple Account for Apple Business or School Manager.  @see facts 3.5, 7.1; seed 002 */
export function buildAppleBusinessItem(facts: HandoverFacts, when: ChecklistContext): ChecklistItem {
  const draft = new ItemDraft("apple-business", facts, when);
  const renewals = facts.renewals.filter(({ kind }) => kind === "ade-token" || kind === "vpp-token");
  const [ade, vpp] = [
    determineApplicability(facts.tenant, "ade-token"),
    determineApplicability(facts.tenant, "vpp-token"),
  ];
  const isThere = renewals.length > 0 || (facts.adeServer?.tokenSetAt ?? null) !== null;
  if (ade.applies !== true && vpp.applies !== true && !isThere) {
    const unsaid = [...new Set([...ade.unsaid, ...vpp.unsaid])];
    const applies = unsaid.length === 0 ? false : null;
    return draft.notApplying({ applies, unsaid }, text("ADE or VPP", "ADE も VPP も"));
  }
  const held = facts.adeServer?.adminId ?? null;
  const named = findRenewalWithAccount(facts, "apple-business", renewals);
  const account = held ?? named?.account ?? null;
  draft.tell(
    held === null
      ? text("Apple Account", "Apple Account")
      : text("Apple Account (administrator of the ADE server token)", "Apple Account(ADE サーバートークンの管理者)"),
    account,
  );
  for (const { name, expiresAt } of renewals) {
    draft.tell(
      text(`next expiry date: ${name}`, `次の期限: ${name}`),
      expiresAt === null ? null : dayOf(expiresAt, when.timezone),
    );
  }
  draft.note(
    text(
      "This account is required for the yearly renewals of ADE and VPP. Hand over its password and the telephone number that receives the SMS codes.",
      "ADE・VPP の年に一度の更新作業に必要です。パスワードと、2ファクタ認証時に SMS を受け取る電話番号を必ず引き継いでください。",
    ),
  );
  const has = (kind: Renewal["kind"]): boolean => renewals.some((one) => one.kind === kind);
  if (ade.applies !== false || has("ade-token")) draft.note(NEW_TOKEN_NOTE);
  if (vpp.applies !== false || has("vpp-token")) draft.note(PASSWORD_CHANGE_NOTE);
  askAccount(draft, {
    prefix: "apple-business",
    what: text("the Apple Account of Apple Business Manager", "Apple Business Manager の管理用 Apple Account"),
    recorded: account,
    renewals,
    moving: MOVE_ACCOUNT_INSTRUCTIONS,
  });
  for (const renewal of renewals) askIdentity(draft, renewal);
  for (const kind of ["ade-token", "vpp-token"] as const) draft.recorded(kind);
  draft.due(renewals);
  return draft.item();
}
