import { line, step } from "../../lib/advice/index.ts";
import { parseContextName } from "../../lib/config/context.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readChunks } from "../../lib/files/index.ts";
import { text } from "../../lib/text/index.ts";
import { openBackup } from "../kit/files/tenant-copy.ts";
import type { Tools } from "../kit/tools.ts";
import type { STORE_ACTIONS } from "./actions.ts";

interface StoreInput {
  readonly store: string;
  readonly name?: string | undefined;
  readonly from?: string | undefined;
  readonly output?: string | undefined;
  readonly dryRun: boolean;
}

const requireValue = <T>(value: T | undefined, flag: string): T => {
  if (value !== undefined) return value;
  throw new Failure("usage", { what: text(`${flag} is missing`, `${flag} がありません`), where: flag });
};

/** Makes the tables of a new store. */
export const initStore = async (tools: Tools, address: string): Promise<void> => {
  await tools.openStore(address, "create");
  const key = `${tools.home.folder}/sealing.key`;
  await tools.terminal.note(
    text(
      `made the tables; every server of this store needs a copy of ${key}: without it, nobody can read the tenants`,
      `テーブルを作成しました。この保存先を使うすべてのサーバーに ${key} のコピーが必要です。このファイルがないと、テナントを読み取れません`,
    ),
  );
  await tools.terminal.note(
    step(
      "to bring in a tenant",
      "テナントを入れるには",
      line("serve", ["add", "NAME"], { store: address, from: "FILE" }),
    ),
  );
};

/** Brings a tenant in, takes one out, or upgrades all. */
export const changeStore = async (
  tools: Tools,
  action: (typeof STORE_ACTIONS)[number],
  { store: address, name: typed, from, output, dryRun }: StoreInput,
): Promise<void> => {
  const { terminal, outputs } = tools;
  const store = await tools.openStore(address, "open");
  if (action === "upgrade") {
    for (const { name } of await store.list()) {
      const isUpgraded = await store.upgrade(name, dryRun);
      if (!isUpgraded) continue;
      await terminal.note(
        dryRun
          ? text(`${name} would be upgraded`, `${name} をアップグレードします`)
          : text(`upgraded ${name}`, `${name} をアップグレードしました`),
      );
    }
    return;
  }
  const name = parseContextName(requireValue(typed, "NAME"));
  if (action === "add") {
    await using backup = await openBackup(tools, requireValue(from, "--from FILE"));
    await store.add(name, backup.path);
    await terminal.note(text(`added ${name} to the store`, `${name} を保存先に追加しました`));
    return;
  }
  const file = requireValue(output, "--output FILE");
  await store.take(name, (path) =>
    outputs.write(file, async (writer) => {
      for await (const chunk of readChunks(path)) await writer.write(chunk);
    }),
  );
  await terminal.note(
    step(
      `took ${name} out of the store; to use it on this computer`,
      `${name} を保存先から取り出しました。このコンピューターで使うには`,
      line("context add", [name], { from: file }),
    ),
  );
};
