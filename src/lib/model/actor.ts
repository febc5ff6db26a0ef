import { same, text, type Text } from "../text/index.ts";

/** Matches the computer's owner as an actor: `owner (taro)`, or only `owner` if the user name is unknown. */
const OWNER_PATTERN = /^owner \((.+)\)$/s;

export const parseUserName = (owner: string): string => OWNER_PATTERN.exec(owner)?.[1] ?? owner;

/** The word `owner` alone is not translated, because an account can also have this name. */
export const formatActor = (actor: string): Text => {
  const [, userName] = OWNER_PATTERN.exec(actor) ?? [];
  return userName === undefined ? same(actor) : text(actor, `所有者(${userName})`);
};

/** @param actor null for a built-in layout */
export const formatLayoutAuthor = (actor: string | null): Text =>
  actor === null ? text("built in", "clomoctl に付属") : formatActor(actor);
