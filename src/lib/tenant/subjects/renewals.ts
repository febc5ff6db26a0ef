import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import {
  FINDING_STAGE,
  isTelephoneNumber,
  RECORDED_FIELDS,
  REMINDER,
  REMINDER_KEY,
  RENEWAL_ITEM,
  RENEWAL_FILE_FIELDS,
  type ReminderKeyRecord,
  type ReminderRecord,
  type RenewalItem,
  isNearlySameDate,
  isUploadedKind,
} from "../../nouns/renewal.ts";
import { buildEndCommand } from "../../derived/applicability.ts";
import { isLaterDate } from "../../renewals/compare.ts";
import { isOfFuture } from "../../renewals/stages.ts";
import type { Field, Fields, RecordOf } from "../../model/thing.ts";
import { replaceBlanksWithNull } from "../../rules/values.ts";
import { addOneYear } from "../../model/time.ts";
import { text, type Text } from "../../text/index.ts";
import { getCurrentInstant, createId, type Processes } from "../store/ids.ts";
import type { ChangedObject, Session } from "../ledger/session.ts";
import {
  deleteRenewalItem,
  findClaimedReminder,
  findRenewalItem,
  findReminder,
  insertRenewalItem,
  listRenewalItems,
  type StoredReminder,
  UNKNOWN_VALUES,
  updateRenewalItem,
} from "./renewal-rows.ts";
import { checkFieldValue, checkValues, omitUndefined } from "../ledger/records.ts";
import { insertRow, updateRow } from "../ledger/rows.ts";
import type { Reader, Writer } from "../store/types.ts";

/** After this time, another process may send an unfinished reminder, even if the first process seems to run. */
export const REMINDER_LEASE_MS = 10 * 60 * 1000;

export type RenewalChange = { readonly [K in keyof typeof RECORDED_FIELDS]?: RenewalItem[K] | undefined };

export type NewRenewalItem = RenewalChange & Pick<RenewalItem, "kind" | "name">;

const RENEWAL_LOCKS = ["renewals"] as const;

const createIdNotFoundFailure = (what: string, id: string): Failure =>
  new Failure("not-found", { what: text(`no ${what} has the ID "${id}"`, `ID が「${id}」のデータはありません`) });

const getRenewalItem = async (reader: Reader, id: string): Promise<RenewalItem> => {
  const item = await findRenewalItem(reader, id);
  if (item === undefined) throw createIdNotFoundFailure("renewal", id);
  return item;
};

async function requireUniqueItem(reader: Reader, { id, name, topic, fingerprint }: RenewalItem): Promise<void> {
  const others = (await listRenewalItems(reader)).filter((other) => other.id !== id);
  const isSame = (one: string | null, other: string | null): boolean => one !== null && one === other;
  const known =
    others.find((other) => isSame(topic, other.topic) || isSame(fingerprint, other.fingerprint)) ??
    others.find((other) => nameKey(other.name) === nameKey(name));
  if (known === undefined) return;
  throw new Failure("input-rejected", {
    what: text(`already recorded as "${known.name}"`, `「${known.name}」として登録済みです`),
    where: known.id,
    hint: step(
      "to record the renewal of this item",
      "この項目の更新の記録",
      line("renewals renew", [known.name, "FILE"]),
    ),
  });
}

const checkItemValues = (values: Partial<RenewalItem>): void => {
  checkValues(RENEWAL_ITEM.fields, values);
  const { phone = null } = values;
  if (phone === null || isTelephoneNumber(phone)) return;
  throw new Failure("input-rejected", {
    what: text(`"${phone}" is not a telephone number`, `「${phone}」は電話番号ではありません`),
    where: "phone",
    hint: text("to record a person or a place, use --phone-holder", "人や置き場所は --phone-holder で登録してください"),
  });
};

type RecordedExpiry = Pick<RenewalItem, "kind" | "name" | "organisation" | "fingerprint"> & {
  readonly expiresAt: string;
};

/**
 * Stores an expiry date in the item with the id, else in the item of the same kind and name, else in a new item. Call
 * this after locking `renewals`. @returns the id of the item
 */
export const storeExpiry = async (
  writer: Writer,
  { surroundings }: Pick<Session, "surroundings">,
  id: string | null,
  own: RecordedExpiry,
): Promise<string> => {
  const items = await listRenewalItems(writer);
  const recorded = items.filter(({ record }) => record === undefined);
  const known =
    recorded.find((item) => item.id === id) ??
    recorded.find(({ kind, name }) => kind === own.kind && nameKey(name) === nameKey(own.name));
  const updatedAt = getCurrentInstant(surroundings);
  const { expiresAt, fingerprint } = own;
  const said = { expiresAt, certainty: "exact", fingerprint, updatedAt } as const;
  if (known !== undefined) {
    await updateRenewalItem(writer, { ...known, ...said });
    return known.id;
  }
  const taken = new Set(items.map((item) => nameKey(item.name)));
  let { name } = own;
  for (let number = 2; taken.has(nameKey(name)); number += 1) name = `${own.name} (${number})`;
  const item = {
    ...UNKNOWN_VALUES,
    ...own,
    ...said,
    name,
    id: createId(surroundings),
    createdAt: updatedAt,
  } as RenewalItem;
  await insertRenewalItem(writer, item);
  return item.id;
};

