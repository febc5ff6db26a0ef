import { dirname } from "node:path";
import { line, step, type CommandLine } from "../../lib/advice/index.ts";
import type { Account } from "../../lib/client/index.ts";
import { CHANGED_STATE, MAYBE_CHANGED_STATE } from "../../lib/client/changes.ts";
import { isSameContext, LOCAL_CONTEXT_NAME, type Context } from "../../lib/config/index.ts";
import { parseContextName, type EmbeddedContext } from "../../lib/config/context.ts";
import { Failure } from "../../lib/errors/index.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import type { Manifest } from "../../lib/handover/bundle/manifest.ts";
import { describeConsoleTasks } from "../../lib/handover/report/content.ts";
import { getActionName } from "../../lib/derived/audit.ts";
import type { CopyRelation, LocalRecords } from "../../lib/model/tenant-file.ts";
import { countDaysBetween, dayOf, DEFAULT_TIMEZONE } from "../../lib/model/time.ts";
import { ROLES } from "../../lib/nouns/account.ts";
import { formatCount, joinFirstTexts, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { ACCOUNT_COLUMNS } from "../kit/columns/accounts.ts";
import { requireChangePermission } from "../kit/permission.ts";
import { DRY_RUN_NOTE, STATE_UNCHANGED } from "../kit/columns/change-result.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import type { Tools } from "../kit/tools.ts";
import { BUNDLE_ARGUMENT, parseFingerprint, openVerifiedBundle, requireCopy, showProblems } from "./bundle.ts";
import { storeTenantCopy, type CopyClient, type TenantCopy } from "../kit/files/tenant-copy.ts";

export default defineCommand({
  summary: text("take over the tenant in a bundle", "引き継ぎデータを取り込み、テナントを引き継ぐ"),
  details: text(
    "First verifies the whole bundle, including the audit log, and compares its fingerprint with the one that you enter. Either the complete tenant is received, with its history, console tasks and audit log, or nothing changes. The context is named after the tenant's domain. Data is never merged: if a context has an earlier state of this tenant, the newer state replaces it. A context that has data of a different tenant is refused. A bundle does not contain passwords, keys or tokens.",
    "最初に監査ログを含む全体を検証し、フィンガープリントを、入力されたものと照合します。履歴・管理画面での作業・監査ログを含めて、テナント全体を受け取るか、何も変更しないかのどちらかです。コンテキストには利用ドメインの名前を付けます。データの統合はしません。コンテキストに同じテナントの以前のデータがあれば新しいデータに置き換え、別のテナントのデータがあれば受け取りません。パスワード・鍵・トークンは含まれません。",
  ),
  args: { bundle: BUNDLE_ARGUMENT },
  options: {
    fingerprint: defineOption(
      "string",
      "DIGITS",
      "at least the first 16 digits of the fingerprint that the export showed",
      "書き出したときに表示されたフィンガープリントの、少なくとも最初の 16 桁",
    ),
    dryRun: DRY_RUN_OPTION,
  },
  examples: [
    { line: 'clomoctl handover receive handover.zip --fingerprint "3f9a 0c11 7be2 45d8"' },
    { line: "clomoctl handover receive handover-2027-03 --context minato" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  opensTenant: false,
  changes: true,
  async run(tools, { bundle, fingerprint: typed, dryRun }) {
    const { terminal, contexts, globals } = tools;
    tools.describeState(() => STATE_UNCHANGED);
    tools.summarize({ file: bundle });
    await using verified = await openVerifiedBundle(tools, bundle);
    const { copy, manifest } = requireCopy(bundle, verified);
    const fingerprint = verified.fingerprint ?? "";
    await requireFingerprint(tools, typed, fingerprint);
    // extract a second copy, because opening the first copy may have changed its bytes
    await using received = await storeTenantCopy(tools, verified.found.read(TENANT_FILE));
    const client = await copy.open();
    const retry = (context: string) => line("handover receive", [bundle], { context, fingerprint: typed });
    const { name, existing, relation } = await chooseContext(tools, client, { path: received.path, retry });
    await describeTenant(tools, { name, manifest, relation });
    await showAdministrators(tools, client);
    await warnOfProblems(tools, verified.problems);
    if (dryRun) return terminal.note(DRY_RUN_NOTE);
    if (existing !== undefined)
      await requireChangePermission(tools, { context: existing, source: "option", among: [] });
    const isAsked = !globals.yes && (terminal.interactive || relation.kind === "forward");
    if (isAsked && !(await terminal.prompts.confirm(askToReceive(name, relation))))
      return await terminal.note(STATE_UNCHANGED);
    const local = relation.kind === "forward" ? relation.local : null;
    await recordReceipt(tools, received, { fingerprint, local });
    tools.describeState(() => MAYBE_CHANGED_STATE);
    const { language } = manifest;
    const context = existing ?? (await contexts.add(name, { kind: "embedded", language, timezone: globals.timezone }));
    await tools.receiveTenant(received.path, context as EmbeddedContext).catch((error: unknown) => {
      if (!(error instanceof Failure && error.status < 500)) tools.describeDone(MAYBE_CHANGED_STATE);
      throw error;
    });
    // who receives a tenant works with it from now on
    if (existing?.notify === false) await contexts.set(name, { notify: true });
    tools.describeDone(CHANGED_STATE);
    tools.summarize({ changed: true });
    await writeNextSteps(tools, client, { context, manifest });
  },
});

/** @throws `usage` if the fingerprint is too short or cannot be asked for; `input-rejected` if it differs */
async function requireFingerprint({ terminal }: Tools, typed: string | undefined, fingerprint: string): Promise<void> {
  const flag = "--fingerprint";
  const message = text(
    "First 16 digits of the fingerprint (ask the person who exported the bundle):",
    "フィンガープリントの最初の 16 桁(書き出した人に聞いてください):",
  );
  const digits =
    typed === undefined
      ? parseFingerprint(await terminal.prompts.input({ message, flag }), "input-rejected")
      : parseFingerprint(typed, "usage");
  if (fingerprint.startsWith(digits)) return;
  throw new Failure("input-rejected", {
    what: text("the fingerprint differs; nothing was received", "フィンガープリントが異なるため、受け取っていません"),
    where: flag,
    hint: text(
      "ask the person who exported the bundle for the bundle and its fingerprint again",
      "書き出した人から、引き継ぎデータとフィンガープリントをもう一度受け取ってください",
    ),
  });
}

interface ChosenTarget {
  readonly name: string;
  readonly existing: EmbeddedContext | undefined;
  readonly relation: CopyRelation;
}

/** @throws `conflict` if the bundle is not a later state of this tenant; `usage` if the context is on a server */
async function chooseContext(
  tools: Tools,
  client: CopyClient,
  { path, retry }: { readonly path: string; readonly retry: (context: string) => CommandLine },
): Promise<ChosenTarget> {
  const { contexts, globals } = tools;
  const domain = (await client.tenant.show()).profile?.domain ?? LOCAL_CONTEXT_NAME;
  const name = parseContextName(globals.context ?? domain);
  const known = await contexts.list();
  const existing = known.find((one) => isSameContext(one.name, name));
  if (existing?.kind === "remote")
    throw new Failure("usage", {
      what: text(`the tenant of ${existing.name} is on a server`, `${existing.name} のテナントはサーバーにあります`),
      where: "--context",
      hint: text("receive the bundle on the server", "サーバーで受け取ってください"),
    });
  if (existing === undefined || !contexts.hasDatabase(existing))
    return { name: existing?.name ?? name, existing, relation: { kind: "empty" } };
  const relation = await tools.compareCopyWithTenant(path, existing);
  if (relation.kind === "empty" || relation.kind === "forward") return { name: existing.name, existing, relation };
  let number = 2;
  while (known.some((one) => isSameContext(one.name, `${name}-${number}`))) number += 1;
  throw new Failure("conflict", {
    what: describeRefusal(relation, globals.timezone ?? DEFAULT_TIMEZONE),
    where: existing.name,
    hint:
      relation.kind === "same"
        ? undefined
        : step("to keep both tenants", "両方のテナントを残すには", retry(`${existing.name}-${number}`)),
  });
}

const REFUSALS = {
  same: text(
    "all changes in this bundle are already in this tenant",
    "この引き継ぎデータの変更は、すべてこのテナントに取り込み済みです",
  ),
  older: text(
    "this bundle is older than this tenant's data",
    "この引き継ぎデータは、このテナントのデータより古いものです",
  ),
  other: text("this bundle is of another tenant", "別のテナントの引き継ぎデータです"),
};

type RefusedRelation = Exclude<CopyRelation, { readonly kind: "empty" | "forward" }>;

function describeRefusal(relation: RefusedRelation, timezone: string): Text {
  if (relation.kind !== "diverged") return REFUSALS[relation.kind];
  const [since, { records }, names] = [dayOf(relation.since, timezone), relation.local, nameActions(relation.local)];
  return text(
    `this bundle lacks ${formatCount(records, "change")} made to this tenant since ${since}: ${names.en}`,
    `この引き継ぎデータには、${since} 以降のこのテナントの変更 ${records} 件が含まれていません: ${names.ja}`,
  );
}

/** Returns a text such as `export bundle 8, create access token 1`. */
function nameActions({ actions }: LocalRecords): Text {
  const named = actions.map(({ action, records }) => {
    const { en, ja } = getActionName(action);
    return text(`${en} ${records}`, `${ja} ${records} 件`);
  });
  return joinFirstTexts(named, 3);
}

const describeAdministrator = (account: Account): Text => {
  const role = account.scheme === null ? [] : [same(account.scheme.name)];
  const scope = ACCOUNT_COLUMNS.find(({ key }) => key === "managedOrgs")?.name?.(account) ?? null;
  return joinTexts([ROLES[account.role], ...role, ...(scope === null ? [] : [scope])], text(", ", "、"));
};

async function showAdministrators({ terminal }: Tools, client: CopyClient): Promise<void> {
  const { readAdministrators } = await import("./bundle-records.ts");
  for await (const accounts of readAdministrators(client))
    for (const account of accounts) {
      const { en, ja } = describeAdministrator(account);
      const { user, name } = account;
      await terminal.note(text(`administrator: ${user} (${name}): ${en}`, `管理者: ${user}(${name}): ${ja}`));
    }
}

async function describeTenant(
  { terminal, clock, globals }: Tools,
  { name, manifest, relation }: Pick<ChosenTarget, "name" | "relation"> & { readonly manifest: Manifest },
): Promise<void> {
  const { tenant, asOf, lastUpdatedAt } = manifest;
  const timezone = globals.timezone ?? DEFAULT_TIMEZONE;
  const day = lastUpdatedAt === null ? asOf : dayOf(lastUpdatedAt, timezone);
  const age = Math.max(0, countDaysBetween(day, dayOf(clock.now(), timezone)));
  await terminal.note(
    text(
      `${tenant.name}: state of ${day}, ${formatCount(age, "day")} old`,
      `${tenant.name}: ${day} 時点のデータ(${age} 日前)`,
    ),
  );
  if (relation.kind === "forward") {
    const since = dayOf(relation.since, timezone);
    await terminal.note(
      text(
        `the tenant of ${name} will be replaced by a newer state: ${formatCount(relation.changes, "change")} since ${since}`,
        `${name} のテナントを新しい状態に置き換えます: ${since} 以降の変更 ${relation.changes} 件`,
      ),
    );
    if (relation.local === null) return;
    const [{ records }, names] = [relation.local, nameActions(relation.local)];
    const list = line("audit list", [], { replaced: true, context: name });
    await terminal.note(
      text(
        `the bundle lacks ${formatCount(records, "record")} (${names.en}), which stay in ${list}; tokens and sessions made in them end`,
        `引き継ぎデータにない記録 ${records} 件(${names.ja})は別に残します(${list})。その中で作成したトークンとセッションは無効になります`,
      ),
    );
  }
}

async function warnOfProblems({ terminal }: Tools, problems: readonly Text[]): Promise<void> {
  const { length } = problems;
  if (length === 0) return;
  await showProblems(terminal, problems);
  await terminal.warn(
    text(
      `the bundle contains ${formatCount(length, "invalid value")}: ask the person who exported it for a correct bundle, or correct the values after you receive it`,
      `引き継ぎデータに正しくない値が ${length} 件あります。書き出した人に確認するか、受け取った後に値を修正してください`,
    ),
  );
}

const askToReceive = (name: string, relation: CopyRelation) => {
  const replace = text(
    `Replace the tenant of ${name}? You cannot undo this, but the previous file stays until you receive the next bundle.`,
    `${name} のテナントを置き換えますか? 取り消せません(以前のテナントのファイルは、次に引き継ぎデータを受け取るまで残ります)。`,
  );
  const receive = text(
    `Receive the tenant as ${name}? You cannot undo this.`,
    `テナントを ${name} として受け取りますか? 取り消せません。`,
  );
  return { message: relation.kind === "forward" ? replace : receive, flag: "--yes" };
};

/** Records the receipt in the copy before the copy replaces the tenant, so that every received tenant contains it. */
async function recordReceipt(
  tools: Tools,
  { path }: TenantCopy,
  { fingerprint, local }: { readonly fingerprint: string; readonly local: LocalRecords | null },
): Promise<void> {
  const replaced = local === null ? undefined : { records: local.records, first: local.first, last: local.last };
  const { client, close } = await tools.openCopy(dirname(path), "exports");
  try {
    await client.exports.record({ what: "receive", fingerprint, replaced });
  } finally {
    await close();
  }
}

async function writeNextSteps(
  tools: Tools,
  client: CopyClient,
  { context: { name }, manifest }: { readonly context: Context; readonly manifest: Manifest },
): Promise<void> {
  const { terminal, contexts, environment } = tools;
  const isInUse = (await contexts.inEffect(undefined, environment))?.context.name === name;
  const use = line("context use", [name]);
  if (!isInUse)
    await terminal.note(
      text(
        `to use ${name}: ${use}, or add --context ${name} to a command`,
        `${name} を操作するには ${use} を実行するか、コマンドに --context ${name} を付けてください`,
      ),
    );
  await terminal.note(
    step(
      "a bundle does not contain passwords, keys, tokens, the daily run or reminder settings; to set up reminders",
      "引き継ぎデータに、パスワード・鍵・トークン・毎日の実行・通知の設定は含まれません。通知を設定するには",
      line("renewals notify", ["init"]),
    ),
  );
  const { consoleTasks } = await client.tenant.show();
  if (consoleTasks > 0) await terminal.note(describeConsoleTasks(consoleTasks));
  if (manifest.leaver !== undefined) {
    const { person: leaver, leaves } = manifest.leaver;
    await terminal.note(
      step(
        "to see what the leaver has to hand over",
        "退職者から引き継ぐものを確認するには",
        line("handover checklist", [], { leaver, leaves: leaves ?? undefined }),
      ),
    );
  }
  await terminal.note(step("to see all gaps", "すべての不足を確認するには", line("handover checklist", [])));
}
