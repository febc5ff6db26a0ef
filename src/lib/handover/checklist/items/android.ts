import { line } from "../../../advice/index.ts";
import { determineApplicability } from "../../../model/applies.ts";
import { text } from "../../../text/index.ts";
import { askAccount } from "../account.ts";
import { findLastLogin, type HandoverFacts, type Renewal } from "../facts.ts";
import { ItemDraft, type ChecklistItem, type ChecklistContext } from "../item.ts";

/** The note that a yearly login is required.  @see facts 3.6; seed 002 */
const YEARLY_LOGIN_NOTE = text(
  "Somebody must sign in to a Google service (such as Gmail) at least once a year. Otherwise, Google may suspend the account.",
  "年に一度以上、Google サービス(Gmail 等)へのログインが必要です。ログインが確認されないと、アカウントが凍結されるおそれがあります。",
);

/** How to replace a personal account.  @see facts 3.6 */
const MOVE_ACCOUNT_INSTRUCTIONS = text(
  "add a company account as a second owner at https://play.google.com/work > 管理者設定 (Google's rule), and check that you can sign in with it",
  "https://play.google.com/work の「管理者設定」で会社のアカウントを 2 人目の所有者として追加し(Google の仕様)、ログインできることを確認",
);

const GMAIL_ACCOUNT = text(
  "the Gmail account that manages Android Enterprise",
  "Android Enterprise 管理用 Gmail アカウント",
);

/** Builds the item about the Gmail account that owns Android Enterprise.  @see facts 3.6, 7.1; seed 002 */
export function buildAndroidItem(facts: HandoverFacts, when: ChecklistContext): ChecklistItem {
  const draft = new ItemDraft("android", facts, when);
  const renewals = facts.renewals.filter(({ kind }) => kind === "android-owner");
  const applies = determineApplicability(facts.tenant, "android-owner");
  if (applies.applies !== true && renewals.length === 0) {
    return draft.notApplying(
      applies,
      text("Android with Google Play accounts", "Android(Google Play アカウント方式)を"),
    );
  }
  const [first, second] = renewals;
  draft.tell(text("Gmail account", "Gmail アカウント"), first?.account ?? first?.name);
  const lastLogin = first === undefined ? null : findLastLogin(first, when.timezone);
  draft.tell(text("last login", "前回のログイン"), lastLogin);
  draft.note(YEARLY_LOGIN_NOTE);
  askAccount(draft, {
    prefix: "android",
    what: GMAIL_ACCOUNT,
    recorded: first?.account ?? null,
    renewals: renewals.slice(0, 1),
    moving: MOVE_ACCOUNT_INSTRUCTIONS,
  });
  draft.ask({
    id: "android.last-login",
    label: text("last login", "最後にログインした日"),
    wording: text(
      `When did somebody last sign in to ${GMAIL_ACCOUNT.en}?`,
      `${GMAIL_ACCOUNT.ja}に最後にログインしたのはいつですか?`,
    ),
    recorded: lastLogin,
    yearly: true,
  });
  askSecondOwner(draft, second);
  draft.recorded("android-owner");
  draft.due(renewals);
  return draft.item();
}

function askSecondOwner(draft: ItemDraft, second: Renewal | undefined): void {
  const owner = draft.ask({
    id: "android.second-owner",
    label: text("second owner", "2 人目の所有者"),
    wording: text(
      "Who is the second owner of the Android Enterprise environment?",
      "Android Enterprise の 2 人目の所有者はだれですか?",
    ),
    recorded: second?.account ?? second?.name ?? null,
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
      "What is the organisation ID of the Android Enterprise environment at Google?",
      "Android Enterprise の Google での組織 ID は何ですか?",
    ),
    required: false,
  });
}
