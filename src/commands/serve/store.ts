import { line, step } from "../../lib/advice/index.ts";
import { parseContextName } from "../../lib/config/context.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readChunks } from "../../lib/files/index.ts";
import { text } from "../../lib/text/index.ts";
import { permitOutputs } from "../kit/files/outputs.ts";
import { openBackup } from "../kit/files/tenant-copy.ts";
import type { Tools } from "../kit/tools.ts";

interface StoreInput extends Readonly<Record<"store" | "name" | "from" | "output", string | undefined>> {
  readonly dryRun: boolean;
}

/** Makes the tables of a new store, lists its tenants, brings one in, takes one out, or upgrades all. */
export const changeStore = async (
  tools: Tools,
  action: "init" | "list" | "add" | "take" | "upgrade",
  { store: address, name: typed, from, output, dryRun }: StoreInput,
): Promise<void> => {
  const { terminal, outputs, home } = tools;
  if (address === undefined) throw USAGE_FAILURE;
  if (action === "init") {
    await tools.openStore(address, "create");
    const key = `${home.folder}/sealing.key`;
    await terminal.note(
      text(
        `made the tables; without this key, nobody can read the tenants: copy it to every server and to a safe place: ${key}`,
        `テーブルを作成しました。次の鍵がないと、テナントを読み取れません。すべてのサーバーと安全な場所にコピーしてください: ${key}`,
      ),
    );
    return terminal.note(
      step(
        "to bring in a tenant",
        "テナントを入れるには",
        line("serve", ["add", "NAME"], { store: address, from: "FILE" }),
      ),
    );
  }
  if (action === "upgrade") return upgradeAll(tools, address, dryRun);
  if (action === "list") {
    for (const { name } of await (await tools.openStore(address, "open")).list()) await terminal.out.write(`${name}\n`);
    return;
  }
  const file = action === "add" ? from : output;
  if (typed === undefined || file === undefined) throw USAGE_FAILURE;
  const name = parseContextName(typed);
  if (action === "take" && !(await permitOutputs(tools, [{ flag: "--output", name: file, field: TENANT_OUTPUT }])))
    return;
  if (action === "add") {
    await using backup = await openBackup(tools, file);
    await (await tools.openStore(address, "open")).add(name, backup.path);
    return terminal.note(text(`added ${name} to the store`, `${name} を保存先に追加しました`));
  }
  const store = await tools.openStore(address, "open");
  await store.take(name, (path) =>
    outputs.write(file, async (writer) => {
      for await (const chunk of readChunks(path)) await writer.write(chunk);
    }),
  );
  return terminal.note(
    step(
      `took ${name} out of the store; to use it on this computer`,
      `${name} を保存先から取り出しました。このコンピューターで使うには`,
      line("context add", [name], { from: file }),
    ),
  );
};

const upgradeAll = async (tools: Tools, address: string, dryRun: boolean): Promise<void> => {
  const { terminal } = tools;
  const store = await tools.openStore(address, "open");
  const done = dryRun
    ? text("would be upgraded", "アップグレードできます")
    : text("upgraded", "アップグレードしました");
  let upToDate = 0;
  for (const { name } of await store.list())
    if (await store.upgrade(name, dryRun)) await terminal.note(text(`${name}: ${done.en}`, `${name}: ${done.ja}`));
    else upToDate += 1;
  return terminal.note(text(`up to date: ${upToDate} tenants`, `最新: ${upToDate} テナント`));
};

const TENANT_OUTPUT = { kind: "output", notStdout: true, about: text("tenant", "テナント") } as const;

const USAGE_FAILURE = new Failure("usage", {
  what: text(
    "the forms are: serve init, serve list, serve add NAME --from FILE, serve take NAME --output FILE, serve upgrade; each with --store ADDRESS",
    "serve init、serve list、serve add NAME --from FILE、serve take NAME --output FILE、serve upgrade の形で、--store ADDRESS を付けて指定してください",
  ),
});
