const OWNER_SEPARATORS = /[,;、,;\r\n]+/u;

const EMAIL_ADDRESS_PATTERN = /[^\s<>()"'「」:]+@[^\s<>()"'「」:]+/gu;

export interface NamedOwner {
  readonly text: string;
  readonly isAddress: boolean;
}

/** Splits texts such as `佐藤 一郎 <sato@example.jp>, A0002`. */
export const parseOwners = (owner: string | null): readonly NamedOwner[] =>
  (owner ?? "").split(OWNER_SEPARATORS).flatMap((part): readonly NamedOwner[] => {
    const addresses = part.match(EMAIL_ADDRESS_PATTERN);
    if (addresses !== null) return addresses.map((text) => ({ text, isAddress: true }));
    const text = part.trim();
    return text === "" ? [] : [{ text, isAddress: false }];
  });
