import { same, text, type Text } from "../text/index.ts";

/** The owner of the computer as the actor of a change; `owner` alone if the operating system names nobody. */
const OWNER_PATTERN = /^owner \((.+)\)$/s;

export const parseUserName = (owner: string): string => OWNER_PATTERN.exec(owner)?.[1] ?? owner;

/** Names an actor for people. `owner` alone is not translated, because it can also be the name of an account. */
export const formatActor = (actor: string): Text => {
  const [, userName] = OWNER_PATTERN.exec(actor) ?? [];
  return userName === undefined ? same(actor) : text(actor, `所有者(${userName})`);
};
