/** Number of characters at the start of a sealed text that identify the key, without revealing any part of it. */
const KEY_MARK_LENGTH = 6;

export const getKeyMark = (sealed: string): string => sealed.slice(0, KEY_MARK_LENGTH);
