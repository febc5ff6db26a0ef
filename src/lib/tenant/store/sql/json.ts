/** An SQLite function takes at most 127 arguments. */
const MAX_ARGUMENTS = 100;

/** SQL: pieces concatenated; null ones are left out. */
export const joined = (pieces: readonly string[]): string => {
  if (pieces.length <= MAX_ARGUMENTS) return `concat(${pieces.join(", ")})`;
  const parts: string[] = [];
  for (let at = 0; at < pieces.length; at += MAX_ARGUMENTS) parts.push(joined(pieces.slice(at, at + MAX_ARGUMENTS)));
  return joined(parts);
};

/** SQL: a JSON object; a member's value is SQL of JSON, its name needs no escaping. @param end follows it */
export const jsonObject = (members: readonly (readonly [name: string, json: string])[], end = ""): string =>
  joined([...members.flatMap(([name, json], at) => [`'${at === 0 ? "{" : ","}"${name}":'`, json]), `'}${end}'`]);

/** SQL: a JSON list of pieces that each begin with a comma; a piece may be empty. */
export const jsonList = (pieces: readonly string[]): string => `'[' || substr(${joined(["''", ...pieces])}, 2) || ']'`;
