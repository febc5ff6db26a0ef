import type { Notice, NoticeClaim, RenewalItem } from "../../contract/index.ts";
import { DOWNLOAD_FIELDS, NOTICE, RECORDED_FIELDS, RENEWAL_ITEM } from "../../model/renewal.ts";
import { ownersIn, type NamedOwner } from "../../model/renewal-owner.ts";
import { namesOf } from "../store/lists.ts";
import type { Params, Reader, Row, Writer } from "../store/store.ts";
import { USERS } from "../records/user-rows.ts";

const FIELDS = Object.keys({ ...RECORDED_FIELDS, ...DOWNLOAD_FIELDS });

/** The columns of both tables are the fields, except the row's own number. */
const ITEM = Object.keys(RENEWAL_ITEM.fields).join(", ");
const NOTICE_COLUMNS = Object.keys(NOTICE.fields).join(", ");

const itemOf = (row: Row): RenewalItem => row as unknown as RenewalItem;
const noticeOf = (row: Row): Notice => row as unknown as Notice;
const valuesOf = (record: RenewalItem | Notice): Params => record;

/** A notice, and the process that was the last to begin it; null if nobody knows. */
export interface StoredNotice {
  readonly notice: Notice;
  readonly host: string | null;
  readonly pid: number | null;
}

/** Whether an owner is a user whom the reader sees. */
const isSeen = async (reader: Reader, { text, isAddress }: NamedOwner): Promise<boolean> => {
  const { emailKey, ...names } = namesOf(text);
  const found = isAddress
    ? await reader.get("select 1 from user_email where emailKey = :emailKey", { emailKey })
    : await reader.get(`select 1 from user t where coalesce(t.nameKey, t.name) = :nameKey or ${USERS.named} limit 1`, {
        ...names,
        emailKey,
      });
  return found !== undefined;
};

/**
 * Makes `temp.owners_seen` for a reader who sees a part of the tenant: of the people whom renewals name those who are users
 * he sees. Whoever else is named, or what is not understood, is left out.
 */
export const readyOwners = async (reader: Reader): Promise<void> => {
  if (!reader.isPartial) return;
  const known = new Map<string, boolean>();
  const seenIn = async (owner: unknown): Promise<string | null> => {
    const named = ownersIn(typeof owner === "string" ? owner : null);
    for (const one of named) if (!known.has(one.text)) known.set(one.text, await isSeen(reader, one));
    const seen = named.filter(({ text }) => known.get(text) === true).map(({ text }) => text);
    return seen.length === 0 ? null : seen.join(", ");
  };
  const rows: unknown[] = [];
  const named =
    "select pk, owner, confirmedBy from main.renewal_item where owner is not null or confirmedBy is not null";
  for (const { pk, owner = null, confirmedBy = null } of await reader.all(`${named} order by pk`)) {
    rows.push([pk, await seenIn(owner), await seenIn(confirmedBy)]);
  }
  const content = `'${JSON.stringify(rows).replaceAll("'", "''")}'`;
  await reader.derive({
    name: "owners_seen",
    columns: `item integer primary key, owner text, "confirmedBy" text`,
    state: `select ${content} as state`,
    fill: `insert into temp.owners_seen select e.value ->> 0, e.value ->> 1, e.value ->> 2 from json_each(${content}) e`,
  });
};

/** By expiry date; items without one first. */
export const listItems = async (reader: Reader): Promise<RenewalItem[]> => {
  await readyOwners(reader);
  const sql = `select ${ITEM} from renewal_item order by expiresAt nulls first, name, pk`;
  return (await reader.all(sql)).map(itemOf);
};

export const findItem = async (reader: Reader, id: string): Promise<RenewalItem | undefined> => {
  await readyOwners(reader);
  const row = await reader.get(`select ${ITEM} from renewal_item where id = :id`, { id });
  return row && itemOf(row);
};

export const insertItem = async (writer: Writer, item: RenewalItem): Promise<void> => {
  const columns = ["id", ...FIELDS, "createdAt", "updatedAt"];
  await writer.run(
    `insert into main.renewal_item (${columns.join(", ")}) values (${columns.map((column) => `:${column}`).join(", ")})`,
    valuesOf(item),
  );
};

/** Writes all fields of an item. */
export const updateItem = async (writer: Writer, item: RenewalItem): Promise<void> => {
  const sets = [...FIELDS, "confirmedAt", "confirmedBy", "updatedAt"].map((column) => `${column} = :${column}`);
  await writer.run(`update main.renewal_item set ${sets.join(", ")} where id = :id`, valuesOf(item));
};

/** Deletes an item and its notices. */
export const deleteItem = async (writer: Writer, id: string): Promise<void> => {
  await writer.run("delete from main.renewal_notice where itemId = :id", { id });
  await writer.run("delete from main.renewal_item where id = :id", { id });
};

/** Newest first. */
export const listNotices = async (reader: Reader): Promise<Notice[]> => {
  const sql = `select ${NOTICE_COLUMNS} from renewal_notice order by pk desc`;
  return (await reader.all(sql)).map(noticeOf);
};

export const findNotice = async (reader: Reader, id: string): Promise<Notice | undefined> => {
  return (await reader.get(`select ${NOTICE_COLUMNS} from renewal_notice where id = :id`, { id })) as
    | Notice
    | undefined;
};

/** The notice that a sender claims, if it was begun before. */
export const findClaimed = async (
  reader: Reader,
  { itemId, expiresAt, stage, way, recipient }: NoticeClaim,
): Promise<StoredNotice | undefined> => {
  const row = await reader.get(
    `select host, pid, ${NOTICE_COLUMNS} from renewal_notice where itemId = :itemId and expiresAt = :expiresAt and stage = :stage
     and way = :way and recipient = :recipient`,
    { itemId, expiresAt, stage, way, recipient },
  );
  if (row === undefined) return undefined;
  const { host, pid, ...notice } = row;
  return { notice: noticeOf(notice), host: host as string | null, pid: pid as number | null };
};

export const insertNotice = async (writer: Writer, { notice, host, pid }: StoredNotice): Promise<void> => {
  await writer.run(
    `insert into main.renewal_notice
       (id, itemId, expiresAt, stage, way, recipient, state, messageId, attempts, at, error, host, pid)
     values (:id, :itemId, :expiresAt, :stage, :way, :recipient, :state, :messageId, :attempts, :at, :error, :host, :pid)`,
    { ...valuesOf(notice), host, pid },
  );
};

/** Writes how far a notice is. */
export const updateNotice = async (writer: Writer, notice: Notice): Promise<void> => {
  await writer.run(
    "update main.renewal_notice set state = :state, attempts = :attempts, at = :at, error = :error where id = :id",
    valuesOf(notice),
  );
};

/** Writes that a process has begun a notice again. */
export const resumeNotice = async (writer: Writer, { notice, host, pid }: StoredNotice): Promise<void> => {
  await updateNotice(writer, notice);
  await writer.run("update main.renewal_notice set host = :host, pid = :pid where id = :id", {
    id: notice.id,
    host,
    pid,
  });
};
