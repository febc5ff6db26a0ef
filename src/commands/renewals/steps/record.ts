import type { RenewalItem, Client } from "../../../lib/client/index.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { downloadRemark, recordFile, stateOf } from "../../../lib/renewals/download.ts";
import type { ReadDownload } from "../../../lib/renewals/guide/downloads.ts";
import { instantOf, parseTypedDate } from "../../../lib/model/typed-date.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { fromFile } from "../items/read-options.ts";
import type { GuideSubject } from "./subject.ts";

/** What recording needs. */
export interface RecordPlace {
  readonly tools: Pick<Tools, "terminal" | "clock" | "machine" | "describeState">;
  readonly client: Client<"renewals">;
  /** IANA name of the zone days are told in */
  readonly timezone: string;
}

const FLAG = "--interactive";

/**
 * Records a renewal that was gone through, after a last question. A file that was uploaded is recorded as downloaded before
 * the upload is confirmed, so that nothing is ever half recorded.
 *
 * @returns the item as it is now; undefined where nothing was recorded
 */
export async function record(
  place: RecordPlace,
  subject: GuideSubject,
  renewed: ReadDownload | undefined,
): Promise<RenewalItem | undefined> {
  const { kind, item } = subject;
  if (renewed !== undefined) return recordRenewed(place, subject, renewed);
  if (item === null) return undefined;
  if (stateOf(item) === "downloaded") return recordUpload(place, item);
  return kind === "android-owner" ? recordLogin(place, item) : recordDate(place, item);
}

async function recordRenewed(
  place: RecordPlace,
  { kind, item }: GuideSubject,
  renewed: ReadDownload,
): Promise<RenewalItem | undefined> {
  const { client, timezone } = place;
  if (renewed.content.of !== "renewable") return undefined;
  const { expiring } = renewed.content.renewable;
  const name = item?.name ?? expiring.name;
  const day = dayOf(expiring.expiresAt, timezone);
  if (!(await agreed(place, text(`Record ${name}, expires on ${day}?`, `${name}(期限 ${day})を記録しますか?`)))) {
    return undefined;
  }
  const { organisation, ...recorded } = fromFile(expiring, renewed.path);
  const named = organisation === null ? {} : { organisation };
  begin(place);
  if (item === null) return client.renewals.add({ ...recorded, ...named, kind, name });
  const after = await client.renewals.edit(item.id, { ...recordFile(item, recorded), ...named });
  return stateOf(after) === "downloaded" ? recordUpload(place, after) : after;
}

/** Confirms an upload by the date that the console shows; without one the file stays downloaded. */
async function recordUpload(place: RecordPlace, item: RenewalItem): Promise<RenewalItem> {
  const { tools, client, timezone } = place;
  const typed = await tools.terminal.prompts.input({
    message: text(
      "Expiry date that the console shows now, such as 2027-03-31 (leave empty if nothing was uploaded yet)",
      "管理画面に表示されている期限(例 2027-03-31。まだアップロードしていなければ空)",
    ),
    flag: FLAG,
    check: checkDay,
  });
  const date = parseTypedDate(typed.trim());
  if (date === undefined) {
    const remark = downloadRemark(item, timezone);
    if (remark !== undefined) await tools.terminal.note(remark);
    return item;
  }
  begin(place);
  const consoleShows = "day" in date ? date.day : dayOf(date.instant, timezone);
  const by = tools.machine.userName ?? "-";
  return client.renewals.confirm(item.id, { by, at: tools.clock.now().toISOString(), consoleShows });
}

const checkDay = (date: string): Text | undefined =>
  date.trim() === "" || parseTypedDate(date.trim()) !== undefined
    ? undefined
    : text("use a date such as 2027-03-31", "2027-03-31 のように入力してください");

async function recordLogin(place: RecordPlace, item: RenewalItem): Promise<RenewalItem | undefined> {
  const { tools, client } = place;
  if (!(await agreed(place, text(`Record the login to ${item.name}?`, `${item.name} へのログインを記録しますか?`))))
    return undefined;
  const user = tools.machine.userName ?? "";
  const by = await tools.terminal.prompts.input({
    message: signedIn(item, user),
    flag: FLAG,
    preset: user,
    check: (typed) => (typed.trim() === "" ? text("enter a name", "名前を入力してください") : undefined),
  });
  begin(place);
  return client.renewals.confirm(item.id, { by: by.trim(), at: tools.clock.now().toISOString() });
}

/** Asks who signed in to an account. @param user who is meant by a blank; "" for nobody */
const signedIn = ({ name }: RenewalItem, user: string): Text =>
  user === ""
    ? text(`Who signed in to ${name}?`, `誰が ${name} にログインしましたか?`)
    : text(`Who signed in to ${name}? (blank: ${user})`, `誰が ${name} にログインしましたか?(空なら ${user})`);

async function recordDate(place: RecordPlace, item: RenewalItem): Promise<RenewalItem | undefined> {
  const { tools, client, timezone } = place;
  const typed = await tools.terminal.prompts.input({
    message: text(
      `New expiry date of ${item.name}, such as 2027-03-31 (blank: nothing is recorded)`,
      `「${item.name}」の新しい期限(例 2027-03-31。空なら記録しない)`,
    ),
    flag: FLAG,
    check: checkDay,
  });
  const date = parseTypedDate(typed.trim());
  if (date === undefined) return undefined;
  begin(place);
  return client.renewals.edit(item.id, { expiresAt: instantOf(date, timezone), certainty: "typed" });
}

const agreed = ({ tools }: RecordPlace, message: Text): Promise<boolean> =>
  tools.terminal.prompts.confirm({ message, flag: FLAG, preset: true });

const begin = ({ tools }: RecordPlace): void =>
  tools.describeState(() => text("the renewal may have been recorded", "更新は記録された可能性があります"));
