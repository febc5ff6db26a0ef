import { nameKey } from "../../model/normalise.ts";
import {
  RECORDED_FIELDS,
  REMINDER,
  RENEWAL_ITEM,
  type ReminderKeyRecord,
  type ReminderRecord,
  type RenewalItem,
} from "../../nouns/renewal.ts";
import { DEFAULT_TIMEZONE, toUtcInstant } from "../../model/time.ts";
import type { RecordType } from "../../model/thing.ts";
import { NOUNS, TENANT_PROFILE } from "../../nouns/index.ts";
import { CONTRACT } from "../../nouns/tenant.ts";
import { compareByExpiry } from "../../renewals/expiry-status.ts";
import { createStableId } from "../../renewals/stages.ts";
import { readProfile } from "../ledger/tenant-rows.ts";
import { buildNameParams } from "../ledger/lists.ts";
import { updateRow } from "../ledger/rows.ts";
import type { Reader, Writer } from "../store/types.ts";
import { insertRecord } from "../ledger/record-rows.ts";
import { USER_LIST } from "../ledger/user-rows.ts";
import { saveVersions } from "../ledger/versions.ts";

const OWNER_SEPARATORS = /[,;、,;\r\n]+/u;

const EMAIL_ADDRESS_PATTERN = /[^\s<>()"'「」:]+@[^\s<>()"'「」:]+/gu;

export interface NamedOwner {
  readonly text: string;
  readonly isAddress: boolean;
}

/** Splits texts such as `佐藤 一郎 <sato@example.jp>, A0002`. */
export const parseOwners = (owner: string | null): readonly NamedOwner[] =>
  (owner ?? "").split(OWNER_SEPARATORS).flatMap((part): readonly NamedOwner[] => {
    const addresses = part.match(EMAIL_ADDRESS_PATTERN);
    if (addresses !== null) return addresses.map((text) => ({ text, isAddress: true }));
    const text = part.trim();
    return text === "" ? [] : [{ text, isAddress: false }];
  });

const ITEM_COLUMNS = Object.keys(RENEWAL_ITEM.fields).join(", ");
const REMINDER_COLUMNS = Object.keys(REMINDER.fields).join(", ");

/** `host` and `pid` are null if the sending process is not known. */
export interface StoredReminder {
  readonly notice: ReminderRecord;
  readonly host: string | null;
  readonly pid: number | null;
}

const isVisibleOwner = async (reader: Reader, { text, isAddress }: NamedOwner): Promise<boolean> => {
  const { emailKey, ...names } = buildNameParams(text);
  const found = isAddress
    ? await reader.get("select 1 from user_email where emailKey = :emailKey", { emailKey })
    : await reader.get(
        `select 1 from user t where coalesce(t.nameKey, t.name) = :nameKey or ${USER_LIST.named} limit 1`,
        {
          ...names,
          emailKey,
        },
      );
  return found !== undefined;
};

/** Creates `temp.owners_seen` with the visible users, if the account sees only some users. */
const createVisibleOwnersTable = async (reader: Reader): Promise<void> => {
  if (!reader.isPartial) return;
  const known = new Map<string, boolean>();
  const seenIn = async (owner: unknown): Promise<string | null> => {
    const named = parseOwners(typeof owner === "string" ? owner : null);
    for (const one of named) if (!known.has(one.text)) known.set(one.text, await isVisibleOwner(reader, one));
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

export const UNKNOWN_VALUES = Object.fromEntries(Object.keys(RECORDED_FIELDS).map((field) => [field, null]));

/** SQL: the contracts of the tenant, which have no ID. */
const TENANT_CONTRACTS_SQL = `select null as id, e.value ->> 'name' as name, null as key, e.value ->> 'until' as day,
  e.value ->> 'from' as since from tenant_profile t, json_each(t.contracts) e`;

/** What ends, by noun: the kind of item, and SQL of the records with their days. */
const ENDINGS: readonly { readonly noun: RecordType; readonly kind: string; readonly sql: string }[] = [
  { noun: TENANT_PROFILE, kind: CONTRACT.until.ends, sql: TENANT_CONTRACTS_SQL },
  ...NOUNS.flatMap((noun: RecordType) => {
    const { name: table, namedBy = "name", keys = [], fields } = noun;
    const [{ field: key } = { field: namedBy }] = keys;
    const name = key === namedBy ? `t.${key}` : `concat_ws(' ', t.${key}, t.${namedBy})`;
    const from = (day: string): string =>
      `select t.id, ${name} as name, t.${key} as key, t.${day} as day, t.createdAt as since from ${table} t`;
    return Object.entries(fields).flatMap(([day, { ends: kind }]) =>
      kind === undefined ? [] : [{ noun, kind, sql: from(day) }],
    );
  }),
];

const listEndingRecords = async (reader: Reader, mayRead: (noun: RecordType) => boolean) => {
  const found = await Array.fromAsync(ENDINGS, async ({ noun, kind, sql }) => {
    const rows = mayRead(noun) ? await reader.all(`select * from (${sql}) where day is not null`) : [];
    return rows.map((row) => ({ noun, kind, row }));
  });
  if (found.every((rows) => rows.length === 0)) return [];
  const { consoleTimezone } = await readProfile(reader);
  const toInstant = (day: string): string => toUtcInstant({ day }, consoleTimezone ?? DEFAULT_TIMEZONE);
  return found.flat().map(({ noun, kind, row: { id, name, key, day, since } }) => {
    const expiresAt = toInstant(String(day));
    const at = since === null ? expiresAt : String(since).includes("T") ? String(since) : toInstant(String(since));
    return {
      ...UNKNOWN_VALUES,
      id: id ?? createStableId(`${kind} ${nameKey(String(name))}`),
      kind,
      name,
      expiresAt,
      certainty: "typed",
      confirmedAt: null,
      confirmedBy: null,
      createdAt: at,
      updatedAt: at,
      ...(id !== null && { record: { noun: noun.collection, key: String(key) } }),
    } as unknown as RenewalItem;
  });
};

export const listRenewalItems = async (
  reader: Reader,
  mayRead: (noun: RecordType) => boolean = () => true,
): Promise<RenewalItem[]> => {
  await createVisibleOwnersTable(reader);
  const sql = `select ${ITEM_COLUMNS} from renewal_item order by expiresAt nulls first, name, pk`;
  const recorded = await reader.all<RenewalItem>(sql);
  const ending = await listEndingRecords(reader, mayRead);
  return ending.length === 0 ? [...recorded] : [...recorded, ...ending].toSorted(compareByExpiry);
};

export const findRenewalItem = async (reader: Reader, id: string): Promise<RenewalItem | undefined> => {
  await createVisibleOwnersTable(reader);
  const recorded = await reader.get<RenewalItem>(`select ${ITEM_COLUMNS} from renewal_item where id = :id`, { id });
  return recorded ?? (await listEndingRecords(reader, () => true)).find((one) => one.id === id);
};

export const insertRenewalItem = async (writer: Writer, item: RenewalItem): Promise<void> => {
  const { id, createdAt: at, updatedAt: _, record: __, ...values } = item;
  await insertRecord(writer, RENEWAL_ITEM, { id, values: new Map(Object.entries(values)), at });
};

export const updateRenewalItem = async (writer: Writer, changed: RenewalItem): Promise<void> => {
  const { record: _, ...item } = changed;
  await saveVersions(writer, RENEWAL_ITEM.name, "t.id = :id", { id: item.id });
  await updateRow(writer, RENEWAL_ITEM.name, { ...item, revision: await writer.revision() });
};

export const deleteRenewalItem = async (writer: Writer, id: string): Promise<void> => {
  await saveVersions(writer, RENEWAL_ITEM.name, "t.id = :id", { id });
  await writer.run("delete from main.renewal_notice where itemId = :id", { id });
  await writer.run("delete from main.renewal_item where id = :id", { id });
};

export const listReminders = (reader: Reader): Promise<readonly ReminderRecord[]> =>
  reader.all<ReminderRecord>(`select ${REMINDER_COLUMNS} from renewal_notice order by pk desc`);

export const findReminder = (reader: Reader, id: string): Promise<ReminderRecord | undefined> =>
  reader.get<ReminderRecord>(`select ${REMINDER_COLUMNS} from renewal_notice where id = :id`, { id });

export const findClaimedReminder = async (
  reader: Reader,
  { itemId, expiresAt, stage, way, recipient }: ReminderKeyRecord,
): Promise<StoredReminder | undefined> => {
  const row = await reader.get<ReminderRecord & Omit<StoredReminder, "notice">>(
    `select host, pid, ${REMINDER_COLUMNS} from renewal_notice where itemId = :itemId and expiresAt = :expiresAt and stage = :stage
     and way = :way and recipient = :recipient`,
    { itemId, expiresAt, stage, way, recipient },
  );
  if (row === undefined) return undefined;
  const { host, pid, ...notice } = row;
  return { notice, host, pid };
};
