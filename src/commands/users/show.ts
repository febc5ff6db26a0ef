import type { User } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { selectColumns } from "../../lib/terminal/output-choice.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { hasAllColumns, isDefaultTable } from "../listing/list.ts";
import { loadRights } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { USER_ARGUMENT, USER_COLUMNS, findUser } from "./columns.ts";
import { loadSections, SECTION_NOUNS, showSections, USER_SECTIONS } from "./sections.ts";

interface UserView extends User {
  readonly sections: ReadonlyMap<string, { readonly rows: readonly object[] }>;
}

/** The columns of the sections, in JSON and for `--fields`. */
const SECTION_COLUMNS: readonly Column<UserView>[] = USER_SECTIONS.map(({ key, header }) => ({
  key,
  header,
  value: ({ sections }) => sections.get(key)?.rows,
}));

/** Returns the sections that the output includes. CSV and the like have them only if they are selected. */
const chooseSections = ({ output }: Tools["terminal"]): typeof USER_SECTIONS => {
  if (output.fields !== undefined) {
    const chosen = new Set(selectColumns([...USER_COLUMNS, ...SECTION_COLUMNS], output.fields).map(({ key }) => key));
    return USER_SECTIONS.filter(({ key }) => chosen.has(key));
  }
  return hasAllColumns({ output }) || isDefaultTable({ output }) ? USER_SECTIONS : [];
};

export default defineCommand({
  summary: text("show one user, with everything that belongs to the user", "ユーザーと、関係するものをすべて表示する"),
  args: { user: USER_ARGUMENT },
  options: {},
  examples: [
    { line: "clomoctl users show hanako.yamazaki@example.jp" },
    { line: "clomoctl users show A0002 --format json" },
    { line: "clomoctl users show A0002 --fields name,devices --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { user: typed }) {
    const { terminal } = tools;
    const wanted = chooseSections(terminal);
    const { client, context } = await tools.tenant("users");
    const user = await findUser(client, typed, tools.globals.as);
    if (wanted.length === 0) return terminal.show(USER_COLUMNS, user);
    const [rights, tenant] = await Promise.all([loadRights(tools, context), tools.tenant(...SECTION_NOUNS)]);
    const sections = await loadSections({ client: tenant.client, user, rights }, wanted);
    const isShown = ({ key }: { readonly key: string }): boolean =>
      sections.has(key) || terminal.output.fields !== undefined;
    if (!isDefaultTable(terminal))
      return terminal.show([...USER_COLUMNS, ...SECTION_COLUMNS.filter(isShown)], { ...user, sections });
    await terminal.show(USER_COLUMNS, user);
    await showSections(tools, user, sections);
  },
});
