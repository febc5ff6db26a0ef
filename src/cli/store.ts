import { join } from "node:path";
import type { Clock, ServedContext, ServedStore } from "../commands/kit/tools.ts";
import { COPIES_FOLDER, type Home } from "../lib/config/home.ts";
import { createSecretSealer } from "../lib/config/sealing.ts";
import { tryHoldLock } from "../lib/config/settings-lock.ts";
import { Failure } from "../lib/errors/index.ts";
import { readChunks, type TemporaryStorage } from "../lib/files/index.ts";
import { createTemporaryFolder } from "../lib/files/temporary.ts";
import { TenantCopies } from "../lib/replicate/copies.ts";
import { TenantStore } from "../lib/replicate/store.ts";
import { receiveTenantFile } from "../lib/tenant/api/index.ts";
import { beginLog } from "../lib/tenant/ledger/logged-file.ts";
import { same, text, type Text } from "../lib/text/index.ts";
import { createBareContext, TENANT_FILE } from "./tenant.ts";

interface StoreMachine {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly temporary: TemporaryStorage;
  readonly clock: Clock;
  readonly warn: (warning: Text) => Promise<void>;
}

const KEEP_PAUSE_MS = 60_000;

/** @param way `create` for the tables of a new store */
export const openStore = async (
  { home, environment, temporary, clock, warn }: StoreMachine,
  address: string,
  way: "open" | "create",
): Promise<ServedStore> => {
  await using closing = new AsyncDisposableStack();
  const folder = join(home.folder, COPIES_FOLDER);
  const lock = await tryHoldLock(join(home.folder, `${COPIES_FOLDER}.lock`));
  if (lock === undefined) throw createUsedFolderFailure(folder);
  closing.use(lock);
  const { processes } = temporary;
  const keys = await createSecretSealer(home, processes).keys();
  const store = await TenantStore[way](address, { keys, environment });
  closing.defer(() => store.close());
  const copies = new TenantCopies(store, folder, (aside) => warn(describeForeignCopy(aside)));
  await copies.begin();
  const toContext = (name: string): ServedContext => ({
    ...createBareContext(name, copies.folderOf(name)),
    log: store.log(name),
  });
  const opened = closing.move();
  let offsetMs = 0;
  const work = async (): Promise<void> => {
    offsetMs = (await store.now()).getTime() - clock.now().getTime();
    await copies.storeSnapshots();
  };
  return {
    list: async () => (await store.list()).map(({ id }) => toContext(id)),
    find: async (name) => ((await store.list(name)).length === 0 ? undefined : toContext(name)),
    prepare: ({ name }) => copies.prepare(name),
    add: async (name, copy) => {
      const made = await createTemporaryFolder(temporary, name);
      try {
        await receiveTenantFile(copy, { name, folder: made.path, now: clock.now().toISOString(), processes });
        const file = join(made.path, TENANT_FILE);
        await store.add(name, beginLog(file), readChunks(file));
      } finally {
        await made.remove();
      }
    },
    take: (name, keep) => copies.take(name, keep),
    upgrade: (name, dryRun) => copies.upgrade(name, dryRun),
    clockOffsetMs: () => offsetMs,
    keep: async () => {
      await work();
      const timer = setInterval(() => void work().catch((error: unknown) => warn(describeFault(error))), KEEP_PAUSE_MS);
      opened.defer(() => clearInterval(timer));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

const createUsedFolderFailure = (where: string): Failure =>
  new Failure("locked", {
    what: text("another server uses this folder", "別のサーバーがこのフォルダーを使っています"),
    where,
    hint: text("set another CLOMOCTL_HOME for each process", "プロセスごとに別の CLOMOCTL_HOME を設定してください"),
  });

const describeForeignCopy = (folder: string): Text =>
  text(
    `a copy does not belong to the store: it was put aside in ${folder}, and made anew`,
    `保存先のものではない写しがあったため、${folder} に移し、作り直しました`,
  );

const describeFault = (error: unknown): Text => {
  const { en, ja } = error instanceof Failure ? error.what : same(String(error));
  return text(`no snapshots were stored: ${en}`, `スナップショットを保存できませんでした: ${ja}`);
};
