import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import {
  DOWNLOAD_FIELDS,
  isTelephoneNumber,
  RECORDED_FIELDS,
  REMINDER,
  REMINDER_KEY,
  RENEWAL_ITEM,
  type ReminderKeyRecord,
  type ReminderRecord,
  type RenewalItem,
} from "../../model/renewal.ts";
import { confirmUpload, EMPTY_DOWNLOAD_FIELDS } from "../../renewals/download.ts";
import type { Field, Fields } from "../../model/thing.ts";
import { replaceBlanksWithNull } from "../../rules/values.ts";
import { addOneYear } from "../../model/time.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant, createId } from "../ids.ts";
import type { ChangedObject, Session } from "../session.ts";
import {
  deleteRenewalItem,
  findClaimedReminder,
  findRenewalItem,
  findReminder,
  insertRenewalItem,
  insertReminder,
  listRenewalItems,
  resumeReminder,
  type StoredReminder,
  updateRenewalItem,
  updateReminder,
} from "./renewal-rows.ts";
import { checkFieldValue } from "../records/records.ts";
import type { Processes } from "../store/processes.ts";
import type { Reader, Writer } from "../store/store.ts";

/**
 * The time after which another process may send a reminder that is not settled, even if the first process still seems
 * to run.
 */
export const REMINDER_LEASE_MS = 10 * 60 * 1000;

const WRITTEN_FIELDS = { ...RECORDED_FIELDS, ...DOWNLOAD_FIELDS };

/** The values of an item to change. A missing value stays; null or a blank text clears it. */
export type RenewalChange = { readonly [K in keyof typeof WRITTEN_FIELDS]?: RenewalItem[K] | undefined };

export type NewRenewalItem = RenewalChange & Pick<RenewalItem, "kind" | "name">;

const RENEWAL_LOCKS = ["renewals"];

const createIdNotFoundFailure = (what: string, id: string): Failure =>
  new Failure("not-found", { what: text(`no ${what} has the ID "${id}"`, `ID が「${id}」のデータはありません`) });

const getRenewalItem = async (reader: Reader, id: string): Promise<RenewalItem> => {
  const item = await findRenewalItem(reader, id);
  if (item === undefined) throw createIdNotFoundFailure("renewal", id);
  return item;
};

const getReminder = async (reader: Reader, id: string): Promise<ReminderRecord> => {
  const notice = await findReminder(reader, id);
  if (notice === undefined) throw createIdNotFoundFailure("notice", id);
  return notice;
};

/**
 * Checks that no other item has the same push certificate topic or the same name. If two items had the same topic, one
 * of them would remain due forever; if they had the same name, the name would not identify one item.
 *
 * @throws Failure `input-rejected`
 */
async function requireUniqueItem(reader: Reader, { id, name, topic }: RenewalItem): Promise<void> {
  const others = (await listRenewalItems(reader)).filter((other) => other.id !== id);
  const sameTopic = topic === null ? undefined : others.find((other) => other.topic === topic);
  const known = sameTopic ?? others.find((other) => nameKey(other.name) === nameKey(name));
  if (known === undefined) return;
  throw new Failure("input-rejected", {
    what:
      sameTopic === undefined
        ? text(`an item named "${known.name}" already exists`, `「${known.name}」という名前の項目がすでにあります`)
        : text(`"${known.name}" has the same topic`, `「${known.name}」と同じトピックです`),
    where: known.id,
    hint: text(
      `to record the renewal of this item: ${line("renewals edit", [known.name], { file: "FILE" })}; otherwise, choose another name`,
      `この項目の更新を記録するには: ${line("renewals edit", [known.name], { file: "FILE" })}。別の項目なら、別の名前にしてください`,
    ),
  });
}

const checkValues = (fields: Fields, values: object): void => {
  for (const [name, value] of Object.entries(values) as readonly [string, unknown][]) {
    const { [name]: field } = fields;
    if (field === undefined) throw createNoSuchFieldFailure(name);
    if (value !== undefined) checkFieldValue(name, field, value);
  }
};

const createNoSuchFieldFailure = (name: string): Failure =>
  new Failure("input-rejected", {
    what: text(`there is no field named "${name}"`, `「${name}」という項目はありません`),
  });

/** Checks the values of an item.  @throws Failure `input-rejected` if a value violates a rule of its field */
const checkItemValues = (values: Partial<RenewalItem>): void => {
  checkValues(RENEWAL_ITEM.fields, values);
  const { phone = null } = values;
  if (phone === null || isTelephoneNumber(phone)) return;
  throw new Failure("input-rejected", {
    what: text(`"${phone}" is not a telephone number`, `「${phone}」は電話番号ではありません`),
    where: "phone",
  });
};