export const addRenewal = (session: Session, given: NewRenewalItem): Promise<RenewalItem> =>
  session.change({ action: "renewals.add", locks: RENEWAL_LOCKS, once: true }, async (writer) => {
    const at = getCurrentInstant(session.surroundings);
    checkValues(RECORDED_FIELDS, given);
    const item = {
      ...UNKNOWN_VALUES,
      ...replaceBlanksWithNull(RENEWAL_ITEM.fields, omitUndefined(given)),
      id: createId(session.surroundings),
      certainty: given.certainty ?? "typed",
      createdAt: at,
      updatedAt: at,
    } as RenewalItem;
    checkItemValues(item);
    refuseContract(item);
    await requireUniqueItem(writer, item);
    await insertRenewalItem(writer, item);
    const after = await getRenewalItem(writer, item.id);
    return { result: after, objects: [toItemObject(after)], after };
  });

/** Refuses what ends as a record of another noun, because it is changed there. */
const refuseContract = ({ kind, name, record }: Pick<RenewalItem, "kind" | "name" | "record">): void => {
  if (record !== undefined)
    throw new Failure("input-rejected", {
      what: text(`"${name}" is not recorded as a renewal item`, `「${name}」は期限の項目として登録されていません`),
      hint: step("to change its end", "終了日の変更", buildEndCommand(record)),
    });
  if (kind !== "contract") return;
  throw new Failure("input-rejected", {
    what: text(`"${name}" is a contract of the tenant`, `契約「${name}」はテナントの基本情報に登録するものです`),
    hint: step("to record its end", "終了日の登録", line("tenant set", [], { contract: name, until: "DATE" })),
  });
};

const changeRenewal = (
  session: Session,
  action: string,
  id: string,
  change: (before: RenewalItem) => Partial<RenewalItem>,
): Promise<RenewalItem> =>
  session.change({ action, locks: RENEWAL_LOCKS }, async (writer) => {
    const before = await getRenewalItem(writer, id);
    refuseContract(before);
    const changes = replaceBlanksWithNull(RENEWAL_ITEM.fields, change(before));
    checkItemValues(changes);
    const after = { ...before, ...changes, updatedAt: getCurrentInstant(session.surroundings) };
    if (nameKey(after.name) !== nameKey(before.name) || after.topic !== before.topic)
      await requireUniqueItem(writer, after);
    await updateRenewalItem(writer, after);
    return { result: after, objects: [toItemObject(after)], before, after };
  });

/** Setting an expiry date by hand removes the fingerprint and source of the file. @throws Failure `not-found` */
export const editRenewal = (session: Session, id: string, change: RenewalChange): Promise<RenewalItem> =>
  changeRenewal(session, "renewals.edit", id, () => {
    checkValues(RECORDED_FIELDS, change);
    const given = omitUndefined(change) as Partial<RenewalItem>;
    return "expiresAt" in given ? { fingerprint: null, source: null, ...given } : given;
  });

interface Renewal {
  readonly by: string;
  readonly at: string;
  readonly consoleShows?: string | undefined;
  readonly file?: RecordOf<typeof RENEWAL_FILE_FIELDS> | undefined;
}

const RENEWAL_FIELDS = {
  by: { ...RENEWAL_ITEM.fields.confirmedBy, blank: false },
  at: RENEWAL_ITEM.fields.updatedAt,
  consoleShows: { type: "day" },
} as const satisfies Fields;

export const renewItem = (session: Session, id: string, { file, ...given }: Renewal): Promise<RenewalItem> =>
  changeRenewal(session, "renewals.renew", id, (item) => {
    checkValues(RENEWAL_FIELDS, given);
    const renewed = file === undefined ? renewByLogin(item, given.at) : renewByFile(item, file, given.consoleShows);
    return { ...renewed, confirmedAt: given.at, confirmedBy: given.by };
  });

const createRenewalFailure = (what: Text, where?: string): Failure => new Failure("input-rejected", { what, where });

const renewByLogin = ({ name, kind, confirmedAt }: RenewalItem, at: string): Partial<RenewalItem> => {
  if (kind !== "android-owner")
    throw createRenewalFailure(text(`${name} is not renewed by a login`, `「${name}」の期限はログインでは延びません`));
  if (confirmedAt !== null && Date.parse(at) < Date.parse(confirmedAt))
    throw createRenewalFailure(
      text(`a later login is recorded for ${name}`, `「${name}」には、より新しいログインが記録されています`),
      confirmedAt,
    );
  return { expiresAt: addOneYear(new Date(at).toISOString()), certainty: "estimated" };
};

