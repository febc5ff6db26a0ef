import { line } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import {
  formatSecuredAppName,
  SECURED_USER,
  type SECURED_GROUP,
  type SecuredApp,
  type SecuredGroup,
} from "../../nouns/secured-user.ts";
import { text, findNearestWord } from "../../text/index.ts";
import { getCurrentInstant } from "../store/ids.ts";
import { MAX_TRACED_RECORDS, type ChangedObject, type Session } from "../ledger/session.ts";
import {
  deleteGroup,
  findGroupName,
  toGroupKey,
  readGroupNames,
  normaliseGroupSet,
  readGroupMembers,
  buildSecuredGroupList,
} from "./secured-user-rows.ts";
import type { Writer } from "../store/types.ts";
import {
  addRecord,
  createRecord,
  toChangedObject,
  getRecordById,
  requireIds,
  type ManualRequestBody,
  type EditableRecordType,
  type ChangeResult,
} from "../ledger/records.ts";

export type WrittenSecuredGroup = ChangeResult<SecuredGroup>;

const createEditableGroupType = (app: SecuredApp): EditableRecordType<typeof SECURED_GROUP.fields> => ({
  list: buildSecuredGroupList(app),
  scope: app,
});

/** @throws Failure `input-rejected` for a used name or an app without groups */
export const createGroup = async (
  session: Session,
  app: SecuredApp,
  body: ManualRequestBody,
): Promise<WrittenSecuredGroup> => {
  const noun = createEditableGroupType(app);
  requireAppWithGroups(app);
  return createRecord(session, noun, body);
};

export interface DeletedGroups {
  readonly consoleTasks: readonly number[];
}

/** Deletes all groups and their memberships, or none. @throws Failure `not-found`; `conflict` */
export const deleteGroups = (
  session: Session,
  app: SecuredApp,
  { ids, dryRun = false }: { readonly ids: readonly string[]; readonly dryRun?: boolean | undefined },
): Promise<DeletedGroups> => {
  const noun = createEditableGroupType(app);
  requireIds(ids);
  const change = { action: "secured.groups.delete", locks: [`secured:${app}`], dryRun } as const;
  return session.change(change, async (writer) => {
    const groups = await Promise.all([...new Set(ids)].map((id) => getRecordById(writer, noun.list, id)));
    const names = groups.map(({ name }) => name);
    const members = await readGroupMembers(writer, app, { names, most: MAX_TRACED_RECORDS });
    let memberships = 0;
    for (const { id, name } of groups)
      memberships += await deleteGroup(writer, app, { id, name, at: getCurrentInstant(session.surroundings) });
    const deleted = groups.map((group) => toChangedObject(noun, group));
    return {
      result: (task) => ({ consoleTasks: [task ?? []].flat() }),
      objects: [...deleted, ...members.map(({ id, name }) => ({ thing: SECURED_USER.name, id, name }))],
      before: { groups, memberships, members },
    };
  });
};

/** @throws Failure if the app's file format has no column for groups @see facts 6.3, 6.6 */
export const requireAppWithGroups = (app: SecuredApp): void => {
  if (FORMATS[app].columns.some(({ field }) => field === "groups")) return;
  const name = formatSecuredAppName(app);
  throw new Failure("input-rejected", {
    what: text(
      `the CSV files of ${name} do not contain 所属するグループ; clomoctl can manage only the groups of Docs, Calendar and Contacts`,
      `${name} の CSV に「所属するグループ」はありません。clomoctl で扱えるのは Docs・Calendar・Contacts のグループです`,
    ),
    where: app,
    hint: text("set the groups in SECURED APPs MANAGER", "グループは SECURED APPs MANAGER で設定してください"),
  });
};

export const resolveGroups = async (
  session: Session,
  writer: Writer,
  app: SecuredApp,
  { names, create }: { readonly names: readonly string[]; readonly create: boolean },
): Promise<{ readonly names: readonly string[]; readonly made: readonly ChangedObject[] }> => {
  if (names.length > 0) requireAppWithGroups(app);
  const known = new Map(await readGroupNames(writer, app));
  const made: ChangedObject[] = [];
  const spelled: string[] = [];
  for (const name of names) {
    const found = findGroupName(known, name);
    if (found === undefined && !create) throw createUnknownGroupFailure(app, name, [...known.values()]);
    if (found === undefined) {
      const { objects } = await addRecord(session, writer, createEditableGroupType(app), { name });
      made.push(...objects);
      known.set(toGroupKey(name), name);
    }
    spelled.push(found ?? name);
  }
  return { names: normaliseGroupSet(spelled), made };
};

const createUnknownGroupFailure = (app: SecuredApp, name: string, known: readonly string[]): Failure => {
  const near = findNearestWord(name, known);
  const meant = near === undefined ? text("", "") : text(`did you mean ${near}? `, `「${near}」ですか? `);
  return new Failure("input-rejected", {
    what: text(`${app} does not have a group named "${name}"`, `${app} に「${name}」というグループはありません`),
    where: "json.groups",
    hint: text(
      `${meant.en}to list the groups: ${line("secured groups list", [], { app })}; to create this group as well: --create-groups`,
      `${meant.ja}グループの一覧: ${line("secured groups list", [], { app })}。このグループも作るには --create-groups を付けてください`,
    ),
  });
};
