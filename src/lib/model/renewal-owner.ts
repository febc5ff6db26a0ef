const SEPARATORS = /[,;、,;\r\n]+/u;

const ADDRESS = /[^\s<>()"'「」:]+@[^\s<>()"'「」:]+/gu;

/** Whom the owner of a renewal names, as far as that can be read. */
export interface NamedOwner {
  /** as written: a mail address, or what may be an employee code, an account name, or a full name */
  readonly text: string;
  readonly isAddress: boolean;
}

/** The people of an owner, which is free text: `佐藤 一郎 <sato@example.jp>, A0002`. */
export const ownersIn = (owner: string | null): readonly NamedOwner[] =>
  (owner ?? "").split(SEPARATORS).flatMap((part): readonly NamedOwner[] => {
    const addresses = part.match(ADDRESS);
    if (addresses !== null) return addresses.map((text) => ({ text, isAddress: true }));
    const text = part.trim();
    return text === "" ? [] : [{ text, isAddress: false }];
  });
