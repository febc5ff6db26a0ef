import { line, step } from "../../lib/advice/index.ts";
import type { Administrators } from "../../lib/client/index.ts";
import { readText } from "../../lib/files/index.ts";
import { Failure, unlessFailing } from "../../lib/errors/index.ts";
import { minuteIn } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { resolve } from "node:path";
import type { Fields } from "../field.ts";
import { typedWord } from "../../lib/text/shell-word.ts";
import { theOne } from "../listing/named.ts";
import { inConsoleToo, proposeUndo, WRITTEN } from "../records/written.ts";
import { mayAll, requireRight } from "../rights.ts";
import { zoneOf, type Tools } from "../tools.ts";

type MarkedAdministrator = Administrators["administrators"][number];

/** The columns of an administrator. */
const ADMINISTRATOR_COLUMNS: readonly Column<MarkedAdministrator>[] = [
  { key: "key", header: text("key", "キー"), value: ({ key }) => key },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name },
  { key: "id", header: text("id", "ID"), value: ({ id }) => id },
];

/** Help on what the marks are for. */
const MARKING_HELP = [
  text(
    "No export of the console tells who is an administrator. The marks keep imports from deleting them; a mirror whose administrators are not known takes no --mode replace in a script (exit 3).",
    "管理画面のエクスポートでは管理者が分かりません。ここで指定しておくと、インポートで削除されません。管理者が未確認のミラーでは、スクリプトからの --mode replace を受け付けません(終了コード 3)。",
  ),
] as const;

/** The verbs that list, add and remove marks: what they are in every kind, see {@link addMarks} and {@link removeMarks}. */
export const LIST = {
  summary: text("list who is marked as an administrator", "管理者として指定した人を一覧する"),
  details: MARKING_HELP,
  exits: ["not-found"],
} as const;

