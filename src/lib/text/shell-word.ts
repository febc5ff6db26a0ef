/** A name as one word of a POSIX shell, in quotes where it needs them: in a command that is shown, to be typed. */
export const shownWord = (name: string): string =>
  /^[\p{L}\p{N}_.@/][\p{L}\p{N}_.@/-]*$/u.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
