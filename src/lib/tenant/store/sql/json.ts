/** Maximum number of arguments for one function call. SQLite itself allows at most 127. */
const MAX_FUNCTION_ARGUMENTS = 100;

/** SQL: the concatenation of pieces. Pieces that are null are skipped. */
export const buildConcatSql = (pieces: readonly string[]): string => {
  if (pieces.length <= MAX_FUNCTION_ARGUMENTS) return `concat(${pieces.join(", ")})`;
  const parts: string[] = [];
  for (let at = 0; at < pieces.length; at += MAX_FUNCTION_ARGUMENTS)
    parts.push(buildConcatSql(pieces.slice(at, at + MAX_FUNCTION_ARGUMENTS)));
  return buildConcatSql(parts);
};

/** SQL: a JSON object. Values are SQL that returns JSON; names must not need escaping.  @param end text to append */
export const buildJsonObjectSql = (members: readonly (readonly [name: string, json: string])[], end = ""): string =>
  buildConcatSql([
    ...members.flatMap(([name, json], at) => [`'${at === 0 ? "{" : ","}"${name}":'`, json]),
    `'}${end}'`,
  ]);

/** SQL: a JSON list of pieces. Each piece begins with a comma or is empty. */
export const buildJsonListSql = (pieces: readonly string[]): string =>
  `'[' || substr(${buildConcatSql(["''", ...pieces])}, 2) || ']'`;