export const ADD = {
  summary: text("mark users as administrators", "ユーザーを管理者として指定する"),
  details: MARKING_HELP,
  exits: ["input-rejected", "not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
} as const;

export const REMOVE = {
  summary: text("unmark administrators", "管理者としての指定を取り消す"),
  exits: ["not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
} as const;

/** The argument that names whom to mark. @param about how they are named */
export const toMark = (about: Text) => ({ kind: "string", value: "USER", repeatable: true, about }) as const;

/** The options of {@link ADD}. */
export const MARKING = {
  file: {
    kind: "file",
    value: "FILE",
    about: text("a text file with one name a line", "1 行に 1 人ずつ書いたテキストファイル"),
  },
  none: {
    kind: "boolean",
    about: text("somebody looked: there are none", "確認の結果、管理者はいない"),
  },
} as const satisfies Fields;

/** Whom to mark, as typed. */
interface MarkInput {
  readonly users: readonly string[];
  readonly file: string | undefined;
  readonly none: boolean;
}

/** The names given as arguments or in a file. @throws `usage` if there are none, or some beside `--none` */
async function namesOf(
  { workingFolder }: Pick<Tools, "workingFolder">,
  { users: names, file, none }: MarkInput,
): Promise<readonly string[]> {
  const lines = file === undefined ? "" : await readText(resolve(workingFolder, file), file);
  const listed = lines.split(/\r\n|[\r\n]/).map((line) => line.replace(/^\ufeff/, "").trim());
  const all = [...new Set([...names, ...listed.filter((line) => line !== "")])];
  if (none === all.length > 0) {
    throw new Failure("usage", {
      what: none
        ? text("--none says that there are none, and some are named", "--none と名前は同時に指定できません")
        : text("nobody is named", "管理者が指定されていません"),
      hint: text("name them, pass --file FILE, or --none", "名前か --file FILE、いなければ --none を指定してください"),
    });
  }
  return all;
}

/** Shows who is marked by now, and since when that is known, in the context's zone. */
export async function showMarks(
  tools: Pick<Tools, "terminal" | "tenant" | "globals">,
  { knownAt, knownBy, administrators }: Administrators,
): Promise<void> {
  const { terminal } = tools;
  const since = knownAt === null ? "" : minuteIn(knownAt, zoneOf(tools, await tools.tenant()));
  const unknown =
    administrators.length === 0
      ? text("the administrators are not confirmed yet", "管理者はまだ確認されていません")
      : text("it is not confirmed yet that there are no others", "ほかに管理者がいるかは、まだ確認されていません");
  await terminal.note(
    knownAt === null ? unknown : text(`known since ${since} by ${knownBy ?? ""}`, `確認: ${since}、${knownBy ?? ""}`),
  );
  await terminal.list(ADMINISTRATOR_COLUMNS, administrators);
}

/** As many are named in a command that is proposed. */
const MAX_NAMED = 5;

/** @throws `input-rejected` where some are marked, and there should be none */
function refuseNone(none: boolean, { kind, administrators }: Administrators): void {
  const [first] = administrators;
  if (!none || first === undefined) return;
  const isOfUsers = kind === "users";
  const word = ({ key, id }: MarkedAdministrator): string => typedWord(key, isOfUsers ? id : key);
  const group = `clomoctl ${isOfUsers ? "users" : "secured"} administrators`;
  const app = isOfUsers ? "" : ` --app ${kind}`;
  const add = `${group} add ${word(first)}${app}`;
  const named = administrators.length > MAX_NAMED ? "…" : administrators.map(word).join(" ");
  const remove = `${group} remove ${named}${app}`;
  const names = administrators.map(({ key }) => key).join(", ");
  throw new Failure("input-rejected", {
    what: text(`marked as administrators: ${names}`, `管理者として指定されています: ${names}`),
    where: "--none",
    hint: text(
      `if there are no others than these, name one again: ${add}; if they are none, unmark them first: ${remove}`,
      `ほかに管理者がいなければ、いずれかをもう一度指定してください: ${add}。管理者でなければ、先に取り消してください: ${remove}`,
    ),
  });
}

/** The argument that names marked administrators. */
export const MARKED = {
  kind: "string",
  value: "USER",
  required: true,
  repeatable: true,
  about: text("as `administrators list` shows them: key or id", "`administrators list` のキーか ID"),
} as const;

/**
 * Marks whom the arguments or a file name, and shows who is marked by now.
 *
 * @param idsOf what the tenant knows them by: their names, where it looks for these itself
 * @throws `usage`, `input-rejected`, and what `idsOf` does
 */
export async function addMarks(
  tools: Tools,
  kind: Administrators["kind"],
  given: MarkInput,
  idsOf: (names: readonly string[]) => Promise<readonly string[]> = (names) => Promise.resolve(names),
): Promise<void> {
  const names = await namesOf(tools, given);
  await requireToMark(tools, kind);
  const { client } = await tools.tenant("administrators");
  const before = await client.administrators.list(kind);
  refuseNone(given.none, before);
  const add = [...(await idsOf(names))];
  tools.describeState(() => text("they may have been marked", "指定されている可能性があります"));
  await showMarked(tools, before, await client.administrators.mark(kind, { add }));
}

/**
 * Unmarks whom the arguments name.
 *
 * @param list shows them all
 * @param idsOf what the tenant knows somebody by who is named otherwise than the list has it
 * @throws as `theOne`
 */
export async function removeMarks(
  tools: Tools,
  kind: Administrators["kind"],
  names: readonly string[],
  list: string,
  idsOf: (name: string) => Promise<readonly string[]> = () => Promise.resolve([]),
): Promise<void> {
  await requireToMark(tools, kind);
  const { client } = await tools.tenant("administrators");
  const before = await client.administrators.list(kind);
  const remove: string[] = [];
  for (const name of names) remove.push(await marked(name, before.administrators, { list, idsOf }));
  tools.describeState(() => text("they may have been unmarked", "取り消されている可能性があります"));
  await showMarked(tools, before, await client.administrators.mark(kind, { remove }));
}

const requireToMark = (tools: Tools, kind: Administrators["kind"]): Promise<void> =>
  requireRight(tools, kind === "users" ? "accounts.roles" : "secured.write", {
    asked: text("mark administrators", "管理者の指定と取り消し"),
  });

const showMarked = async (tools: Tools, before: Administrators, marks: Administrators): Promise<void> => {
  tools.describeDone(WRITTEN);
  await showMarks(tools, marks);
  // to say that there are no others changes no record
  const [former, now] = [before, marks].map(({ administrators }) => administrators.map(({ id }) => id).join(" "));
  const tasks = marks.consoleTasks ?? [];
  const mayConfirm = tasks.length > 0 && (await unlessFailing(() => mayAll(tools, ["console.write"]))) === true;
  for (const task of tasks) {
    await tools.terminal.note(inConsoleToo(task));
    const confirm = line("console confirm", [task]);
    if (mayConfirm)
      await tools.terminal.note(step("if the console has it so already", "管理画面がすでにそのとおりの場合", confirm));
  }
  if (former !== now) await proposeUndo(tools);
};

/** The id of a marked administrator, by key or id, else by another name. @throws as `theOne` */
async function marked(
  name: string,
  administrators: readonly MarkedAdministrator[],
  { list, idsOf }: { readonly list: string; readonly idsOf: (name: string) => Promise<readonly string[]> },
): Promise<string> {
  const listed = administrators.filter(({ id, key }) => id === name || key === name);
  const ids = listed.length === 0 ? await idsOf(name) : [];
  const found = listed.length === 0 ? administrators.filter(({ id }) => ids.includes(id)) : listed;
  return theOne(name, found, {
    noun: text("administrator", "管理者"),
    list,
    describe: ({ id, key }) => `${key} ${id}`,
  }).id;
}
