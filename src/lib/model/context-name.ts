/** Names with the same key conflict in file systems that ignore case. */
export const toContextNameKey = (name: string): string => name.normalize("NFC").toUpperCase().toLowerCase();

export const isSameContext = (one: string, other: string): boolean => toContextNameKey(one) === toContextNameKey(other);

export const isContextPattern = (typed: string | undefined): typed is string => /[*,]/.test(typed ?? "");

/** @param pattern a name, or such as `kanto-*` */
export const matchesContext = (name: string, pattern: string): boolean => {
  const escaped = toContextNameKey(pattern).replaceAll(/[^\p{L}\p{N}*]/gu, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/\*+/g, ".*")}$`).test(toContextNameKey(name));
};
