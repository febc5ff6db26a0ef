import type { RenewalItem, Client } from "../../../lib/client/index.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { describePendingUpload, recordFile, stateOf } from "../../../lib/renewals/download.ts";
import type { LoadedDownload } from "../../../lib/renewals/guide/downloads.ts";
import { toUtcInstant, parseTypedDate } from "../../../lib/model/typed-date.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { toItemFields } from "../items/read-options.ts";
import type { GuideSubject } from "./subject.ts";

/** What the functions that record a renewal need. */
export interface RecordDependencies {
  readonly tools: Pick<Tools, "terminal" | "clock" | "machine" | "describeState">;
  readonly client: Client<"renewals">;
  /** IANA name of the time zone in which days are shown and typed */
  readonly timezone: string;
}

const INTERACTIVE_FLAG = "--interactive";

/**
 * Records the renewal that a user has just completed with a guide, after a last confirmation. An uploaded file is
 * recorded as downloaded before its upload is confirmed, so that a renewal is never half recorded.
 *
 * @returns the item after the change; undefined if nothing was recorded
 */
export async function recordRenewal(
  place: RecordDependencies,
  subject: GuideSubject,
  renewed: LoadedDownload | undefined,
): Promise<RenewalItem | undefined> {
  const { kind, item } = subject;
  if (renewed !== undefined) return recordRenewedFile(place, subject, renewed);
  if (item === null) return undefined;
  if (stateOf(item) === "downloaded") return recordUpload(place, item);
  return kind === "android-owner" ? recordLogin(place, item) : recordDate(place, item);
}

async function recordRenewedFile(
  place: RecordDependencies,
  { kind, item }: GuideSubject,
  renewed: LoadedDownload,
): Promise<RenewalItem | undefined> {
  const { client, timezone } = place;
  if (renewed.content.of !== "renewable") return undefined;
  const { expiring } = renewed.content.renewable;
  const name = item?.name ?? expiring.name;
  const day = dayOf(expiring.expiresAt, timezone);
  if (
    !(await confirmRecording(
      place,
      text(`Record ${name} with the expiry date ${day}?`, `「${name}」(期限 ${day})を記録しますか?`),
    ))
  ) {
    return undefined;
  }
  const { organisation, ...recorded } = toItemFields(expiring, renewed.path);
  const named = organisation === null ? {} : { organisation };
  setRecordingState(place);
  if (item === null) return client.renewals.add({ ...recorded, ...named, kind, name });
  const after = await client.renewals.edit(item.id, { ...recordFile(item, recorded), ...named });
  return stateOf(after) === "downloaded" ? recordUpload(place, after) : after;
}

/** Asks for the console's expiry date to confirm the upload. Without a date, the file remains downloaded. */
async function recordUpload(place: RecordDependencies, item: RenewalItem): Promise<RenewalItem> {
  const { tools, client, timezone } = place;
  const typed = await tools.terminal.prompts.input({
    message: text(
      "Expiry date that the console shows now, such as 2027-03-31 (leave blank if you have not uploaded the file yet)",
      "管理画面に表示されている期限(例 2027-03-31。まだアップロードしていなければ未入力)",
    ),
    flag: INTERACTIVE_FLAG,
    check: describeInvalidDate,
  });
  const date = parseTypedDate(typed.trim());
  if (date === undefined) {
    const remark = describePendingUpload(item, timezone);
    if (remark !== undefined) await tools.terminal.note(remark);
    return item;
  }
  setRecordingState(place);
  const consoleShows = "day" in date ? date.day : dayOf(date.instant, timezone);
  const by = tools.machine.userName ?? "-";
  return client.renewals.confirm(item.id, { by, at: tools.clock.now().toISOString(), consoleShows });
}

const describeInvalidDate = (date: string): Text | undefined =>
  date.trim() === "" || parseTypedDate(date.trim()) !== undefined
    ? undefined
    : text("enter a date such as 2027-03-31", "2027-03-31 のように入力してください");

async function recordLogin(place: RecordDependencies, item: RenewalItem): Promise<RenewalItem | undefined> {
  const { tools, client } = place;
  if (
    !(await confirmRecording(
      place,
      text(`Record the login to ${item.name}?`, `「${item.name}」へのログインを記録しますか?`),
    ))
  )
    return undefined;
  const user = tools.machine.userName ?? "";
  const by = await tools.terminal.prompts.input({
    message: buildLoginPrompt(item, user),
    flag: INTERACTIVE_FLAG,
    preset: user,
    check: (typed) => (typed.trim() === "" ? text("enter a name", "名前を入力してください") : undefined),
  });
  setRecordingState(place);
  return client.renewals.confirm(item.id, { by: by.trim(), at: tools.clock.now().toISOString() });
}

/** Returns the question of who signed in to an account.  @param user default answer; "" if a name must be entered */
const buildLoginPrompt = ({ name }: RenewalItem, user: string): Text =>
  user === ""
    ? text(`Who signed in to ${name}?`, `だれが「${name}」にログインしましたか?`)
    : text(
        `Who signed in to ${name}? (default: ${user})`,
        `だれが「${name}」にログインしましたか?(未入力なら ${user})`,
      );

async function recordDate(place: RecordDependencies, item: RenewalItem): Promise<RenewalItem | undefined> {
  const { tools, client, timezone } = place;
  const typed = await tools.terminal.prompts.input({
    message: text(
      `New expiry date of ${item.name}, such as 2027-03-31 (leave blank to record nothing)`,
      `「${item.name}」の新しい期限(例 2027-03-31。未入力なら記録しない)`,
    ),
    flag: INTERACTIVE_FLAG,
    check: describeInvalidDate,
  });
  const date = parseTypedDate(typed.trim());
  if (date === undefined) return undefined;
  setRecordingState(place);
  return client.renewals.edit(item.id, { expiresAt: toUtcInstant(date, timezone), certainty: "typed" });
}

const confirmRecording = ({ tools }: RecordDependencies, message: Text): Promise<boolean> =>
  tools.terminal.prompts.confirm({ message, flag: INTERACTIVE_FLAG, preset: true });

const setRecordingState = ({ tools }: RecordDependencies): void =>
  tools.describeState(() => text("the renewal may have been recorded", "更新は記録された可能性があります"));
