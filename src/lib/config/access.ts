import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { quoteShellWord } from "../text/shell-word.ts";
import type { Home } from "./home.ts";

/** The reason why a folder is unsafe: other users could change its content, such as the roles in a tenant. */
export interface AccessFault {
  readonly kind: "foreign" | "open";
  readonly what: Text;
  readonly mend: string;
}

const OTHERS_WRITE_BITS = 0o022;

/** Checks that a folder belongs to the user or root, or to anybody for root, and that nobody else can write to it. */
export function findAccessFault(
  folder: string,
  { ownerId, mode }: { readonly ownerId: number; readonly mode: number },
  userId: number | undefined,
): AccessFault | undefined {
  if (userId === undefined) return undefined;
  if (userId !== 0 && ownerId !== userId && ownerId !== 0) {
    const what = text(
      `${folder} belongs to another user (user ID ${ownerId}; yours is ${userId})`,
      `${folder} は別のユーザーのものです(ユーザー ID: ${ownerId}、自分の ID: ${userId})`,
    );
    return { kind: "foreign", what, mend: `chown -R ${userId} ${quoteShellWord(folder)}` };
  }
  if ((mode & OTHERS_WRITE_BITS) === 0) return undefined;
  const what = text(`other users can write to ${folder}`, `${folder} にほかのユーザーが書き込めます`);
  return { kind: "open", what, mend: `chmod go-w ${quoteShellWord(folder)}` };
}

export function findHomeFault({ settings, data, tenants, userId }: Home): AccessFault | undefined {
  if (userId === undefined) return undefined;
  const own = tryOrUndefined(() => readdirSync(tenants))?.map((name) => join(tenants, name)) ?? [];
  for (const folder of new Set([data, settings, tenants, ...own])) {
    // the code that later reads or writes the folder reports why it cannot be inspected
    const found = tryOrUndefined(() => statSync(folder, { throwIfNoEntry: false }));
    if (found?.isDirectory() !== true) continue;
    const fault = findAccessFault(folder, { ownerId: found.uid, mode: found.mode }, userId);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const tryOrUndefined = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

export const createUnsafeHomeFailure = ({ kind, what, mend }: AccessFault): Failure =>
  new Failure("not-permitted", {
    what: text(`${what.en}; nothing was changed`, `${what.ja}。何も変更していません`),
    hint:
      kind === "open"
        ? text(`run: ${mend}`, `実行してください: ${mend}`)
        : text(
            `run as root: ${mend}; or set CLOMOCTL_HOME to a folder of your own`,
            `root で実行してください: ${mend}。または CLOMOCTL_HOME で自分のフォルダーを指定してください`,
          ),
  });
