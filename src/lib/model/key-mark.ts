/** A mark of this length does not reveal any part of the key. */
const KEY_MARK_LENGTH = 6;

export const getKeyMark = (sealed: string): string => sealed.slice(0, KEY_MARK_LENGTH);
