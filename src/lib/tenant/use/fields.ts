import type { CustomField } from "../../contract/index.ts";
import { isFreeHeader } from "../../csv/layout/header.ts";
import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { CUSTOM_FIELD } from "../../model/user.ts";
import { text } from "../../text/index.ts";
import { instant, newId } from "../ids.ts";
import type { ChangedObject, ChangeOf, Once, Session } from "../session.ts";
import { dropFieldTasks, insertTask, isMirror, type NewConsoleTask } from "../store/console.ts";
import type { Writer } from "../store/store.ts";
import { checkValue } from "./records.ts";
import { deleteField, findField, hasFieldNamed, insertField, USERS } from "../store/users.ts";

/**
 * Adds a custom field of users; its name is its column's header.
 *
 * @throws Failure `input-rejected` when the name is taken or cannot be a header
 */
export const addCustomField = (
  session: Session,
  name: string,
  once?: Pick<Once<CustomField>, "key" | "route" | "fingerprint">,
): Promise<CustomField> => {
  const replay: Once<CustomField>["replay"] = async (reader, id) => (await findField(reader, id))?.field;
  const locks = ["fields"];
  return session.change({ action: "fields.add", locks, once: once && { ...once, replay } }, async (writer) => {
    checkValue("name", CUSTOM_FIELD.fields.name, name);
    if (name.includes("=")) throw NOT_TYPED;
    const key = nameKey(name);
    const headers = (USERS.format?.columns ?? []).map(({ header }) => nameKey(header));
    if (!isFreeHeader(name) || headers.includes(key) || (await hasFieldNamed(writer, key))) {
      throw new Failure("input-rejected", {
        what: text(
          `a column cannot be named ${name}: the name is taken or cannot be a header`,
          `列名「${name}」は使われているか、列名にできません`,
        ),
      });
    }
    const field = { id: newId(session.surroundings), name, createdAt: instant(session.surroundings) };
    const { last = 0 } = (await writer.lock(locks)).get("fields") ?? {};
    await insertField(writer, field, { pk: last + 1, nameKey: key });
    await openFieldTask(session, writer, { work: "add-field", name });
    return { result: field, objects: [fieldObject(field)], after: field };
  });
};

/** `--custom NAME=VALUE` could not name it. */
const NOT_TYPED = new Failure("input-rejected", {
  what: text(
    "a custom field cannot have = in its name: no --custom NAME=VALUE could set it (ours)",
    "項目名に「=」は使えません。--custom 項目名=値 で指定できなくなります(clomoctl 独自の規則)",
  ),
});

/** The console needs the same change where the tenant is its mirror. */
const openFieldTask = async (
  { surroundings, actor }: Session,
  writer: Writer,
  task: { readonly work: NewConsoleTask["work"]; readonly name: string },
): Promise<void> => {
  if (!(await isMirror(writer))) return;
  const by = { at: instant(surroundings), actor };
  // what is added again is still to be removed first, with the values that the console has of it
  if (task.work === "remove-field") await dropFieldTasks(writer, task.name, by);
  await insertTask(writer, { ...task, ...by, kind: "users", import: null });
};

/** Removes a custom field and its values. @throws Failure `not-found`; `conflict` where they were changed since they were seen */
export const removeCustomField = (
  session: Session,
  id: string,
  { seen }: Pick<ChangeOf<CustomField>, "seen"> = {},
): Promise<CustomField> =>
  session.change({ action: "fields.remove", locks: ["fields", "users"], seen }, async (writer) => {
    const found = await findField(writer, id);
    if (found === undefined) {
      throw new Failure("not-found", { what: text(`no custom field ${id}`, `カスタム項目 ${id} はありません`) });
    }
    await deleteField(writer, found.pk, instant(session.surroundings));
    await openFieldTask(session, writer, { work: "remove-field", name: found.field.name });
    return { result: found.field, objects: [fieldObject(found.field)], before: found.field };
  });

const fieldObject = ({ id, name }: CustomField): ChangedObject => ({ thing: CUSTOM_FIELD.name, id, name });
