import type { CustomField, UsedField } from "../../contract/index.ts";
import { isFreeHeader } from "../../csv/layout/header.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { enforce } from "../../rules/rule.ts";
import { counted, text } from "../../text/index.ts";
import { instant, newId } from "../ids.ts";
import { MAX_TRACED, type ChangedObject, type IdempotentRequest, type Session } from "../session.ts";
import type { Reader } from "../store/store.ts";
import { checkValue } from "./records.ts";
import {
  countValues,
  deleteField,
  findField,
  hasFieldNamed,
  heldValues,
  insertField,
  type StoredField,
} from "./custom-field-rows.ts";
import { USERS } from "./user-rows.ts";

/**
 * Adds a custom field of users; its name is its column's header.
 *
 * @throws Failure `input-rejected` when the name is taken or cannot be a header
 */
export const addCustomField = async (
  session: Session,
  name: string,
  once?: Pick<IdempotentRequest<CustomField>, "key" | "route" | "fingerprint">,
): Promise<CustomField> => {
  const replay: IdempotentRequest<CustomField>["replay"] = async (reader, id) => (await findField(reader, id))?.field;
  // whoever lists users loads no rules
  const { judgeRecord } = await import("../../rules/index.ts");
  const locks = ["fields"];
  return session.change({ action: "fields.add", locks, once: once && { ...once, replay } }, async (writer) => {
    checkValue("name", CUSTOM_FIELD.fields.name, name);
    const key = nameKey(name);
    const isFree = isFreeColumn(name) && !(await hasFieldNamed(writer, key));
    enforce(judgeRecord(CUSTOM_FIELD.name, { after: { name, isFree } }));
    const field = { id: newId(session.surroundings), name, createdAt: instant(session.surroundings) };
    const { last = 0 } = (await writer.lock(locks)).get("fields") ?? {};
    await insertField(writer, field, { pk: last + 1, nameKey: key });
    return { result: field, objects: [fieldObject(field)], after: field };
  });
};

/** Returns whether a column can have the name: it can be a header, and no column of users has it. */
export const isFreeColumn = (name: string): boolean => isFreeHeader(name) && !HEADERS.has(nameKey(name));

const HEADERS: ReadonlySet<string> = new Set((USERS.format?.columns ?? []).map(({ header }) => nameKey(header)));

/** @throws Failure `not-found` */
const fieldWithId = async (reader: Reader, id: string): Promise<StoredField> => {
  const found = await findField(reader, id);
  if (found !== undefined) return found;
  throw new Failure("not-found", { what: text(`no custom field ${id}`, `カスタム項目 ${id} はありません`) });
};

/** A custom field, and how many users have a value in it. @throws Failure `not-found` */
export const usedField = async (reader: Reader, id: string): Promise<UsedField> => {
  const { pk, field } = await fieldWithId(reader, id);
  return { ...field, users: await countValues(reader, pk) };
};

/** What goes with a custom field, as the caller knows it. */
interface FieldRemoval {
  /** how many users have a value */
  readonly users?: number | undefined;
  /** see `session.change` */
  readonly seen?: number | undefined;
}

/**
 * Removes a custom field and its values, of which the audit keeps whose they were.
 *
 * @throws Failure `not-found`; `conflict` where another number of values would go, or fields or users were changed since
 *   they were seen
 */
export const removeCustomField = (
  session: Session,
  id: string,
  { users: expected, seen }: FieldRemoval = {},
): Promise<CustomField> =>
  session.change({ action: "fields.remove", locks: ["fields", "users"], seen }, async (writer) => {
    const { pk, field } = await fieldWithId(writer, id);
    const users = await countValues(writer, pk);
    if (expected !== undefined && expected !== users) throw otherValues(users, expected);
    const values = await heldValues(writer, pk, MAX_TRACED);
    await deleteField(writer, pk, instant(session.surroundings));
    const objects = [fieldObject(field), ...values.map(({ id: of, name }) => ({ thing: USER.name, id: of, name }))];
    return { result: field, objects, before: { ...field, users, values } };
  });

const otherValues = (now: number, expected: number): Failure =>
  new Failure("conflict", {
    what: text(
      `by now ${counted(now, "user")} would lose a value, not ${expected}; nothing was removed`,
      `現在、値のあるユーザーは ${now} 人で、${expected} 人ではありません。何も削除していません`,
    ),
    hint: text("run the command again", "もう一度実行してください"),
  });

const fieldObject = ({ id, name }: CustomField): ChangedObject => ({ thing: CUSTOM_FIELD.name, id, name });
