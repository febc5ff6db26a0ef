import type { Import, Client } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { same, text } from "../../../lib/text/index.ts";

/** The argument that names an import. */
export const ID_ARGUMENT = {
  kind: "string",
  value: "ID",
  required: true,
  about: text("import ID, or the first characters of one", "インポートの ID(先頭の一部でもよい)"),
} as const;

/**
 * The import whose id equals, or starts with, what was typed.
 *
 * @throws `not-found` if there is none, `usage` if several match
 */
export async function findImport(client: Client<"imports">, typed: string): Promise<Import> {
  const start = typed.toLowerCase();
  const found = (await client.imports.list()).filter(({ id }) => id.startsWith(start));
  const exact = found.find(({ id }) => id === start);
  if (exact !== undefined) return exact;
  const [one, ...more] = found;
  if (one === undefined || start === "") {
    throw new Failure("not-found", {
      what: text(`no import ${typed}`, `インポート ${typed} はありません`),
      hint: text("see them all: clomoctl imports list", "一覧: clomoctl imports list"),
    });
  }
  if (more.length === 0) return one;
  throw new Failure("usage", {
    what: text(
      `${found.length} imports begin with ${typed}`,
      `${typed} で始まるインポートが ${found.length} 件あります`,
    ),
    hint: same(
      found
        .slice(0, MOST_NAMED)
        .map(({ id }) => id)
        .join(", "),
    ),
  });
}

const MOST_NAMED = 5;
