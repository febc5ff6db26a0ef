import { line } from "../../../advice/index.ts";
import { appliesTo } from "../../../model/applies.ts";
import { text } from "../../../text/index.ts";
import { askAccount, editing } from "../account.ts";
import { lastLoginOf, type HandoverFacts, type Renewal } from "../facts.ts";
import { ItemDraft, type Item, type ChecklistContext } from "../item.ts";

/** @see facts 3.6; seed 002 */
export const YEARLY_LOGIN = text(
  "Somebody has to sign in to a Google service (such as Gmail) at least once a year, else Google may suspend the account.",
  "年に一度以上、Google サービス(Gmail 等)へのログインが必要です。ログインが確認されないと、アカウントが凍結されるおそれがあります。",
);

/** @see facts 3.6 */
const MOVING = text(
  "add an account of the company as a second owner at https://play.google.com/work > 管理者設定 (Google's rule), and see that it signs in",
  "https://play.google.com/work の「管理者設定」で会社のアカウントを 2 人目の所有者として追加し(Google の仕様)、ログインできることを確認",
);

const WHAT = text("the Gmail account of Android Enterprise", "Android Enterprise 管理用 Gmail アカウント");

/** The Gmail account that owns the Android Enterprise environment. @see facts 3.6, 7.1; seed 002 */
export function androidItem(facts: HandoverFacts, when: ChecklistContext): Item {
  const draft = new ItemDraft("android", facts, when);
  const renewals = facts.renewals.filter(({ kind }) => kind === "android-owner");
  const applies = appliesTo(facts.tenant, "android-owner");
  if (applies.applies !== true && renewals.length === 0) {
    return draft.notApplying(
      applies,
      text("Android with Google Play accounts is", "Android(Google Play アカウント方式)を"),
    );
  }
  const [first, second] = renewals;
  draft.tell(text("Gmail account", "Gmail アカウント"), first?.account ?? first?.name);
  const lastLogin = first === undefined ? null : lastLoginOf(first, when.timezone);
  draft.tell(text("last login", "前回のログイン"), lastLogin);
  draft.note(YEARLY_LOGIN);
  askAccount(draft, {
    prefix: "android",
    what: WHAT,
    recorded: first?.account ?? null,
    recordedIn: first,
    renewals: renewals.slice(0, 1),
    moving: MOVING,
  });
  draft.ask({
    id: "android.last-login",
    label: text("last login", "最後にログインした日"),
    wording: text(`When did somebody last sign in to ${WHAT.en}?`, `${WHAT.ja}に最後にログインしたのはいつですか?`),
    recorded: lastLogin,
    yearly: true,
  });
  askOwner(draft, second);
  draft.recorded("android-owner");
  draft.due(renewals);
  return draft.item();
}

/** Asks for what keeps the environment reachable without the first account. */
function askOwner(draft: ItemDraft, second: Renewal | undefined): void {
  const owner = draft.ask({
    id: "android.second-owner",
    label: text("second owner", "2 人目の所有者"),
    wording: text(
      "Who is the second owner of the Android Enterprise environment?",
      "Android Enterprise の 2 人目の所有者は誰ですか?",
    ),
    recorded: second?.account ?? second?.name ?? null,
    recordedBy: editing(second, "account"),
    lacking: "no-second-owner",
  });
  draft.held(
    owner,
    text("second owner of Android Enterprise", "Android Enterprise の 2 人目の所有者"),
    line("handover answer", ["android.second-owner"]),
  );
  draft.ask({
    id: "android.organisation-id",
    label: text("organisation ID at Google", "Google での組織 ID"),
    wording: text(
      "Which organisation ID does the Android Enterprise environment have at Google?",
      "Android Enterprise の Google での組織 ID は?",
    ),
    required: false,
  });
}