type OwnExpiry = Pick<RenewalItem, "kind" | "name" | "organisation" | "fingerprint"> & {
  readonly expiresAt: string;
};

/**
 * Records an expiry date in the item that was created for it before; otherwise in the item with the same kind and name;
 * otherwise in a new item. Values that users entered, such as the owner, are kept. Must be called only in a change that
 * locks `renewals`.
 *
 * @param id the id of the item that was created for it before, if there is one
 * @returns the id of the item
 */
export const storeOwnExpiry = async (
  writer: Writer,
  { surroundings }: Pick<Session, "surroundings">,
  id: string | null,
  own: OwnExpiry,
): Promise<string> => {
  const items = await listRenewalItems(writer);
  const known =
    items.find((item) => item.id === id) ??
    items.find(({ kind, name }) => kind === own.kind && nameKey(name) === nameKey(own.name));
  const updatedAt = getCurrentInstant(surroundings);
  const { expiresAt, fingerprint } = own;
  const said = { expiresAt, certainty: "exact", fingerprint, updatedAt, ...EMPTY_DOWNLOAD_FIELDS } as const;
  if (known !== undefined) {
    await updateRenewalItem(writer, { ...known, ...said });
    return known.id;
  }
  const taken = new Set(items.map((item) => nameKey(item.name)));
  let { name } = own;
  for (let number = 2; taken.has(nameKey(name)); number += 1) name = `${own.name} (${number})`;
  const unsaid = Object.fromEntries(Object.keys(RECORDED_FIELDS).map((field) => [field, null]));
  const item = { ...unsaid, ...own, ...said, name, id: createId(surroundings), createdAt: updatedAt } as RenewalItem;
  await insertRenewalItem(writer, item);
  return item.id;
};

export const addRenewal = (session: Session, given: NewRenewalItem): Promise<RenewalItem> =>
  session.change({ action: "renewals.add", locks: RENEWAL_LOCKS, once: true }, async (writer) => {
    const at = getCurrentInstant(session.surroundings);
    checkValues(WRITTEN_FIELDS, given);
    const fields = Object.fromEntries(
      Object.keys(WRITTEN_FIELDS).map((field) => [field, given[field as keyof NewRenewalItem] ?? null]),
    );
    const item = {
      ...replaceBlanksWithNull(RENEWAL_ITEM.fields, fields),
      id: createId(session.surroundings),
      certainty: given.certainty ?? "typed",
      createdAt: at,
      updatedAt: at,
    } as RenewalItem;
    checkItemValues(item);
    await requireUniqueItem(writer, item);
    await insertRenewalItem(writer, item);
    const after = await getRenewalItem(writer, item.id);
    return { result: after, objects: [toItemObject(after)], after };
  });

const changeRenewal = (
  session: Session,
  action: string,
  id: string,
  change: (before: RenewalItem) => Partial<RenewalItem>,
): Promise<RenewalItem> =>
  session.change({ action, locks: RENEWAL_LOCKS }, async (writer) => {
    const before = await getRenewalItem(writer, id);
    const changes = replaceBlanksWithNull(RENEWAL_ITEM.fields, change(before));
    checkItemValues(changes);
    const after = { ...before, ...changes, updatedAt: getCurrentInstant(session.surroundings) };
    if (nameKey(after.name) !== nameKey(before.name) || after.topic !== before.topic)
      await requireUniqueItem(writer, after);
    await updateRenewalItem(writer, after);
    return { result: after, objects: [toItemObject(after)], before, after };
  });

/**
 * Changes an item. An expiry date without a renewed file is the date of the file in use. In this case, the recorded
 * data about a renewed file that has not been uploaded yet is removed.
 *
 * @throws Failure `not-found`
 */
export const editRenewal = (session: Session, id: string, change: RenewalChange): Promise<RenewalItem> =>
  changeRenewal(session, "renewals.edit", id, () => {
    checkValues(WRITTEN_FIELDS, change);
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    return "expiresAt" in given ? { ...EMPTY_DOWNLOAD_FIELDS, ...given } : given;
  });

interface RenewalConfirmation {
  readonly by: string;
  readonly at: string;
  /** a day */
  readonly consoleShows?: string | undefined;
}

const CONFIRMATION_FIELDS = {
  by: { ...RENEWAL_ITEM.fields.confirmedBy, blank: false },
  at: RENEWAL_ITEM.fields.updatedAt,
  consoleShows: { type: "day" },
} as const satisfies Fields;

/**
 * Confirms an upload by the expiry date that the console shows, or confirms a yearly login. The login is then due again
 * after one year.
 *
 * @throws Failure `not-found`; `input-rejected` if the console shows a different date, or if a later login is already
 * recorded
 */
