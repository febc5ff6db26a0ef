import { line, step } from "../../advice/index.ts";
import type { NewRenewalItem, Notice, NoticeClaim, RenewalChange, RenewalItem } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { DOWNLOAD_FIELDS, RECORDED_FIELDS, RENEWAL_ITEM } from "../../model/renewal.ts";
import { confirmUpload, NO_DOWNLOAD } from "../../renewals/download.ts";
import type { Field } from "../../model/thing.ts";
import { judgeRecord } from "../../rules/index.ts";
import { enforce } from "../../rules/rule.ts";
import { withoutBlanks } from "../../rules/values.ts";
import { yearAfter } from "../../model/time.ts";
import { text } from "../../text/index.ts";
import { instant, newId, type Surroundings } from "../ids.ts";
import { isSimulatedName } from "../../apple/simulated.ts";
import type { ChangedObject, ChangeOf, IdempotentRequest, Session } from "../session.ts";
import {
  deleteItem,
  findClaimed,
  findItem,
  findNotice,
  insertItem,
  insertNotice,
  listItems,
  resumeNotice,
  type StoredNotice,
  updateItem,
  updateNotice,
} from "./renewal-rows.ts";
import { checkField } from "../records/records.ts";
import type { Processes } from "../store/processes.ts";
import type { Reader, Writer } from "../store/store.ts";
import { isMirror } from "../records/tenant-rows.ts";

/** A notice that was begun this long ago and not settled may be begun again, even if its process seems to run. */
export const NOTICE_LEASE_MS = 10 * 60 * 1000;

const LOCKS = ["renewals"];

const missing = (what: string, id: string): Failure =>
  new Failure("not-found", { what: text(`no ${what} ${id}`, `${id} はありません`) });

const itemNamed = async (reader: Reader, id: string): Promise<RenewalItem> => {
  const item = await findItem(reader, id);
  if (item === undefined) throw missing("renewal", id);
  return item;
};

const noticeNamed = async (reader: Reader, id: string): Promise<Notice> => {
  const notice = await findNotice(reader, id);
  if (notice === undefined) throw missing("notice", id);
  return notice;
};

/**
 * One item a push certificate's topic, and one a name: of two, one would be due for ever, and neither could be named.
 *
 * @throws Failure `input-rejected`
 */
async function refuseTaken(reader: Reader, { id, name, topic }: RenewalItem): Promise<void> {
  const others = (await listItems(reader)).filter((other) => other.id !== id);
  const sameTopic = topic === null ? undefined : others.find((other) => other.topic === topic);
  const known = sameTopic ?? others.find((other) => nameKey(other.name) === nameKey(name));
  if (known === undefined) return;
  throw new Failure("input-rejected", {
    what:
      sameTopic === undefined
        ? text(`an item named ${known.name} exists already`, `「${known.name}」という名前の項目がすでにあります`)
        : text(`same topic as ${known.name}`, `「${known.name}」と同じトピックです`),
    where: known.id,
    hint: text(
      `to record its renewal: ${line("renewals edit", [known.name], { file: "FILE" })}; else choose another name`,
      `更新の記録は ${line("renewals edit", [known.name], { file: "FILE" })} で行います。別のものなら、別の名前にしてください`,
    ),
  });
}

/** @throws Failure `input-rejected` where a rule of a field says no */
const checkValues = (values: Partial<RenewalItem>): void => {
  for (const [name, field] of Object.entries<Field>(RENEWAL_ITEM.fields)) {
    const { [name as keyof RenewalItem]: value } = values;
    if (value !== undefined) checkField(name, field, value);
  }
  enforce(judgeRecord(RENEWAL_ITEM.name, { after: values }), "phone");
};

/** What a tenant knows by itself of something of its own that expires. */
export type OwnExpiry = Pick<RenewalItem, "kind" | "name" | "organisation" | "fingerprint"> &
  Partial<Pick<RenewalItem, "topic" | "account">> & { readonly expiresAt: string };

/**
 * Records when something of the tenant's own expires: in the item that was kept for it, else in the one of its kind that has
 * its topic or its name, else in a new one. What people have written there, such as its owner, stays. Part of a change that
 * locks `renewals`.
 *
 * Of what a simulator made no item of anything real is taken, and its own says SIMULATOR; in a mirror, whose renewals are
 * the console's, there is none.
 *
 * @param id the item that was kept for it, if it was
 * @returns the id of its item; null in a mirror's rehearsal
 */
