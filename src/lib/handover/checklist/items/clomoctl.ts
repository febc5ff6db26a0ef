import { line, step } from "../../../advice/index.ts";
import { dayOf } from "../../../model/time.ts";
import { joinTexts, same, text, type Text } from "../../../text/index.ts";
import type { ClomoctlFacts, DailyRunFacts, HandoverFacts, RecipientFacts, WithheldReason } from "../facts.ts";
import { countDays, ItemDraft, type ChecklistItem, type ChecklistContext } from "../item.ts";

/** Number of days without a recorded run after which a daily run counts as late. */
const LATE_DAYS = 2;

/** Returns true if a daily run is late: it has not run for days, or it has never run. */
export const isRunLate = (
  { lastRunAt }: Pick<DailyRunFacts, "lastRunAt">,
  { asOf, timezone }: Pick<ChecklistContext, "asOf" | "timezone">,
): boolean => lastRunAt === null || countDays(dayOf(lastRunAt, timezone), asOf) >= LATE_DAYS;

/** The command that removes the daily run from a machine. */
export const REMOVE_SCHEDULE_COMMAND = line("renewals schedule remove", []);

/** Kinds of renewal items that other checklist items cover. */
const KINDS_OF_OTHER_ITEMS: ReadonlySet<string> = new Set([
  "push-certificate",
  "ade-token",
  "vpp-token",
  "android-owner",
]);

/** Builds the item about clomoctl itself: the machine that checks the tenant, and the recipients of its reminders. */
export function buildClomoctlItem(facts: HandoverFacts, when: ChecklistContext): ChecklistItem {
  const draft = new ItemDraft("clomoctl", facts, when);
  const { clomoctl: own, renewals } = facts;
  draft.tell(text("machine", "コンピューター"), own?.machine);
  draft.tell(text("OS user", "OS のユーザー"), own?.user);
  draft.tell(text("home", "ホーム"), own?.home);
  draft.tell(text("daily run", "毎日の自動実行"), own?.runs?.map(formatDailyRun).join(", "));
  draft.tell(text("recipients", "通知先"), own?.recipients.map(formatRecipient).join(", "));
  if (own?.withheld !== undefined) draft.note(describeWithheldRecipients(own.withheld));
  if (own !== null && own.runs?.length !== 0) addDailyRunNotes(draft, own);
  askAboutClomoctl(draft, own);
  askPlaces(draft, own);
  if (own !== null) checkReminderSetup(draft, own);
  for (const { name, owner } of renewals) {
    const mend = same(line("renewals edit", [name], { owner: "MAIL" }));
    draft.held(owner, text(`the renewal of ${name}`, `「${name}」の更新`), mend);
  }
  draft.due(renewals.filter(({ kind }) => !KINDS_OF_OTHER_ITEMS.has(kind)));
  return draft.item();
}

const WITHHELD_REASONS: Readonly<Record<WithheldReason, Text>> = {
  "not-permitted": text("no permission", "権限なし"),
  "out-of-scope": text("outside --scope", "--scope の範囲外"),
};

/** Explains why the recipients of reminders and the email account that sends them are not shown. */
export const describeWithheldRecipients = (why: WithheldReason): Text => {
  const { en, ja } = WITHHELD_REASONS[why];
  return text(
    `recipients of reminders, and the email account that sends them: ${en}`,
    `通知先と通知メールの送信アカウント: ${ja}`,
  );
};

/** Formats a daily run: `cron 09:00 (Asia/Tokyo)` */
const formatDailyRun = ({ way, at = null, timezone = null }: DailyRunFacts): string =>
  `${way}${at === null ? "" : ` ${at}`}${at === null || timezone === null ? "" : ` (${timezone})`}`;

/** Formats a recipient: `IT (mail it@example.jp)`. The address of a webhook is a secret, so it is not included. */
const formatRecipient = ({ name, way, address }: RecipientFacts): string =>
  `${name} (${address === null ? way : `${way} ${address}`})`;

/** Adds notes: what the daily run does, and that the daily run of a previous machine continues until it is removed. */
function addDailyRunNotes(draft: ItemDraft, { mailAccount }: ClomoctlFacts): void {
  const [en, ja] =
    mailAccount === null
      ? ["", ""]
      : [" (and the owners whose email address is recorded)", "と、更新担当(メールアドレスで登録されている人)"];
  draft.note(
    text(
      `The daily run checks the expiry dates of the renewal items. It notifies the recipients${en} of items that are due.`,
      `毎日の自動実行では、年次更新・期限を確認し、期限の近い項目を通知先${ja}に通知します。`,
    ),
  );
  draft.note(
    text(
      `To move to another machine: install the daily run on that machine, then run on this machine: ${REMOVE_SCHEDULE_COMMAND}. Otherwise, both machines send reminders.`,
      `別のコンピューターに移す場合: 移行先で自動実行を登録してから、このコンピューターで: ${REMOVE_SCHEDULE_COMMAND}(残すと両方から通知されます)。`,
    ),
  );
}

/** Maximum length of the subject of an answer. */
const MAX_SUBJECT_LENGTH = 255;

/** Returns the subject of answers that apply only to this home: `mdm-pc:/home/mdm/.clomoctl` */
export const getHomeSubject = (
  own: ClomoctlFacts | null,
): { readonly subject: string; readonly about?: string | undefined } => {
  if (own === null) return { subject: "" };
  const place = [own.machine ?? "", own.home].join(":");
  return { subject: [...place].slice(-MAX_SUBJECT_LENGTH).join(""), about: place };
};

