import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { shownWord } from "../text/shell-word.ts";
import type { Home } from "./home.ts";

/** Why a folder of the home is not safe: others could change what lies in it, such as the roles in a tenant. */
export interface AccessFault {
  readonly kind: "foreign" | "open";
  readonly what: Text;
  /** the command line that makes it safe */
  readonly mend: string;
}

const OTHERS_WRITE = 0o022;

/**
 * Judges a folder of the home: it belongs to the user or to root, and only its owner may write it. Root may use any folder
 * that only its owner may write.
 *
 * @param userId undefined on platforms where files have neither owner nor mode: nothing is judged there
 */
export function accessFault(
  folder: string,
  { ownerId, mode }: { readonly ownerId: number; readonly mode: number },
  userId: number | undefined,
): AccessFault | undefined {
  if (userId === undefined) return undefined;
  if (userId !== 0 && ownerId !== userId && ownerId !== 0) {
    const what = text(
      `${folder} belongs to another user (number ${ownerId}, you are ${userId})`,
      `${folder} は別のユーザーのものです(番号 ${ownerId}、自分は ${userId})`,
    );
    return { kind: "foreign", what, mend: `chown -R ${userId} ${shownWord(folder)}` };
  }
  if ((mode & OTHERS_WRITE) === 0) return undefined;
  const what = text(`other users can write ${folder}`, `${folder} に他のユーザーが書き込めます`);
  return { kind: "open", what, mend: `chmod go-w ${shownWord(folder)}` };
}

/** The first fault of the folders of a home and of its tenants; none of folders that are not there, or whose file system keeps no owners. */
export async function homeFault(
  { settings, data, tenants, userId }: Home,
  platform: string,
): Promise<AccessFault | undefined> {
  if (userId === undefined) return undefined;
  for (const folder of new Set([data, settings, tenants, ...namesIn(tenants).map((name) => join(tenants, name))])) {
    const found = lookAt(folder);
    if (found?.isDirectory() !== true) continue;
    const fault = accessFault(folder, { ownerId: found.uid, mode: found.mode }, userId);
    if (fault === undefined) continue;
    const { keepsOwners } = await import("../files/look.ts");
    if (keepsOwners(realpathSync(folder), platform)) return fault;
  }
  return undefined;
}

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** What cannot be looked at is told by whoever reads or writes it. */
const lookAt = (folder: string) => {
  try {
    return statSync(folder, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

/** The failure of a change in a home with a fault. */
export const unsafeHome = ({ kind, what, mend }: AccessFault): Failure =>
  new Failure("not-permitted", {
    what: text(`${what.en}, so nothing is changed`, `${what.ja}。何も変更していません`),
    hint:
      kind === "open"
        ? text(`run: ${mend}`, `実行してください: ${mend}`)
        : text(
            `as root: ${mend}; or let CLOMOCTL_HOME name a folder of your own`,
            `root で実行してください: ${mend}。または CLOMOCTL_HOME で自分のフォルダーを指定してください`,
          ),
  });