export const keepOwnRenewal = async (
  writer: Writer,
  { surroundings }: Pick<Session, "surroundings">,
  id: string | null,
  { simulated = false, ...own }: OwnExpiry & { readonly simulated?: boolean },
): Promise<string | null> => {
  if (!simulated) return keepRenewal(writer, surroundings, id, own, await listItems(writer));
  if (await isMirror(writer)) return null;
  const name = isSimulatedName(own.name) ? own.name : `SIMULATOR ${own.name}`;
  return keepRenewal(writer, surroundings, id, { ...own, name }, []);
};

/** @param others the items of which one may be meant */
const keepRenewal = async (
  writer: Writer,
  surroundings: Surroundings,
  id: string | null,
  own: OwnExpiry,
  others: readonly RenewalItem[],
): Promise<string> => {
  const items = await listItems(writer);
  const ofKind = others.filter(({ kind }) => kind === own.kind);
  const known =
    items.find((item) => item.id === id) ??
    (own.topic === undefined || own.topic === null ? undefined : others.find(({ topic }) => topic === own.topic)) ??
    ofKind.find(({ name }) => nameKey(name) === nameKey(own.name));
  const updatedAt = instant(surroundings);
  const { expiresAt, fingerprint } = own;
  const said = { expiresAt, certainty: "exact", fingerprint, updatedAt, ...NO_DOWNLOAD } as const;
  if (known !== undefined) {
    const { topic = known.topic, account = known.account } = own;
    await updateItem(writer, { ...known, ...said, topic, account });
    return known.id;
  }
  const taken = new Set(items.map((item) => nameKey(item.name)));
  let { name } = own;
  for (let number = 2; taken.has(nameKey(name)); number += 1) name = `${own.name} (${number})`;
  const unsaid = Object.fromEntries(Object.keys(RECORDED_FIELDS).map((field) => [field, null]));
  const item = { ...unsaid, ...own, ...said, name, id: newId(surroundings), createdAt: updatedAt } as RenewalItem;
  await insertItem(writer, item);
  return item.id;
};

/** Adds a renewal item. */
export const addRenewal = (
  session: Session,
  given: NewRenewalItem,
  once?: Omit<IdempotentRequest<RenewalItem>, "replay">,
): Promise<RenewalItem> =>
  session.change(
    { action: "renewals.add", locks: LOCKS, once: once && { ...once, replay: findItem } },
    async (writer) => {
      const at = instant(session.surroundings);
      const fields = Object.fromEntries(
        Object.keys({ ...RECORDED_FIELDS, ...DOWNLOAD_FIELDS }).map((field) => [
          field,
          given[field as keyof NewRenewalItem] ?? null,
        ]),
      );
      const item = {
        ...withoutBlanks(RENEWAL_ITEM.fields, fields),
        id: newId(session.surroundings),
        certainty: given.certainty ?? "typed",
        createdAt: at,
        updatedAt: at,
      } as RenewalItem;
      checkValues(item);
      await refuseTaken(writer, item);
      await insertItem(writer, item);
      const after = await itemNamed(writer, item.id);
      return { result: after, objects: [itemObject(after)], after };
    },
  );

const changed = (
  session: Session,
  action: string,
  id: string,
  change: (before: RenewalItem) => Partial<RenewalItem>,
): Promise<RenewalItem> =>
  session.change({ action, locks: LOCKS }, async (writer) => {
    const before = await itemNamed(writer, id);
    const changes = withoutBlanks(RENEWAL_ITEM.fields, change(before));
    checkValues(changes);
    const after = { ...before, ...changes, updatedAt: instant(session.surroundings) };
    if (nameKey(after.name) !== nameKey(before.name) || after.topic !== before.topic) await refuseTaken(writer, after);
    await updateItem(writer, after);
    return { result: after, objects: [itemObject(after)], before, after };
  });

/** Changes an item. A date without a renewed file is that of the one in use: no other waits any more. @throws Failure `not-found` */
export const editRenewal = (session: Session, id: string, change: RenewalChange): Promise<RenewalItem> =>
  changed(session, "renewals.edit", id, () => {
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    return "expiresAt" in given ? { ...NO_DOWNLOAD, ...given } : given;
  });

/** A confirmation: by whom and when, and of an upload the day that the console shows. */
interface RenewalConfirmation {
  readonly by: string;
  readonly at: string;
  readonly consoleShows?: string | undefined;
}

