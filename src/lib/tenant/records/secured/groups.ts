import { line } from "../../../advice/index.ts";
import type { DeletedGroups, SecuredGroup } from "../../../contract/index.ts";
import { Failure } from "../../../errors/index.ts";
import { SECURED_FORMATS } from "../../../model/secured-formats.ts";
import { securedAppName, SECURED_USER, type SECURED_GROUP, type SecuredApp } from "../../../model/secured-user.ts";
import { counted, text } from "../../../text/index.ts";
import { nearest } from "../../../text/nearest.ts";
import { instant } from "../../ids.ts";
import { MAX_TRACED, type ChangedObject, type IdempotentRequest, type Session } from "../../session.ts";
import {
  deleteGroup,
  groupAmong,
  groupKey,
  groupNames,
  groupSet,
  membersOf,
  renameMemberships,
  securedGroups,
  type Member,
} from "./user-rows.ts";
import type { Writer } from "../../store/store.ts";
import { addRecord, createRecord, editRecord, objectOf, recordOf, tasksOf } from "../records.ts";
import type { HandBody, HandNoun, ChangeResult } from "../records.ts";

/** Groups of an app, as they are written by hand. */
const handGroups = (app: SecuredApp): HandNoun<typeof SECURED_GROUP.fields> => ({
  list: securedGroups(app),
  collection: `secured:${app}`,
  series: "secured_group",
  actions: "secured.groups",
  scope: { column: "app", value: app },
  async follow(writer, { before, values, at }) {
    const [from, to] = [(before as SecuredGroup).name, String(values.get("name"))];
    const members = await tracedMembers(writer, app, [from]);
    await renameMemberships(writer, app, { from, to, at });
    return members.map(memberObject);
  },
});

/** The users of groups, as the audit is told of them. */
const tracedMembers = (writer: Writer, app: SecuredApp, names: readonly string[]): Promise<readonly Member[]> =>
  membersOf(writer, app, { names, most: MAX_TRACED });

const memberObject = ({ id, name }: Member): ChangedObject => ({ thing: SECURED_USER.name, id, name });

/** @throws Failure `input-rejected` where the name is taken, or of an app whose files have no groups */
export const createGroup = async (
  session: Session,
  app: SecuredApp,
  body: HandBody,
  once?: Omit<IdempotentRequest<ChangeResult<SecuredGroup>>, "replay">,
): Promise<ChangeResult<SecuredGroup>> => {
  checkHasGroups(app);
  return createRecord(session, handGroups(app), body, once);
};

/** Renames a group, and with it the memberships of its users. @throws Failure as {@link createGroup}; `not-found` */
export const editGroup = async (
  session: Session,
  app: SecuredApp,
  id: string,
  body: HandBody,
): Promise<ChangeResult<SecuredGroup>> => {
  checkHasGroups(app);
  return editRecord(session, handGroups(app), id, body);
};

/** What is to be deleted, as it was seen. */
interface GroupDeletion {
  readonly ids: readonly string[];
  /** how many memberships go, as its caller knows it */
  readonly memberships?: number | undefined;
  /** the tenant's revision before they were looked at */
  readonly seen?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Deletes groups, all of them or none, and takes their users out of them.
 *
 * @throws Failure `not-found`; `conflict` where another number of memberships would go, or the app's were changed since they were seen
 */
export const deleteGroups = (
  session: Session,
  app: SecuredApp,
  { ids, memberships: expected, seen, dryRun = false }: GroupDeletion,
): Promise<DeletedGroups> => {
  const noun = handGroups(app);
  const change = { action: "secured.groups.delete", locks: [noun.collection], seen, dryRun };
  return session.change(change, async (writer) => {
    const groups = await Promise.all([...new Set(ids)].map((id) => recordOf(writer, noun.list, id)));
    const names = groups.map(({ name }) => name);
    const members = await tracedMembers(writer, app, names);
    let memberships = 0;
    for (const { id, name } of groups)
      memberships += await deleteGroup(writer, app, { id, name, at: instant(session.surroundings) });
    if (expected !== undefined && expected !== memberships) throw otherMemberships(memberships, expected);
    const deleted = groups.map((group) => objectOf(noun, group));
    return {
      result: async (taskOf) => ({ groups, memberships, consoleTasks: await tasksOf(taskOf, deleted), dryRun }),
      objects: [...deleted, ...members.map(memberObject)],
      before: { groups, memberships, members },
    };
  });
};

const otherMemberships = (now: number, expected: number): Failure =>
  new Failure("conflict", {
    what: text(
      `by now ${counted(now, "membership")} would go, not ${expected}; nothing was deleted`,
      `現在の所属は ${now} 件で、${expected} 件ではありません。何も削除していません`,
    ),
    hint: text("look at the groups again, and delete them then", "グループを確認してから、もう一度削除してください"),
  });

/** Whether an app's files have groups; on the console's screen every app has them. @see facts 6.3, 6.6 */
const hasGroups = (app: SecuredApp): boolean => SECURED_FORMATS[app].columns.some(({ field }) => field === "groups");

/** @throws Failure `input-rejected` of an app whose files have no groups */
export const checkHasGroups = (app: SecuredApp): void => {
  if (hasGroups(app)) return;
  const name = securedAppName(app);
  throw new Failure("input-rejected", {
    what: text(
      `${name} has 所属するグループ on its screen, but no グループ名 in its files: clomoctl keeps groups of Docs, Calendar and Contacts`,
      `${name} は画面に「所属するグループ」がありますが、CSV に「グループ名」がありません。clomoctl で扱うのは Docs・Calendar・Contacts のグループです`,
    ),
    where: app,
    hint: text("set the groups in SECURED APPs MANAGER", "グループは SECURED APPs MANAGER で設定してください"),
  });
};

/** The groups that a request names, as the tenant spells them, and those that were made for it. */
interface Groups {
  readonly names: readonly string[];
  readonly made: readonly ChangedObject[];
}

/** @param create groups that are not there are made. @throws Failure `input-rejected` where one is not there */
export const groupsNamed = async (
  session: Session,
  writer: Writer,
  app: SecuredApp,
  { names, create }: { readonly names: readonly string[]; readonly create: boolean },
): Promise<Groups> => {
  if (names.length > 0) checkHasGroups(app);
  const known = new Map(await groupNames(writer, app));
  const made: ChangedObject[] = [];
  const spelled: string[] = [];
  for (const name of names) {
    const found = groupAmong(known, name);
    if (found === undefined && !create) throw unknownGroup(app, name, [...known.values()]);
    if (found === undefined) {
      const { objects } = await addRecord(session, writer, handGroups(app), { name });
      made.push(...objects);
      // a repeat of it is the same group
      known.set(groupKey(name), name);
    }
    spelled.push(found ?? name);
  }
  return { names: groupSet(spelled), made };
};

const unknownGroup = (app: SecuredApp, name: string, known: readonly string[]): Failure => {
  const near = nearest(name, known);
  const meant = near === undefined ? text("", "") : text(`did you mean ${near}? `, `「${near}」ですか? `);
  return new Failure("input-rejected", {
    what: text(`${app} has no group ${name}`, `${app} に「${name}」というグループはありません`),
    where: "groups",
    hint: text(
      `${meant.en}see ${line("secured groups list", [], { app })}; to make it, too: --create-groups`,
      `${meant.ja}一覧: ${line("secured groups list", [], { app })}。同時に作るには --create-groups を付けてください`,
    ),
  });
};
