import { line, step } from "../../../advice/index.ts";
import { dayOf } from "../../../model/time.ts";
import { joined, same, text, type Text } from "../../../text/index.ts";
import type { ClomoctlFacts, DailyRunFacts, HandoverFacts, RecipientFacts, WithheldReason } from "../facts.ts";
import { daysFrom, ItemDraft, type Item, type ChecklistContext } from "../item.ts";

/** A daily run that was not noted for so many days did not happen. */
const LATE_DAYS = 2;

/** Whether a daily run did not happen for days, or never. */
export const isLate = (
  { lastRunAt }: Pick<DailyRunFacts, "lastRunAt">,
  { asOf, timezone }: Pick<ChecklistContext, "asOf" | "timezone">,
): boolean => lastRunAt === null || daysFrom(dayOf(lastRunAt, timezone), asOf) >= LATE_DAYS;

/** Ends the daily run of a machine. */
export const REMOVE_SCHEDULE = line("renewals schedule remove", []);

/** What other items look at. */
const ELSEWHERE: ReadonlySet<string> = new Set(["push-certificate", "ade-token", "vpp-token", "android-owner"]);

/** The machine that looks at the tenant, and whom it tells. */
export function clomoctlItem(facts: HandoverFacts, when: ChecklistContext): Item {
  const draft = new ItemDraft("clomoctl", facts, when);
  const { clomoctl: own, renewals } = facts;
  draft.tell(text("machine", "PC"), own?.machine);
  draft.tell(text("user", "OS のユーザー"), own?.user);
  draft.tell(text("home", "ホーム"), own?.home);
  draft.tell(text("daily run", "毎日の自動実行"), own?.runs?.map(toldRun).join(", "));
  draft.tell(text("recipients", "通知先"), own?.recipients.map(toldRecipient).join(", "));
  if (own?.withheld !== undefined) draft.note(withheldNotices(own.withheld));
  if (own !== null && own.runs?.length !== 0) noteRun(draft, own);
  ask(draft, own);
  askPlaces(draft, own);
  if (own !== null) lookAt(draft, own);
  for (const { name, owner } of renewals) {
    const mend = same(line("renewals edit", [name], { owner: "MAIL" }));
    draft.held(owner, text(`the renewal of ${name}`, `「${name}」の更新`), mend);
  }
  draft.due(renewals.filter(({ kind }) => !ELSEWHERE.has(kind)));
  return draft.item();
}

const WITHHELD: Readonly<Record<WithheldReason, Text>> = {
  "not-permitted": text("not permitted to see", "権限なし"),
  "out-of-scope": text("not part of this scope", "--scope の範囲外"),
};

/** Says why nobody is named who is notified. */
export const withheldNotices = (why: WithheldReason): Text => {
  const { en, ja } = WITHHELD[why];
  return text(`recipients and mail account of notices: ${en}`, `通知先と通知メールの送信アカウント: ${ja}`);
};

/** `cron 09:00 (Asia/Tokyo)` */
const toldRun = ({ way, at = null, timezone = null }: DailyRunFacts): string =>
  `${way}${at === null ? "" : ` ${at}`}${at === null || timezone === null ? "" : ` (${timezone})`}`;

/** `IT (mail it@example.jp)`; the address of a webhook is a secret. */
const toldRecipient = ({ name, way, address }: RecipientFacts): string =>
  `${name} (${address === null ? way : `${way} ${address}`})`;

/** What the daily run does, and that a former machine's goes on. */
function noteRun(draft: ItemDraft, { mailAccount }: ClomoctlFacts): void {
  const [en, ja] =
    mailAccount === null
      ? ["", ""]
      : [
          " and the owners of renewals whose mail address is recorded",
          "と、更新担当(メールアドレスで登録されている人)",
        ];
  draft.note(
    text(
      `The daily run looks at the dates of the renewals, and notifies the recipients${en} of what is due.`,
      `毎日の自動実行では、更新期限を確認し、期限の近いものを通知先${ja}に通知します。`,
    ),
  );
  draft.note(
    text(
      `Another machine takes over: once its daily run is installed, on this one: ${REMOVE_SCHEDULE}, else both notify.`,
      `別の PC に引き継ぐ場合: そちらの自動実行を登録したら、この PC で: ${REMOVE_SCHEDULE}(残すと両方から通知されます)。`,
    ),
  );
}

/** The longest that an answer is about. */
const LONGEST_PLACE = 255;

/** What is said of this home holds of no other one: `mdm-pc:/home/mdm/.clomoctl`. */
export const placeOf = (
  own: ClomoctlFacts | null,
): { readonly subject: string; readonly about?: string | undefined } => {
  if (own === null) return { subject: "" };
  const place = [own.machine ?? "", own.home].join(":");
  return { subject: [...place].slice(-LONGEST_PLACE).join(""), about: place };
};

