import { isAllowedHeader } from "../../csv/layout/header.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";
import { checkCustomFieldName } from "../../rules/values.ts";
import { formatCount, text } from "../../text/index.ts";
import { getCurrentInstant, createId } from "../store/ids.ts";
import { MAX_TRACED_RECORDS, type ChangedObject, type Session } from "./session.ts";
import type { Reader, Writer } from "../store/types.ts";
import { validateFieldValue } from "./records.ts";
import { USER_LIST } from "./user-rows.ts";
import type { RecordOf } from "../../model/thing.ts";
import { saveVersions, saveCreatedRange } from "./versions.ts";
import { insertRow, storeLastNumber } from "./rows.ts";

export type CustomField = RecordOf<typeof CUSTOM_FIELD.fields>;

/** Returns true if a custom field, or a removed field that the console may still have, has this name. */
const hasCustomFieldNamed = async (reader: Reader, nameKey: string): Promise<boolean> =>
  (await reader.count(
    `select (select count(*) from custom_field where nameKey = :nameKey)
       + (select count(*) from main.custom_field_observed where nameKey = :nameKey and inConsole = 1)`,
    { nameKey },
  )) > 0;

const buildValuePath = (pk: number): string => `$."${pk}"`;

const countCustomValues = (reader: Reader, pk: number): Promise<number> =>
  reader.count("select count(*) from user where custom ->> :path is not null", { path: buildValuePath(pk) });

const readCustomValues = (reader: Reader, pk: number, most: number) =>
  reader.all<Readonly<Record<"id" | "name" | "value", string>>>(
    `select id, name || coalesce(' <' || nullif(emails ->> 0, name) || '>', '') as name, custom ->> :path as value
     from user where custom ->> :path is not null order by pk limit :most`,
    { path: buildValuePath(pk), most },
  );

/** Does not change the revisions of the users, because undo cannot restore the removed values. */
const deleteCustomField = async (writer: Writer, pk: number, at: string): Promise<void> => {
  await saveVersions(writer, "user", "t.custom ->> :path is not null", { path: buildValuePath(pk) });
  await saveVersions(writer, "custom_field", "t.pk = :pk", { pk });
  await writer.run(
    "update main.user set custom = json_remove(custom, :path), updatedAt = :at where custom ->> :path is not null",
    { path: buildValuePath(pk), at },
  );
  await writer.run("delete from custom_field where pk = :pk", { pk });
};

export type CustomFieldDetail = CustomField & { readonly users: number };

/** @throws Failure `input-rejected` for a used or invalid name */
export const addCustomField = async (session: Session, name: string): Promise<CustomField> => {
  const locks = ["fields"] as const;
  return session.change({ action: "fields.add", locks, once: true }, async (writer) => {
    validateFieldValue("name", CUSTOM_FIELD.fields.name, name);
    const key = nameKey(name);
    const isFree = isAvailableHeader(name) && !(await hasCustomFieldNamed(writer, key));
    const what = checkCustomFieldName(name, isFree);
    if (what !== undefined) throw new Failure("input-rejected", { what });
    const field = { id: createId(session.surroundings), name, createdAt: getCurrentInstant(session.surroundings) };
    const { last = 0 } = (await writer.lock(locks)).get("fields") ?? {};
    const pk = last + 1;
    await insertRow(writer, "custom_field", { pk, ...field, nameKey: key });
    await saveCreatedRange(writer, "custom_field", pk);
    await storeLastNumber(writer, "fields", pk);
    return { result: field, objects: [toFieldObject(field)], after: field };
  });
};

export const isAvailableHeader = (name: string): boolean =>
  isAllowedHeader(name) && !STANDARD_HEADER_KEYS.has(nameKey(name));

const STANDARD_HEADER_KEYS: ReadonlySet<string> = new Set(
  (USER_LIST.format?.columns ?? []).map(({ header }) => nameKey(header)),
);

const getStoredField = async (reader: Reader, id: string) => {
  const sql = "select pk, id, name, createdAt from custom_field where id = :id";
  const found = await reader.get<CustomField & { readonly pk: number }>(sql, { id });
  if (found !== undefined) return found;
  throw new Failure("not-found", {
    what: text(`no custom field has the ID "${id}"`, `ID が「${id}」のカスタムユーザー情報はありません`),
  });
};

export const getFieldWithUsage = async (reader: Reader, id: string): Promise<CustomFieldDetail> => {
  const { pk, ...field } = await getStoredField(reader, id);
  return { ...field, users: await countCustomValues(reader, pk) };
};

/** The audit log keeps the removed values. @throws Failure `not-found`; `conflict` */
export const removeCustomField = (
  session: Session,
  id: string,
  { users: expected }: { readonly users?: number | undefined } = {},
): Promise<CustomField> =>
  session.change({ action: "fields.remove", locks: ["fields", "users"] }, async (writer) => {
    const { pk, ...field } = await getStoredField(writer, id);
    const users = await countCustomValues(writer, pk);
    if (expected !== undefined && expected !== users)
      throw new Failure("conflict", {
        what: text(
          `${formatCount(users, "user")}, not the confirmed ${expected}, would now lose a value; nothing was removed`,
          `値が消えるユーザーは現在 ${users} 人で、指定された ${expected} 人と異なります。何も削除していません`,
        ),
        hint: text("run the command again", "もう一度実行してください"),
      });
    const values = await readCustomValues(writer, pk, MAX_TRACED_RECORDS);
    await deleteCustomField(writer, pk, getCurrentInstant(session.surroundings));
    const objects = [toFieldObject(field), ...values.map(({ id: of, name }) => ({ thing: USER.name, id: of, name }))];
    return { result: field, objects, before: { ...field, users, values } };
  });

const toFieldObject = ({ id, name }: CustomField): ChangedObject => ({ thing: CUSTOM_FIELD.name, id, name });