const renewByFile = (item: RenewalItem, file: NonNullable<Renewal["file"]>, shown: string | undefined) => {
  checkValues(RENEWAL_FILE_FIELDS, file);
  const { name, kind, expiresAt, topic, organisation } = item;
  const [day] = file.expiresAt.split("T");
  if (expiresAt !== null && !isLaterDate(file, item))
    throw createRenewalFailure(
      text(
        `this file (${day}) is not newer than that of "${name}"`,
        `ファイル(${day})は「${name}」より新しくありません`,
      ),
    );
  if (isUploadedKind(kind) && (shown === undefined || !isNearlySameDate(file.expiresAt, `${shown}T12:00:00Z`)))
    throw createRenewalFailure(
      text(
        `the console shows ${shown ?? "no date"}, but the new file of ${name} expires on ${day}: nothing was recorded`,
        `管理画面に表示された期限は ${shown ?? "不明"} ですが、「${name}」の新しいファイルの期限は ${day} です。何も記録していません`,
      ),
    );
  return { ...file, topic: file.topic ?? topic, organisation: organisation ?? file.organisation };
};

export const removeRenewal = (session: Session, id: string): Promise<RenewalItem> =>
  session.change({ action: "renewals.remove", locks: RENEWAL_LOCKS }, async (writer) => {
    const before = await getRenewalItem(writer, id);
    refuseContract(before);
    await deleteRenewalItem(writer, id);
    return { result: before, objects: [toItemObject(before)], before };
  });

interface ClaimResult {
  readonly claimed: boolean;
  readonly notice: ReminderRecord;
}

/** Reserves a reminder until its outcome is known, {@link REMINDER_LEASE_MS} passes or the process ends. */
export const claimReminder = (session: Session, processes: Processes, claim: ReminderKeyRecord): Promise<ClaimResult> =>
  session.change<ClaimResult>({ action: null, locks: RENEWAL_LOCKS }, async (writer) => {
    checkValues(REMINDER_KEY, claim);
    if (claim.stage !== FINDING_STAGE) await getRenewalItem(writer, claim.itemId);
    const known = await findClaimedReminder(writer, claim);
    const id = known?.notice.id ?? createId(session.surroundings);
    const objects = [{ thing: "renewal_notice", id }];
    const isCounted = known !== undefined && !isOfFuture(known.notice, session.surroundings.now());
    if (isCounted && (known.notice.state === "sent" || isBeingSent(known, session, processes)))
      return { result: { claimed: false, notice: known.notice }, objects };
    const at = getCurrentInstant(session.surroundings);
    // a reminder of a clock that was ahead was withdrawn: the next one has a new ID, or mail programs would hide it
    const isAgain = isCounted && (known.notice.state === "sending" || known.notice.error !== null);
    const { attempts, messageId } = isAgain
      ? known.notice
      : { attempts: 0, messageId: `${createId(session.surroundings)}@clomoctl.invalid` };
    const notice = { id, ...claim, state: "sending", messageId, attempts: attempts + 1, at, error: null } as const;
    const row = { ...notice, host: session.surroundings.origin.host, pid: processes.self };
    await (known === undefined ? insertRow(writer, REMINDER.name, row) : updateRow(writer, REMINDER.name, row));
    return { result: { claimed: true, notice }, objects };
  });

const isBeingSent = ({ notice, host, pid }: StoredReminder, { surroundings }: Session, processes: Processes) => {
  // the difference is absolute, because a wrong clock may have set a time in the future
  const isRecent = Math.abs(surroundings.now() - Date.parse(notice.at)) < REMINDER_LEASE_MS;
  if (notice.state !== "sending" || !isRecent) return false;
  const isHere = host === surroundings.origin.host && pid !== null;
  return !isHere || pid === processes.self || processes.isAlive(pid);
};

const REMINDER_OUTCOME_FIELD: Field = { ...REMINDER.fields.state, choices: ["sent", "failed"] };

export const recordReminderOutcome = (
  session: Session,
  id: string,
  outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
): Promise<ReminderRecord> =>
  session.change({ action: null, locks: RENEWAL_LOCKS }, async (writer) => {
    checkFieldValue("state", REMINDER_OUTCOME_FIELD, outcome.state);
    const known = await findReminder(writer, id);
    if (known === undefined) throw createIdNotFoundFailure("notice", id);
    const notice = { ...known, ...outcome, at: getCurrentInstant(session.surroundings) };
    await updateRow(writer, REMINDER.name, notice);
    return { result: notice, objects: [{ thing: "renewal_notice", id }] };
  });

const toItemObject = ({ id, name }: RenewalItem): ChangedObject => ({ thing: RENEWAL_ITEM.name, id, name });
