import { appliesTo } from "../../../model/applies.ts";
import { dayOf } from "../../../model/time.ts";
import { text } from "../../../text/index.ts";
import { accountIn, askAccount } from "../account.ts";
import type { HandoverFacts, Renewal } from "../facts.ts";
import { ItemDraft, type Item, type ChecklistContext } from "../item.ts";
import { askWhich } from "../which.ts";

/** Changing the password ends the content tokens that this account downloaded. @see facts 3.5 */
export const TOKENS_END = text(
  "A content token (VPP) ends when the password of the Managed Apple Account that downloaded it changes: renew each token right after.",
  "VPP サービストークンは、ダウンロードした管理対象 Apple Account のパスワードを変更すると無効になります。変更したら、すぐに各トークンを更新してください。",
);

/** A new server token ends the one in use. @see facts 3.5 */
export const NEW_TOKEN_ENDS = text(
  "Making a new ADE server token ends the one in use at once, even before its date: download one only to upload it right after.",
  "ADE サーバートークンを新しくダウンロードすると、使用中のトークンは期限前でもすぐに無効になります。すぐにアップロードするときだけダウンロードしてください。",
);

/** @see facts 3.5; that an administrator can add another is Apple's rule: support.apple.com/guide/business, "Manually add users" */
const MOVING = text(
  "who has the role of an administrator in Apple Business Manager adds an account of the company in that role (Apple's rule); with it, sign in, renew each VPP token, and renew ADE on the same MDM server from then on",
  "Apple Business Manager の管理者が、会社用のアカウントを管理者の役割で追加(Apple の仕様)。そのアカウントでサインインして各 VPP サービストークンを更新し、ADE は以後も同じ MDM サーバで更新",
);

/** The Apple Account that administers Apple Business Manager or Apple School Manager. @see facts 3.5, 7.1; seed 002 */
export function appleBusinessItem(facts: HandoverFacts, when: ChecklistContext): Item {
  const draft = new ItemDraft("apple-business", facts, when);
  const renewals = facts.renewals.filter(({ kind }) => kind === "ade-token" || kind === "vpp-token");
  const [ade, vpp] = [appliesTo(facts.tenant, "ade-token"), appliesTo(facts.tenant, "vpp-token")];
  const isThere = renewals.length > 0 || facts.vppTokens.length > 0 || (facts.adeServer?.tokenSetAt ?? null) !== null;
  if (ade.applies !== true && vpp.applies !== true && !isThere) {
    const unsaid = [...new Set([...ade.unsaid, ...vpp.unsaid])];
    const applies = unsaid.length === 0 ? false : null;
    return draft.notApplying({ applies, unsaid }, text("ADE and VPP are", "ADE も VPP も"));
  }
  const held = facts.adeServer?.adminId ?? null;
  const named = accountIn(facts, "apple-business", renewals);
  const account = held ?? named?.account ?? null;
  draft.tell(
    held === null
      ? text("Apple Account", "Apple Account")
      : text("Apple Account (administrator of the ADE server token)", "Apple Account(ADE サーバートークンの管理者)"),
    account,
  );
  for (const { name, expiresAt } of renewals) {
    draft.tell(
      text(`next date: ${name}`, `次の期限: ${name}`),
      expiresAt === null ? null : dayOf(expiresAt, when.timezone),
    );
  }
  draft.note(
    text(
      "It is needed for the yearly renewals of ADE and VPP. Hand over its password and the telephone number that receives the SMS.",
      "ADE・VPP の年に一度の更新作業に必要です。パスワードと、2ファクタ認証時に SMS を受け取る電話番号を必ず引き継いでください。",
    ),
  );
  const has = (kind: Renewal["kind"]): boolean => renewals.some((one) => one.kind === kind);
  if (ade.applies !== false || has("ade-token")) draft.note(NEW_TOKEN_ENDS);
  if (vpp.applies !== false || has("vpp-token")) draft.note(TOKENS_END);
  askAccount(draft, {
    prefix: "apple-business",
    what: text("the Apple Account of Apple Business Manager", "Apple Business Manager の管理用 Apple Account"),
    recorded: account,
    recordedIn: held === null ? named : undefined,
    renewals,
    moving: MOVING,
  });
  for (const renewal of renewals) askWhich(draft, renewal);
  for (const kind of ["ade-token", "vpp-token"] as const) draft.recorded(kind);
  draft.due(renewals);
  return draft.item();
}
