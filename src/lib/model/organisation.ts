import type { Rule } from "./rules.ts";

/** The rules of an organisation's fields. No limit is documented. @see facts 1.2 */
export const ORG_RULES = {
  name: { kind: "text" },
  code: { kind: "text" },
  path: { kind: "text" },
} as const satisfies Record<string, Rule>;

/** Names from the top down as one text: `本社/営業部`; a `/` in a name is written `\/`, a backslash `\\`. */
export const formatOrgPath = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[\\/]/g, "\\$&")).join("/");

/**
 * The names of a path from the top down, the inverse of {@link formatOrgPath}; undefined if the text is not a path: it
 * is blank, a name is blank, or a backslash precedes anything but `/` and `\`.
 */
export const parseOrgPath = (path: string): readonly string[] | undefined => {
  const names: string[] = [];
  let name = "";
  for (let i = 0; i < path.length; i += 1) {
    const character = path.charAt(i);
    if (character === "/") {
      if (name === "") return undefined;
      names.push(name);
      name = "";
    } else if (character === "\\") {
      i += 1;
      const escaped = path.charAt(i);
      if (escaped !== "/" && escaped !== "\\") return undefined;
      name += escaped;
    } else name += character;
  }
  return name === "" ? undefined : [...names, name];
};
