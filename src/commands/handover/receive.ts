import { line, step } from "../../lib/advice/index.ts";
import { isSameContext, type Context } from "../../lib/config/index.ts";
import { parseContextName } from "../../lib/config/context-name.ts";
import type { EmbeddedContext } from "../../lib/config/context.ts";
import { Failure } from "../../lib/errors/index.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import type { Manifest } from "../../lib/handover/bundle/manifest.ts";
import { createFaultFailure } from "../../lib/handover/compare/verify.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { renderContextUseHint } from "../context/columns.ts";
import { CHANGED_STATE, MAYBE_CHANGED_STATE } from "../../lib/client/changes.ts";
import { DRY_RUN_NOTE, STATE_UNCHANGED } from "../records/change-result.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import type { Tools } from "../tools.ts";
import { BUNDLE_ARGUMENT, IDENTITY_OPTION, openNamedBundle, verifyNamedBundle } from "./bundle.ts";

interface ReceivedTenant {
  readonly context: string;
  readonly manifest: Manifest;
}

const RECEIVED_COLUMNS: readonly Column<ReceivedTenant>[] = [
  { key: "context", header: text("context", "コンテキスト"), value: ({ context }) => context },
  { key: "tenant", header: text("tenant", "テナント"), value: ({ manifest }) => manifest.tenant.name },
  { key: "asOf", header: text("as of", "基準日"), value: ({ manifest }) => manifest.asOf },
  { key: "lastUpdatedAt", header: text("last updated", "最終更新"), value: ({ manifest }) => manifest.lastUpdatedAt },
];

export default defineCommand({
  summary: text("make a bundle the tenant of a new context", "引き継ぎデータを新しいコンテキストのテナントにする"),
  details: [
    text(
      "The whole bundle is verified first, including the audit log. The tenant arrives complete, with its history, undo, console tasks and audit log, or not at all. Nothing is merged: the context must not have a tenant yet, and --context NAME creates a new one. Passwords, keys and tokens are not in a bundle and must be set again.",
      "最初に監査ログを含む全体を検証します。履歴・取り消し・管理画面での作業・監査ログを含めて、テナント全体を受け取るか、何も変更しないかのどちらかです。マージはしないため、まだテナントのないコンテキストが必要です。--context に新しい名前を指定すると作成します。パスワード・鍵・トークンは含まれないため、再設定が必要です。",
    ),
  ],
  args: { bundle: BUNDLE_ARGUMENT },
  options: { dryRun: DRY_RUN_OPTION, ...IDENTITY_OPTION },
  examples: [
    { line: "clomoctl handover receive handover.zip --context minato" },
    { line: "clomoctl handover receive handover-2027-03 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  opensTenant: false,
  shows: RECEIVED_COLUMNS,
  async run(tools, { bundle, dryRun, identity }) {
    const { terminal, contexts, globals } = tools;
    tools.describeState(() => STATE_UNCHANGED);
    tools.summarize({ file: bundle });
    const existing = await findTarget(tools);
    await using found = await openNamedBundle(tools, bundle, identity);
    await using verified = await verifyNamedBundle(tools, found, { hashesOnly: false });
    const { manifest, faults, faultCount, copy } = verified;
    const [fault] = faults;
    if (fault !== undefined || manifest === undefined)
      throw createFaultFailure(bundle, fault ?? { file: ".", what: STATE_UNCHANGED }, Math.max(0, faultCount - 1));
    if (copy === undefined) throw createNoTenantFailure(bundle);
    const name = existing?.name ?? String(globals.context);
    const shown = { context: name, manifest };
    if (dryRun) {
      await terminal.show(RECEIVED_COLUMNS, shown);
      return terminal.note(DRY_RUN_NOTE);
    }
    tools.describeState(() => MAYBE_CHANGED_STATE);
    const { language } = manifest;
    const context = existing ?? (await contexts.add(name, { kind: "embedded", language, timezone: globals.timezone }));
    const administrators = await tools.receiveTenant(copy, context as EmbeddedContext);
    tools.describeDone(CHANGED_STATE);
    tools.summarize({ changed: true });
    await terminal.show(RECEIVED_COLUMNS, shown);
    return writeNextSteps(tools, { context, manifest, administrators });
  },
});

/**
 * Returns the context that gets the tenant; undefined if `--context` names a new one.
 *
 * @throws Failure `conflict` if the context has a tenant, `usage` if its tenant is on a server or the name is invalid
 */
async function findTarget({ contexts, globals, environment }: Tools): Promise<EmbeddedContext | undefined> {
  const { context: name } = globals;
  const known =
    name === undefined
      ? (await contexts.choose(undefined, environment)).context
      : (await contexts.list()).find((one) => isSameContext(one.name, name));
  if (known === undefined) return void parseContextName(String(name));
  if (known.kind === "remote") throw createRemoteFailure(known);
  if (contexts.hasDatabase(known)) throw createOccupiedFailure(known);
  return known;
}

const createOccupiedFailure = ({ name }: Context): Failure =>
  new Failure("conflict", {
    what: text(`the context ${name} already has a tenant`, `コンテキスト ${name} にはすでにテナントがあります`),
    where: "--context",
    hint: text("choose a new name with --context", "--context で新しい名前を指定してください"),
  });

const createRemoteFailure = ({ name }: Context): Failure =>
  new Failure("usage", {
    what: text(`the tenant of ${name} is on a server`, `${name} のテナントはサーバーにあります`),
    where: "--context",
    hint: text("receive the bundle on the server", "サーバーで受け取ってください"),
  });

const createNoTenantFailure = (bundle: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this bundle can only be read, because it does not contain the tenant itself",
      "テナント本体を含まないため、閲覧だけができる引き継ぎデータです",
    ),
    where: `${bundle}: ${TENANT_FILE}`,
  });

async function writeNextSteps(
  tools: Tools,
  {
    context: { name },
    manifest: { leaver, tenant },
    administrators,
  }: { readonly context: Context; readonly manifest: Manifest; readonly administrators: number },
): Promise<void> {
  const { terminal, contexts, environment } = tools;
  const isInUse = (await contexts.inEffect(undefined, environment))?.context.name === name;
  if (!isInUse) await terminal.note(renderContextUseHint(name));
  const checklist = line("handover checklist", [], { leaver: leaver?.person, leaves: leaver?.leaves ?? undefined });
  await terminal.note(step("to see what is missing for a handover", "不足を確認するには", checklist));
  // in a mirror, the passwords are the console's
  if (administrators > 0 && tenant.mirroredAt === null)
    await terminal.note(
      step(
        `${formatCount(administrators, "administrator")} without a password; to set one`,
        `管理者 ${administrators} 人のパスワードが未設定です。設定するには`,
        line("clomo-account reset-password", ["ACCOUNT"], { passwordFile: "FILE" }),
      ),
    );
  await terminal.note(
    step(
      "reminders are set up on each computer; to set them up",
      "通知はコンピューターごとの設定です。設定するには",
      line("renewals notify", ["init"]),
    ),
  );
}