export const confirmRenewal = (session: Session, id: string, given: RenewalConfirmation): Promise<RenewalItem> =>
  changeRenewal(session, "renewals.confirm", id, (item) => {
    checkValues(CONFIRMATION_FIELDS, given);
    const { by, at, consoleShows } = given;
    const shown = consoleShows === undefined ? confirmLogin(item, at) : confirmUpload(item, consoleShows);
    return { ...shown, confirmedAt: at, confirmedBy: by };
  });

const confirmLogin = ({ name, confirmedAt }: RenewalItem, at: string): Partial<RenewalItem> => {
  if (confirmedAt !== null && Date.parse(at) < Date.parse(confirmedAt)) {
    const edit = line("renewals edit", [name], { lastLogin: "DATE" });
    throw new Failure("input-rejected", {
      what: text(
        `a later login is already recorded for ${name}`,
        `「${name}」には、より後のログインが記録されています`,
      ),
      where: confirmedAt,
      hint: step("if the recorded login is wrong", "記録されたログインが誤りなら", edit),
    });
  }
  return { expiresAt: addOneYear(new Date(at).toISOString()), certainty: "estimated" };
};

/** Removes an item. @throws Failure `not-found`; `conflict` if items have changed since they were read */
export const removeRenewal = (session: Session, id: string): Promise<RenewalItem> =>
  session.change({ action: "renewals.remove", locks: RENEWAL_LOCKS }, async (writer) => {
    const before = await getRenewalItem(writer, id);
    await deleteRenewalItem(writer, id);
    return { result: before, objects: [toItemObject(before)], before };
  });

interface ClaimResult {
  readonly claimed: boolean;
  readonly notice: ReminderRecord;
}

/**
 * Reserves a reminder for one sender. No other sender can claim the reminder until it is settled, the sender's process
 * has ended, or the time {@link REMINDER_LEASE_MS} has passed. A reminder that was sent is never sent again.
 *
 * @throws Failure `not-found` if the item does not exist
 */
export const claimReminder = (session: Session, processes: Processes, claim: ReminderKeyRecord): Promise<ClaimResult> =>
  session.change<ClaimResult>({ action: null, locks: RENEWAL_LOCKS }, async (writer) => {
    checkValues(REMINDER_KEY, claim);
    await getRenewalItem(writer, claim.itemId);
    const known = await findClaimedReminder(writer, claim);
    const at = getCurrentInstant(session.surroundings);
    const holder = { host: session.surroundings.origin.host, pid: processes.self };
    if (known === undefined) {
      const id = createId(session.surroundings);
      const messageId = `${id}@clomoctl.invalid`;
      const notice: ReminderRecord = { id, ...claim, state: "sending", messageId, attempts: 1, at, error: null };
      await insertReminder(writer, { ...holder, notice });
      return { result: { claimed: true, notice }, objects: [{ thing: "renewal_notice", id }] };
    }
    const objects = [{ thing: "renewal_notice", id: known.notice.id }];
    if (known.notice.state === "sent" || isBeingSent(known, session, processes)) {
      return { result: { claimed: false, notice: known.notice }, objects };
    }
    const { attempts } = known.notice;
    const notice: ReminderRecord = { ...known.notice, state: "sending", attempts: attempts + 1, at, error: null };
    await resumeReminder(writer, { ...holder, notice });
    return { result: { claimed: true, notice }, objects };
  });

/**
 * Returns true if a process may still be sending a reminder: the process started to send it recently and, if it is on
 * this machine, is still running.
 */
const isBeingSent = (
  { notice, host, pid }: StoredReminder,
  { surroundings }: Session,
  processes: Processes,
): boolean => {
  // the difference is absolute, because a time far in the future comes from a wrong clock
  const isRecent = Math.abs(surroundings.now() - Date.parse(notice.at)) < REMINDER_LEASE_MS;
  if (notice.state !== "sending" || !isRecent) return false;
  const isHere = host === surroundings.origin.host && pid !== null;
  return !isHere || pid === processes.self || processes.isAlive(pid);
};

const SETTLED_STATE: Field = { ...REMINDER.fields.state, choices: ["sent", "failed"] };

/** Records the outcome of sending a reminder. @throws Failure `not-found` */
export const recordReminderOutcome = (
  session: Session,
  id: string,
  outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
): Promise<ReminderRecord> =>
  session.change({ action: null, locks: RENEWAL_LOCKS }, async (writer) => {
    checkFieldValue("state", SETTLED_STATE, outcome.state);
    const notice = { ...(await getReminder(writer, id)), ...outcome, at: getCurrentInstant(session.surroundings) };
    await updateReminder(writer, notice);
    return { result: notice, objects: [{ thing: "renewal_notice", id }] };
  });

const toItemObject = ({ id, name }: RenewalItem): ChangedObject => ({ thing: RENEWAL_ITEM.name, id, name });