function askAboutClomoctl(draft: ItemDraft, own: ClomoctlFacts | null): void {
  draft.ask({
    id: "clomoctl.machine",
    label: text("runs on", "動いているコンピューター"),
    wording: text("On which machine does clomoctl run?", "clomoctl はどのコンピューターで動いていますか?"),
    recorded: own?.machine,
  });
  const user = draft.ask({
    id: "clomoctl.user",
    label: text("runs as", "OS のユーザー"),
    wording: text(
      "As which operating system user does clomoctl run?",
      "clomoctl は OS のどのユーザーで動いていますか?",
    ),
    recorded: own?.user,
  });
  const owner = draft.ask({
    ...getHomeSubject(own),
    id: "clomoctl.owner",
    label: text("maintained by", "管理している人"),
    wording: text("Who maintains clomoctl?", "clomoctl を管理しているのはだれですか?"),
    yearly: true,
  });
  draft.held(owner, text("maintenance of clomoctl", "clomoctl の管理"), line("handover answer", ["clomoctl.owner"]));
  if ((draft.isLeaver(user) || draft.isLeaver(own?.user)) && own?.runs?.length !== 0) {
    const called = draft.when.leaver?.called ?? "";
    draft.gap(
      "leaver-schedule",
      text(
        `the daily run belongs to the OS user of ${called}, who is leaving: it stops when this user is removed`,
        `毎日の自動実行が、退職する ${called} さんのユーザーで動いています。このユーザーを削除すると、実行されなくなります`,
      ),
      step("run as the successor's OS user", "後任の OS ユーザーで実行", line("renewals schedule install", [])),
    );
  }
}

/** Asks where the parts of clomoctl are kept, and who can read them. */
function askPlaces(draft: ItemDraft, own: ClomoctlFacts | null): void {
  draft.ask({
    ...getHomeSubject(own),
    id: "clomoctl.home-backup",
    label: text("location of the home backup", "ホームのバックアップの場所"),
    wording: text(
      "Where is the backup of the clomoctl home kept?",
      "clomoctl のホームのバックアップはどこにありますか?",
    ),
  });
  draft.ask({
    id: "clomoctl.mail-account",
    label: text("email account that sends reminders", "通知メールの送信アカウント"),
    wording: text(
      "Which email account does clomoctl use to send reminders?",
      "clomoctl の通知メールはどのアカウントで送信していますか?",
    ),
    recorded: own?.mailAccount,
    required: own === null || own.recipients.some(({ way }) => way === "mail"),
  });
  draft.ask({
    id: "clomoctl.business-key",
    label: text("location and creator of the Apple Business API key", "Apple Business API のキーの保管場所と作成者"),
    wording: text(
      "Where is the Apple Business API key kept, and who created it? Write only the place, never the key itself",
      "Apple Business API のキーの保管場所はどこで、作成者はだれですか?(場所だけ。キー自体は書かないでください)",
    ),
    required: false,
  });
  draft.ask({
    ...getHomeSubject(own),
    id: "clomoctl.readers",
    label: text("who can read the home and its backup", "ホームとバックアップを読める人"),
    wording: text(
      "Who can read the clomoctl home and its backup?",
      "clomoctl のホームとバックアップを読めるのはだれですか?",
    ),
    yearly: true,
  });
}

function checkReminderSetup(draft: ItemDraft, { runs, recipients, withheld }: ClomoctlFacts): void {
  const { asOf, timezone } = draft.when;
  const isAny = draft.facts.renewals.length > 0;
  if (runs?.length === 0 && isAny) {
    draft.gap(
      "no-schedule",
      text(
        "no daily run is installed, so nobody checks the expiry dates",
        "毎日の自動実行が登録されていません(期限をだれも確認していません)",
      ),
      line("renewals schedule install", []),
    );
  }
  for (const { way, lastRunAt, late = isRunLate({ lastRunAt }, { asOf, timezone }) } of runs ?? []) {
    if (!late) continue;
    const last = lastRunAt === null ? null : dayOf(lastRunAt, timezone);
    draft.gap(
      "no-recent-run",
      last === null
        ? text(`${way}: no run is recorded`, `${way}: 実行の記録がありません`)
        : text(`${way}: no run since ${last}`, `${way}: ${last} から実行されていません`),
      line("renewals schedule show", []),
    );
  }
  if (recipients.length === 0 && withheld === undefined && isAny) {
    draft.gap(
      "no-recipients",
      text("no recipients of reminders are configured", "通知先が設定されていません"),
      line("renewals notify", ["init"]),
    );
  }
  const leaving = recipients.filter(({ name, address }) => draft.isLeaver(name) || draft.isLeaver(address));
  if (leaving.length === 0) return;
  const names = joinTexts(
    leaving.map(({ name, address }) => same(address ?? name)),
    text(", ", "、"),
  );
  const called = draft.when.leaver?.called ?? "";
  draft.gap(
    "leaver-recipient",
    text(
      `reminders go to ${called}, who is leaving (${names.en})`,
      `通知先に、退職する ${called} さんが残っています(${names.ja})`,
    ),
    step(
      "replace the leaver with the successor in notify.yaml, then send a test message",
      "notify.yaml の宛先を後任に変えてから、テスト送信",
      line("renewals notify", ["test"]),
    ),
  );
}