function ask(draft: ItemDraft, own: ClomoctlFacts | null): void {
  draft.ask({
    id: "clomoctl.machine",
    label: text("runs on", "動いている PC"),
    wording: text("On which machine does clomoctl run?", "clomoctl はどの PC で動いていますか?"),
    recorded: own?.machine,
  });
  const user = draft.ask({
    id: "clomoctl.user",
    label: text("runs as", "OS のユーザー"),
    wording: text(
      "As which user of the operating system does clomoctl run?",
      "clomoctl は OS のどのユーザーで動いていますか?",
    ),
    recorded: own?.user,
  });
  const owner = draft.ask({
    ...placeOf(own),
    id: "clomoctl.owner",
    label: text("looked after by", "管理している人"),
    wording: text("Who looks after clomoctl?", "clomoctl を管理しているのは誰ですか?"),
    yearly: true,
  });
  draft.held(owner, text("clomoctl", "clomoctl の管理"), line("handover answer", ["clomoctl.owner"]));
  if ((draft.isLeaver(user) || draft.isLeaver(own?.user)) && own?.runs?.length !== 0) {
    const called = draft.when.leaver?.called ?? "";
    draft.gap(
      "leaver-schedule",
      text(
        `the daily run is that of ${called}, who leaves: it ends with that user`,
        `毎日の自動実行が、退任する ${called} さんのユーザーで動いています。ユーザーがなくなると止まります`,
      ),
      step("as the user who stays", "引き継ぐ人のユーザーで", line("renewals schedule install", [])),
    );
  }
}

/** Where its parts are kept, and who can read them. */
function askPlaces(draft: ItemDraft, own: ClomoctlFacts | null): void {
  draft.ask({
    ...placeOf(own),
    id: "clomoctl.home-backup",
    label: text("where the backup of its home is", "ホームのバックアップの場所"),
    wording: text("Where is the backup of the home of clomoctl?", "clomoctl のホームのバックアップはどこにありますか?"),
  });
  draft.ask({
    id: "clomoctl.mail-account",
    label: text("mail account of notices", "通知メールの送信アカウント"),
    wording: text(
      "By which mail account does clomoctl send notices?",
      "clomoctl の通知メールはどのアカウントで送信していますか?",
    ),
    recorded: own?.mailAccount,
    required: own === null || own.recipients.some(({ way }) => way === "mail"),
  });
  draft.ask({
    id: "clomoctl.business-key",
    label: text(
      "where the key of the Apple Business API is, and who made it",
      "Apple Business API のキーの保管場所と作成者",
    ),
    wording: text(
      "Where is the key of the Apple Business API kept, and who made it? The place, never the key itself",
      "Apple Business API のキーの保管場所と作成者は?(場所だけ。キー自体は書かないでください)",
    ),
    required: false,
  });
  draft.ask({
    ...placeOf(own),
    id: "clomoctl.readers",
    label: text("who can read its home and backup", "ホームとバックアップを読める人"),
    wording: text(
      "Who can read the home of clomoctl and its backup?",
      "clomoctl のホームとバックアップを読めるのは誰ですか?",
    ),
    yearly: true,
  });
}

function lookAt(draft: ItemDraft, { runs, recipients, withheld }: ClomoctlFacts): void {
  const { asOf, timezone } = draft.when;
  const isAny = draft.facts.renewals.length > 0;
  if (runs?.length === 0 && isAny) {
    draft.gap(
      "no-schedule",
      text(
        "no daily run is installed: nobody checks what expires",
        "毎日の自動実行が登録されていません(期限を誰も確認していません)",
      ),
      line("renewals schedule install", []),
    );
  }
  for (const { way, lastRunAt, late = isLate({ lastRunAt }, { asOf, timezone }) } of runs ?? []) {
    if (!late) continue;
    const last = lastRunAt === null ? null : dayOf(lastRunAt, timezone);
    draft.gap(
      "no-recent-run",
      last === null
        ? text(`${way}: no run is noted`, `${way}: 実行の記録がありません`)
        : text(`${way}: no run since ${last}`, `${way}: ${last} から実行されていません`),
      line("renewals schedule show", []),
    );
  }
  if (recipients.length === 0 && withheld === undefined && isAny) {
    draft.gap(
      "no-recipients",
      text("no recipient of notices is set up", "通知先が設定されていません"),
      line("renewals notify", ["init"]),
    );
  }
  const leaving = recipients.filter(({ name, address }) => draft.isLeaver(name) || draft.isLeaver(address));
  if (leaving.length === 0) return;
  const names = joined(
    leaving.map(({ name, address }) => same(address ?? name)),
    text(", ", "、"),
  );
  const called = draft.when.leaver?.called ?? "";
  draft.gap(
    "leaver-recipient",
    text(
      `notices go to ${called}, who leaves (${names.en})`,
      `通知先に、退任する ${called} さんが残っています(${names.ja})`,
    ),
    step(
      "put the successor into notify.yaml, then",
      "notify.yaml の宛先を後任に変えてから",
      line("renewals notify", ["test"]),
    ),
  );
}
