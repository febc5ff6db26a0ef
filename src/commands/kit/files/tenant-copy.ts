import type { Client } from "../../../lib/client/index.ts";
import { storeTemporaryFile } from "../../../lib/handover/bundle/unpack.ts";
import { TENANT_FILE } from "../../../lib/handover/bundle/contents.ts";
import { PANEL_KINDS } from "../../../lib/nouns/index.ts";
import type { Tools } from "../tools.ts";
import { join } from "node:path";
import { Failure } from "../../../lib/errors/index.ts";
import { hasContent, openInput } from "../../../lib/files/index.ts";
import type { TenantCopyState } from "../../../lib/model/tenant-file.ts";
import { text } from "../../../lib/text/index.ts";

export const VERIFYING = { id: "verify", name: text("Verifying", "検証") };

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

export const HANDOVER_NOUNS = [
  "tenant",
  "accounts",
  "renewals",
  "ade",
  "answers",
  "users",
  "leavers",
  "administrators",
  "audit",
  "console",
  "config-profiles",
  "apps",
  "devices",
] as const;

const COPY_NOUNS = [...HANDOVER_NOUNS, ...PANEL_KINDS, "device-actions", "roles", "secured"] as const;

export type CopyClient = Client<(typeof COPY_NOUNS)[number]>;

export interface TenantCopy extends AsyncDisposable {
  readonly path: string;
  /** Opens the copied tenant with all permissions. Opening the tenant may change the bytes of the file. */
  open(): Promise<CopyClient>;
}

export async function storeTenantCopy(tools: Tools, content: AsyncIterable<Uint8Array>): Promise<TenantCopy> {
  const { folder, path, remove } = await storeTemporaryFile(TENANT_FILE, content, tools.temporary);
  const stack = new AsyncDisposableStack();
  stack.defer(remove);
  return {
    path,
    open: async () => {
      const { client, close } = await tools.openCopy(folder, ...COPY_NOUNS);
      stack.defer(close);
      return client;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export const copyTenant = async (tools: Tools): Promise<TenantCopy> =>
  storeTenantCopy(tools, await (await tools.tenant("exports")).client.exports.create());

/** Copies a backup into a temporary folder, and checks the copy. @throws `input-rejected` if it has a fault */
export async function openBackup(tools: Tools, from: string): Promise<TenantCopy> {
  await using input = await openInput(tools, from);
  if (await hasContent(`${input.path}-wal`)) throw new Failure("input-rejected", { what: IN_USE, where: from });
  await using stack = new AsyncDisposableStack();
  const copy = stack.use(await storeTenantCopy(tools, input.chunks()));
  for (const what of (await checkBackup(tools, copy.path, from)).problems) await tools.terminal.warn(what);
  stack.move();
  return copy;
}

const IN_USE = text(
  "the file of a tenant in use: its latest changes are in -wal; use a file of `tenant backup`",
  "使用中のテナントのファイルです(最新の変更は -wal にあります)。`tenant backup` のファイルを使ってください",
);
