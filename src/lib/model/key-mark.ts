/** These first characters of a sealed text identify its key, but do not reveal any part of the key. */
const KEY_MARK_LENGTH = 6;

export const getKeyMark = (sealed: string): string => sealed.slice(0, KEY_MARK_LENGTH);
