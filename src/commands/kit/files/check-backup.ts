import { join } from "node:path";
import { Failure } from "../../../lib/errors/index.ts";
import type { TenantCopyState } from "../../../lib/model/tenant-file.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

const VERIFYING = { id: "verify", name: text("Verifying", "検証") };

/** Checks a backup with its audit log, like a received tenant. @throws `input-rejected`, `interrupted` */
export async function checkBackup(tools: Tools, path: string, where: string): Promise<TenantCopyState> {
  const { terminal, home } = tools;
  const state = await terminal.progress.during(VERIFYING, () => tools.inspectCopy(path));
  const { fault, isSealed } = state;
  if (fault !== null) throw new Failure("input-rejected", { what: fault.what, where, hint: KEEP_FILES_HINT });
  const key = join(home.folder, "sealing.key");
  if (isSealed)
    await terminal.note(
      text(
        `secrets in the backup can be decrypted only with the sealing.key of its home: ${key}`,
        `バックアップの機密情報を復号できるのは、元の環境の sealing.key だけです: ${key}`,
      ),
    );
  return state;
}

const KEEP_FILES_HINT = text(
  "keep this file and all backups; nothing was written",
  "このファイルとすべてのバックアップを残してください。何も書き込んでいません",
);
