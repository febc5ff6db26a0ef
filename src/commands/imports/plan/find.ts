import { line, step } from "../../../lib/advice/index.ts";
import type { Import, Client } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { parseImportNumber } from "../../../lib/model/import-number.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";

/** The argument that names an import. */
export const ID_ARGUMENT = {
  kind: "string",
  value: "NUMBER|last|ID",
  names: "imports",
  required: true,
  about: text(
    "number of the import (17; of a plan P12), `last` (committed last, of any kind: an undo counts, and so does what was undone since; of plans the last open one), or its ID (the first characters are enough)",
    "インポートの番号(17。計画は P12)、last(最後に確定したもの。種類を問わず、取り消しも、取り消し済みのものも数える。計画では最後の未確定のもの)、または ID(先頭の一部でもよい)",
  ),
} as const;

/** The states an import may be in to be the `last` one. */
type LastOf = readonly Import["state"][];

/** Of what has been done: the last import, deletion or undoing that was committed. What was undone since is still the last one. */
const DONE: LastOf = ["committed", "undone"];

/** Of what is still to be done: the last plan that was made. */
export const OPEN: LastOf = ["planned"];

/** True if an import was named as the last one, whichever that is. */
export const isLast = (typed: string): boolean => typed.toLowerCase() === "last";

/**
 * Returns the number of a change, or that it is the last one.
 *
 * @param list the command that lists what may be named
 * @throws Failure `usage` if it is neither a number nor `last`
 */
export const parseChange = (typed: string, list: string): number | "last" => {
  if (isLast(typed)) return "last";
  if (/^[1-9]\d{0,14}$/.test(typed)) return Number(typed);
  throw new Failure("usage", {
    what: text(`${typed} is not a change number`, `「${typed}」は変更番号ではありません`),
    hint: text(`see them: ${list}`, `確認: ${list}`),
  });
};

/**
 * The import that was named: by its number, as `last`, by its id or the beginning of it.
 *
 * @throws `not-found` if there is none, `usage` if several match
 */
export async function findImport(client: Client<"imports">, typed: string, lastOf = DONE): Promise<Import> {
  const { imports } = client;
  const all = await imports.list();
  if (isLast(typed)) return findLast(all, lastOf);
  const exact = all.find(({ number }) => number === typed.toUpperCase());
  if (exact !== undefined) return exact;
  // a plan that has been committed, or the number of another change: the tenant finds it, or explains what it is
  if (parseImportNumber(typed) !== undefined) return imports.show(typed);
  const start = typed.toLowerCase();
  const found = all.filter(({ id }) => id.startsWith(start));
  const [one, ...more] = found;
  if (one === undefined || start === "") throw notFound(text(`no import ${typed}`, `インポート ${typed} はありません`));
  if (more.length === 0) return one;
  throw new Failure("usage", {
    what: text(
      `${found.length} imports begin with ${typed}`,
      `${typed} で始まるインポートが ${found.length} 件あります`,
    ),
    hint: same(
      found
        .slice(0, MAX_NAMED)
        .map(({ number, id }) => `${number} (${id})`)
        .join(", "),
    ),
  });
}

const MAX_NAMED = 5;

/** The import or undoing that was committed last. */
export const lastCommitted = (imports: readonly Import[]): Import | undefined => lastIn(imports, DONE);

/** Returns the last import in one of these states. @param imports newest plan first */
function lastIn(imports: readonly Import[], states: LastOf): Import | undefined {
  const [last] = imports
    .filter(({ state }) => states.includes(state))
    .toSorted((a, b) => (b.change ?? 0) - (a.change ?? 0));
  return last;
}

function findLast(imports: readonly Import[], states: LastOf): Import {
  const last = lastIn(imports, states);
  if (last !== undefined) return last;
  throw notFound(
    states === DONE
      ? text("no import was committed yet", "確定したインポートはまだありません")
      : text("no plan is open", "確定待ちの計画はありません"),
  );
}

const notFound = (what: Text): Failure =>
  new Failure("not-found", {
    what,
    hint: step("see them all", "一覧", line("imports list", [])),
  });
