import type { NewRenewalItem, Notice, NoticeClaim, RenewalChange, RenewalItem } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { RECORDED_FIELDS } from "../../model/renewal.ts";
import { yearAfter } from "../../model/time.ts";
import { text } from "../../text/index.ts";
import { instant, newId } from "../ids.ts";
import type { Once, Session } from "../session.ts";
import {
  deleteItem,
  findClaimed,
  findItem,
  findNotice,
  insertItem,
  insertNotice,
  updateItem,
  updateNotice,
} from "../store/renewals.ts";
import type { Reader } from "../store/store.ts";

/** A notice that was started this long ago and not settled belongs to a dead process: it may be started again. */
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

/** Adds a renewal item. */
export const addRenewal = (
  session: Session,
  given: NewRenewalItem,
  once?: Omit<Once<RenewalItem>, "replay">,
): Promise<RenewalItem> =>
  session.change(
    { action: "renewals.add", locks: LOCKS, once: once && { ...once, replay: findItem } },
    async (writer) => {
      const at = instant(session.surroundings);
      const fields = Object.fromEntries(
        Object.keys(RECORDED_FIELDS).map((field) => [field, given[field as keyof NewRenewalItem] ?? null]),
      );
      const item = {
        ...fields,
        id: newId(session.surroundings),
        certainty: given.certainty ?? "typed",
        createdAt: at,
        updatedAt: at,
      } as RenewalItem;
      await insertItem(writer, item);
      const after = await itemNamed(writer, item.id);
      return { result: after, subjects: [item.id], after };
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
    const after = { ...before, ...change(before), updatedAt: instant(session.surroundings) };
    await updateItem(writer, after);
    return { result: after, subjects: [id], before, after };
  });

/** @throws Failure `not-found` */
export const editRenewal = (session: Session, id: string, change: RenewalChange): Promise<RenewalItem> =>
  changed(session, "renewals.edit", id, () => {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given);
  });

/** Sets the expiry to a year after a login. @throws Failure `not-found` */
export const confirmRenewal = (
  session: Session,
  id: string,
  { by, at }: { readonly by: string; readonly at: string },
): Promise<RenewalItem> =>
  changed(session, "renewals.confirm", id, () => ({
    confirmedAt: at,
    confirmedBy: by,
    expiresAt: yearAfter(new Date(at).toISOString()),
    certainty: "estimated",
  }));

/** @throws Failure `not-found` */
export const removeRenewal = (session: Session, id: string): Promise<RenewalItem> =>
  session.change({ action: "renewals.remove", locks: LOCKS }, async (writer) => {
    const before = await itemNamed(writer, id);
    await deleteItem(writer, id);
    return { result: before, subjects: [id], before };
  });

/** Whether a notice is the sender's, and the notice. */
interface Claimed {
  readonly claimed: boolean;
  readonly notice: Notice;
}

/**
 * Reserves a notice for one sender: nobody else gets it until it is settled or its sender has been silent for
 * {@link NOTICE_LEASE_MS}. A sent notice is never started again.
 *
 * @throws Failure `not-found` if there is no such item
 */
export const claimNotice = (session: Session, claim: NoticeClaim): Promise<Claimed> =>
  session.change<Claimed>({ action: null, locks: LOCKS }, async (writer) => {
    await itemNamed(writer, claim.itemId);
    const known = await findClaimed(writer, claim);
    const at = instant(session.surroundings);
    if (known === undefined) {
      const id = newId(session.surroundings);
      const messageId = `${id}@clomoctl.invalid`;
      const notice: Notice = { ...claim, id, messageId, state: "sending", attempts: 1, at, error: null };
      await insertNotice(writer, notice);
      return { result: { claimed: true, notice }, subjects: [id] };
    }
    const died = session.surroundings.now() - Date.parse(known.at) >= NOTICE_LEASE_MS;
    if (known.state === "sent" || (known.state === "sending" && !died)) {
      return { result: { claimed: false, notice: known }, subjects: [known.id] };
    }
    const notice: Notice = { ...known, state: "sending", attempts: known.attempts + 1, at, error: null };
    await updateNotice(writer, notice);
    return { result: { claimed: true, notice }, subjects: [known.id] };
  });

/** @throws Failure `not-found` */
export const settleNotice = (
  session: Session,
  id: string,
  outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
): Promise<Notice> =>
  session.change({ action: null, locks: LOCKS }, async (writer) => {
    const notice = { ...(await noticeNamed(writer, id)), ...outcome, at: instant(session.surroundings) };
    await updateNotice(writer, notice);
    return { result: notice, subjects: [id] };
  });