/**
 * Confirms an upload by the day that the console shows, or a yearly login, of which a year is counted.
 *
 * @throws Failure `not-found`; `input-rejected` if the console shows another day, or a later login is recorded
 */
export const confirmRenewal = (
  session: Session,
  id: string,
  { by, at, consoleShows }: RenewalConfirmation,
): Promise<RenewalItem> =>
  changed(session, "renewals.confirm", id, (item) => ({
    ...(consoleShows === undefined ? confirmLogin(item, at) : confirmUpload(item, consoleShows)),
    confirmedAt: at,
    confirmedBy: by,
  }));

const confirmLogin = ({ name, confirmedAt }: RenewalItem, at: string): Partial<RenewalItem> => {
  if (confirmedAt !== null && Date.parse(at) < Date.parse(confirmedAt)) {
    const edit = line("renewals edit", [name], { lastLogin: "DATE" });
    throw new Failure("input-rejected", {
      what: text(`a later login is recorded for ${name}`, `「${name}」には、より後のログインが記録されています`),
      where: confirmedAt,
      hint: step("if that one is wrong", "記録が誤りなら", edit),
    });
  }
  return { expiresAt: yearAfter(new Date(at).toISOString()), certainty: "estimated" };
};

/** @throws Failure `not-found`; `conflict` where items were changed since they were seen */
export const removeRenewal = (
  session: Session,
  id: string,
  { seen }: Pick<ChangeOf<RenewalItem>, "seen">,
): Promise<RenewalItem> =>
  session.change({ action: "renewals.remove", locks: LOCKS, seen }, async (writer) => {
    const before = await itemNamed(writer, id);
    await deleteItem(writer, id);
    return { result: before, objects: [itemObject(before)], before };
  });

/** Whether a notice is the sender's, and the notice. */
interface ClaimResult {
  readonly claimed: boolean;
  readonly notice: Notice;
}

/**
 * Reserves a notice for one sender: nobody else gets it until it is settled, its process has ended, or the process was
 * silent for {@link NOTICE_LEASE_MS}. A sent notice is never begun again.
 *
 * @throws Failure `not-found` if there is no such item
 */
export const claimNotice = (session: Session, processes: Processes, claim: NoticeClaim): Promise<ClaimResult> =>
  session.change<ClaimResult>({ action: null, locks: LOCKS }, async (writer) => {
    await itemNamed(writer, claim.itemId);
    const known = await findClaimed(writer, claim);
    const at = instant(session.surroundings);
    const holder = { host: session.surroundings.origin.host, pid: processes.self };
    if (known === undefined) {
      const id = newId(session.surroundings);
      const messageId = `${id}@clomoctl.invalid`;
      const notice: Notice = { ...claim, id, messageId, state: "sending", attempts: 1, at, error: null };
      await insertNotice(writer, { ...holder, notice });
      return { result: { claimed: true, notice }, objects: [{ thing: "renewal_notice", id }] };
    }
    const objects = [{ thing: "renewal_notice", id: known.notice.id }];
    if (known.notice.state === "sent" || isHeld(known, session, processes)) {
      return { result: { claimed: false, notice: known.notice }, objects };
    }
    const { attempts } = known.notice;
    const notice: Notice = { ...known.notice, state: "sending", attempts: attempts + 1, at, error: null };
    await resumeNotice(writer, { ...holder, notice });
    return { result: { claimed: true, notice }, objects };
  });

/** Whether a process is sending a notice: one of this machine that runs, or one elsewhere that began it lately. */
const isHeld = ({ notice, host, pid }: StoredNotice, { surroundings }: Session, processes: Processes): boolean => {
  // a clock that is ahead by more is wrong
  const isRecent = Math.abs(surroundings.now() - Date.parse(notice.at)) < NOTICE_LEASE_MS;
  if (notice.state !== "sending" || !isRecent) return false;
  const isHere = host === surroundings.origin.host && pid !== null;
  return !isHere || pid === processes.self || processes.isAlive(pid);
};

/** @throws Failure `not-found` */
export const settleNotice = (
  session: Session,
  id: string,
  outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
): Promise<Notice> =>
  session.change({ action: null, locks: LOCKS }, async (writer) => {
    const notice = { ...(await noticeNamed(writer, id)), ...outcome, at: instant(session.surroundings) };
    await updateNotice(writer, notice);
    return { result: notice, objects: [{ thing: "renewal_notice", id }] };
  });

const itemObject = ({ id, name }: RenewalItem): ChangedObject => ({ thing: RENEWAL_ITEM.name, id, name });
