import { line, step, type CommandLine } from "../../lib/advice/index.ts";
import type { Administrators } from "../../lib/client/index.ts";
import { readText } from "../../lib/files/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import { formatMinute } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { resolve } from "node:path";
import type { Fields } from "../field.ts";
import { requireSingleMatch } from "../listing/single-match.ts";
import { describeConsoleTask, proposeUndo } from "../records/change-result.ts";
import { resolveTimezone, type Tools } from "../tools.ts";

type MarkedAdministrator = Administrators["administrators"][number];

const ADMINISTRATOR_COLUMNS: readonly Column<MarkedAdministrator>[] = [
  { key: "key", header: text("key", "キー"), value: ({ key }) => key },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name },
  { key: "id", header: text("id", "ID"), value: ({ id }) => id },
];

const MARKING_HELP = [
  text(
    "No export from the console (CLOMO PANEL) shows who is an administrator. The marks keep imports from deleting administrators. A mirror whose administrators are not confirmed rejects --mode replace in a script (exit 3).",
    "管理画面(CLOMO PANEL)のエクスポートでは管理者がわかりません。管理者として指定しておくと、インポートで削除されません。管理者が未確認のミラーでは、スクリプトからの --mode replace を受け付けません(終了コード 3)。",
  ),
] as const;

/** Properties shared by the mark commands for all kinds of users; see {@link addMarks}, {@link removeMarks}. */
export const LIST_COMMAND = {
  summary: text("list the users marked as administrators", "管理者として指定した人を一覧する"),
  details: MARKING_HELP,
  exits: ["not-found"],
} as const;

export const ADD_COMMAND = {
  summary: text("mark users as administrators", "ユーザーを管理者として指定する"),
  details: MARKING_HELP,
  excludes: [
    ["users", "none"],
    ["file", "none"],
  ],
  anyOf: [["users", "file", "none"]],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
} as const;

export const REMOVE_COMMAND = {
  summary: text("unmark administrators", "管理者としての指定を取り消す"),
  exits: ["not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
} as const;

export const createMarkArgument = (about: Text) =>
  ({ kind: "string", value: "USER", repeatable: true, about }) as const;

/** Options of {@link ADD_COMMAND}. */
export const MARKING_OPTIONS = {
  file: {
    kind: "file",
    value: "FILE",
    about: text("text file with one name per line", "1 行に 1 人ずつ書いたテキストファイル"),
  },
  none: {
    kind: "boolean",
    about: text("confirm that there are no other administrators", "ほかに管理者がいないことを確認済みとする"),
  },
} as const satisfies Fields;

interface MarkInput {
  readonly users: readonly string[];
  readonly file: string | undefined;
  readonly none: boolean;
}

/** Returns the names from arguments or a file.  @throws `usage` without names, or for `--none` with names */
async function readMarkNames(
  { workingFolder }: Pick<Tools, "workingFolder">,
  { users: names, file, none }: MarkInput,
): Promise<readonly string[]> {
  const lines = file === undefined ? "" : await readText(resolve(workingFolder, file), file);
  const listed = lines.split(/\r\n|[\r\n]/).map((line) => line.replace(/^\ufeff/, "").trim());
  const all = [...new Set([...names, ...listed.filter((line) => line !== "")])];
  if (none || all.length > 0) return all;
  throw new Failure("usage", {
    what: text("no administrator is specified", "管理者が指定されていません"),
    where: file,
  });
}

/** Shows which users are marked now, and when and by whom the list was confirmed, in the time zone of the context. */
export async function showMarkedAdministrators(
  tools: Pick<Tools, "terminal" | "tenant" | "globals">,
  { knownAt, knownBy, administrators }: Administrators,
): Promise<void> {
  const { terminal } = tools;
  const since = knownAt === null ? "" : formatMinute(knownAt, resolveTimezone(tools, await tools.tenant()));
  const unknown =
    administrators.length === 0
      ? text("the administrators are not confirmed yet", "管理者はまだ確認されていません")
      : text(
          "it is not confirmed yet whether there are other administrators",
          "ほかに管理者がいるかは、まだ確認されていません",
        );
  const by = formatActor(knownBy ?? "");
  await terminal.note(
    knownAt === null ? unknown : text(`confirmed at ${since} by ${by.en}`, `確認: ${since}、${by.ja}`),
  );
  await terminal.list(ADMINISTRATOR_COLUMNS, administrators);
}

export const MARKED_ARGUMENT = {
  kind: "string",
  value: "USER",
  required: true,
  repeatable: true,
  about: text("key or ID as shown by `administrators list`", "`administrators list` のキーか ID"),
} as const;

/**
 * Marks the users that are named by arguments or in a file, and shows all marked users.
 *
 * @param idsOf returns the ids for the names; by default the names themselves, if the tenant looks them up
 * @throws `usage`, `input-rejected`, and whatever `idsOf` throws
 */
export async function addMarks(
  tools: Tools,
  kind: Administrators["kind"],
  given: MarkInput,
  idsOf: (names: readonly string[]) => Promise<readonly string[]> = (names) => Promise.resolve(names),
): Promise<void> {
  const names = await readMarkNames(tools, given);
  const { client } = await tools.tenant("administrators");
  const before = await client.administrators.list(kind);
  const add = [...(await idsOf(names))];
  await showMarkingResult(tools, before, await client.administrators.mark(kind, { add }));
}

/**
 * Unmarks the users that are named by arguments.
 *
 * @param list the command that lists all marked users
 * @param idsOf returns the ids of users for a name that is not in that list
 * @throws as `theOne`
 */
export async function removeMarks(
  tools: Tools,
  kind: Administrators["kind"],
  names: readonly string[],
  list: CommandLine,
  idsOf: (name: string) => Promise<readonly string[]> = () => Promise.resolve([]),
): Promise<void> {
  const { client } = await tools.tenant("administrators");
  const before = await client.administrators.list(kind);
  const remove: string[] = [];
  for (const name of names) remove.push(await findMarkedId(name, before.administrators, { list, idsOf }));
  await showMarkingResult(tools, before, await client.administrators.mark(kind, { remove }));
}

const showMarkingResult = async (tools: Tools, before: Administrators, marks: Administrators): Promise<void> => {
  await showMarkedAdministrators(tools, marks);
  // confirming that there are no other administrators changes no record, so there is nothing to undo
  const [former, now] = [before, marks].map(({ administrators }) => administrators.map(({ id }) => id).join(" "));
  const tasks = marks.consoleTasks ?? [];
  for (const task of tasks) {
    await tools.terminal.note(describeConsoleTask(task));
    const confirm = line("console confirm", [task]);
    await tools.terminal.note(
      step("if the change is already made in the console", "管理画面ですでに変更済みの場合", confirm),
    );
  }
  if (former !== now) await proposeUndo(tools);
};

/** Returns the id of the marked administrator with this key or id, or else of another match.  @throws as `theOne` */
async function findMarkedId(
  name: string,
  administrators: readonly MarkedAdministrator[],
  { list, idsOf }: { readonly list: CommandLine; readonly idsOf: (name: string) => Promise<readonly string[]> },
): Promise<string> {
  const listed = administrators.filter(({ id, key }) => id === name || key === name);
  const ids = listed.length === 0 ? await idsOf(name) : [];
  const found = listed.length === 0 ? administrators.filter(({ id }) => ids.includes(id)) : listed;
  return requireSingleMatch(name, found, {
    noun: text("administrator", "管理者"),
    list,
    describe: ({ id, key }) => `${key} ${id}`,
  }).id;
}
